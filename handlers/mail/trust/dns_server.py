"""One name server, asked so that a long answer, which anybody's zone can give, keeps nobody else waiting."""

import asyncio
from contextlib import closing
from typing import Any

import dns.exception
import dns.message
import dns.nameserver

ANSWER_OCTETS_MAX = 1 << 15
"""Octets of one answer: many times what honest zones give."""
RECORDS_MAX = 256
"""Records of one answer: the largest honest ones have a hundred. Each costs a good 20 microseconds to read, of which one mail may
make us ask for a hundred answers; the thousands that fit would keep a processor busy for seconds."""
COUNTS = slice(6, 12)
"""Where in an answer its records are counted, two octets for each section (RFC 1035, section 4.1.1)."""


class TooLong(dns.exception.FormError):
    """The answer has more octets or records than any honest one."""


class NotOurs(dns.exception.FormError):
    """It answers another question."""


class Server(dns.nameserver.Do53Nameserver):
    """As dnspython has it by UDP, where an answer is short. What comes by TCP is measured first and read on a thread."""

    async def async_query(
        self,
        request: dns.message.QueryMessage,
        timeout: float,  # noqa: ASYNC109 - dnspython passes it
        *args: Any,
        **options: Any,
    ) -> dns.message.Message:
        """The answer to one query, in so many seconds; by TCP where `max_size` says so. Raises dnspython's errors, OSError
        and EOFError."""
        if not options["max_size"]:
            return await super().async_query(request, timeout, *args, **options)
        async with asyncio.timeout(timeout):
            octets = await self._by_tcp(request.to_wire())
        if sum(octets[COUNTS][0::2]) * 256 + sum(octets[COUNTS][1::2]) > RECORDS_MAX:
            raise TooLong
        answer = await asyncio.to_thread(dns.message.from_wire, octets)
        if not request.is_response(answer):
            raise NotOurs
        return answer

    async def _by_tcp(self, query: bytes) -> bytes:
        """The octets of the answer (RFC 7766, section 8)."""
        reader, writer = await asyncio.open_connection(self.address, self.port)
        with closing(writer):
            writer.write(len(query).to_bytes(2, "big") + query)
            length = int.from_bytes(await reader.readexactly(2), "big")
            if length > ANSWER_OCTETS_MAX:
                raise TooLong
            return await reader.readexactly(length)
