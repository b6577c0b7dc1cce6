"""A name server of the tests' own: real packets by UDP and TCP on this machine, about a made-up world."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from typing import cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from tests.office import free_port

PAYLOAD = 1232
SOA = "ns.example. admin.example. 1 3600 600 86400 {minimum}"


@dataclass
class DnsPeer:
    """What it is asked it answers from `zone`; a test may change that at any time."""

    port: int
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each name and kind was asked for."""
    by_tcp: int = 0
    ttl: int = 300
    _zone: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _failing: set[str] = field(default_factory=set)
    _silent: set[str] = field(default_factory=set)

    @property
    def nameservers(self) -> str:
        """As `[dns] nameservers` in the environment."""
        return f'["127.0.0.1:{self.port}"]'

    def say(self, name: str, kind: str, *values: str) -> None:
        """The records of this kind, in place of any before."""
        self._zone[name.lower(), kind] = list(values)

    def txt(self, name: str, *texts: str) -> None:
        """TXT records, each in strings of at most 255 octets."""
        self.say(name, "TXT", *(quoted(text) for text in texts))

    def forget(self, name: str) -> None:
        """There is no such name, as from the beginning; what was wrong with it is right again."""
        self._zone = {key: values for key, values in self._zone.items() if key[0] != name.lower()}
        self._failing.discard(name.lower())
        self._silent.discard(name.lower())

    def fail(self, name: str) -> None:
        """Whoever asks for this name hears SERVFAIL."""
        self._failing.add(name.lower())

    def say_nothing(self, name: str) -> None:
        """Whoever asks for this name waits in vain."""
        self._silent.add(name.lower())

    def answer(self, octets: bytes, *, whole: bool) -> bytes | None:
        """The reply to a query; None: there is none."""
        query = dns.message.from_wire(octets)
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked[name, kind] += 1
        if name in self._silent:
            return None
        reply = dns.message.make_response(query, recursion_available=True)
        if name in self._failing:
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply.to_wire()
        self._fill(reply, name, kind)
        return self._sized(reply, query, whole=whole)

    def _fill(self, reply: dns.message.Message, name: str, kind: str) -> None:
        owner = name
        for _ in range(5):
            if values := self._zone.get((owner, kind)):
                reply.answer.append(dns.rrset.from_text(f"{owner}.", self.ttl, "IN", kind, *values))
                return
            if not (alias := self._zone.get((owner, "CNAME"))):
                break
            reply.answer.append(dns.rrset.from_text(f"{owner}.", self.ttl, "IN", "CNAME", *alias))
            owner = alias[0].rstrip(".").lower()
        if not any(known == owner or known.endswith(f".{owner}") for known, _ in self._zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        soa = SOA.format(minimum=self.ttl)
        reply.authority.append(dns.rrset.from_text("example.", self.ttl, "IN", "SOA", soa))

    def _sized(self, reply: dns.message.Message, query: dns.message.Message, *, whole: bool) -> bytes:
        wire = reply.to_wire(max_size=65_535)
        if whole or len(wire) <= min(query.payload or 512, PAYLOAD):
            return wire
        short = dns.message.make_response(query, recursion_available=True)
        short.flags |= dns.flags.TC
        return short.to_wire()

    async def serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One query of one connection (RFC 7766)."""
        with closing(writer):
            length = int.from_bytes(await reader.readexactly(2), "big")
            self.by_tcp += 1
            if reply := self.answer(await reader.readexactly(length), whole=True):
                writer.write(len(reply).to_bytes(2, "big") + reply)
                await writer.drain()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, peer: DnsPeer) -> None:
        self._peer = peer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if reply := self._peer.answer(data, whole=False):
            self._transport.sendto(reply, addr)


def quoted(text: str) -> str:
    """As in a zone file."""
    octets = text.encode("utf-8", "surrogateescape")
    strings = [octets[at : at + 255] for at in range(0, len(octets), 255)] or [b""]
    return " ".join('"' + "".join(f"\\{octet:03}" for octet in string) + '"' for string in strings)


@asynccontextmanager
async def name_server() -> AsyncIterator[DnsPeer]:
    """One that answers on one port by UDP and by TCP, and knows nothing yet."""
    loop = asyncio.get_running_loop()
    peer = DnsPeer(free_port())
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", peer.port))
    transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(peer), sock=datagrams)
    server = await asyncio.start_server(peer.serve_tcp, "127.0.0.1", peer.port)
    try:
        yield peer
    finally:
        transport.close()
        server.close()
        await server.wait_closed()
