"""What the domain name system says, asked patiently and remembered for a while. No more of it is ever held than fits.

dnspython takes 3 MiB: this is loaded only where something is asked.
"""

import asyncio
import ipaddress
import re
from collections.abc import Sequence

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver
from dns.message import QueryMessage
from dns.rdatatype import RdataType

from handlers.mail.trust.dns import DnsTrouble
from handlers.mail.trust.dns_cache import Answer, Cache
from handlers.mail.trust.dns_server import Server

QUERY_SECONDS = 3.0
"""How long one server is waited for before another is asked."""
QUESTION_SECONDS = 10.0
"""How long one question may take, with every server and repetition."""
UDP_OCTETS_MAX = 1232
"""What arrives whole by UDP nearly everywhere; what is longer comes by TCP."""
DOTS = re.compile("[.\u3002\uff0e\uff61]")
"""What separates labels (RFC 3490, section 3.1)."""
EXCHANGERS_MAX = 64
"""Mail servers of one name that are remembered: six times what SPF may look up."""


class Resolver:
    """Asks the configured servers. One question is never asked twice at a time, however many wait for its answer."""

    def __init__(
        self, nameservers: Sequence[str] = (), cache: Cache | None = None, question_seconds: float = QUESTION_SECONDS
    ) -> None:
        """`nameservers` as configured, such as "192.0.2.53", "[2001:db8::1]:53" or "127.0.0.1:5353"; none: the system's."""
        self._seconds = question_seconds
        self._servers = [_server(text) for text in nameservers]
        self._cache = cache or Cache()
        self._asking: dict[tuple[dns.name.Name, RdataType], asyncio.Task[Answer]] = {}
        self._resolver: dns.asyncresolver.Resolver | None = None

    async def txt(self, name: str) -> tuple[bytes, ...]:
        """See `Dns`."""
        return await self._ask(name, RdataType.TXT)

    async def addresses(self, name: str, *, v6: bool) -> tuple[str, ...]:
        """See `Dns`."""
        return _texts(await self._ask(name, RdataType.AAAA if v6 else RdataType.A))

    async def exchangers(self, name: str) -> tuple[str, ...]:
        """See `Dns`."""
        return _texts(await self._ask(name, RdataType.MX))

    async def names(self, address: str) -> tuple[str, ...]:
        """See `Dns`."""
        return _texts(await self._ask(ipaddress.ip_address(address).reverse_pointer, RdataType.PTR))

    async def _ask(self, text: str, kind: RdataType) -> tuple[bytes, ...]:
        name = name_of(text)
        if name is None:
            return ()
        if (known := self._cache.get((name, kind))) is not None:
            return known
        task = self._asking.get((name, kind))
        if task is None:
            task = self._asking[name, kind] = asyncio.create_task(self._look_up(name, kind))
            task.add_done_callback(lambda done: self._answered(name, kind, done))
        return (await asyncio.shield(task)).values

    def _answered(self, name: dns.name.Name, kind: RdataType, done: "asyncio.Task[Answer]") -> None:
        del self._asking[name, kind]
        if not done.cancelled() and done.exception() is None:
            self._cache.put((name, kind), done.result())

    async def _look_up(self, name: dns.name.Name, kind: RdataType) -> Answer:
        try:
            return await self._answer(name, kind)
        except (dns.exception.DNSException, OSError) as fault:
            raise DnsTrouble(f"{name.to_text(omit_final_dot=True)}: {type(fault).__name__}") from fault

    async def _answer(self, name: dns.name.Name, kind: RdataType) -> Answer:
        try:
            answer = await self._asked().resolve(
                name, kind, raise_on_no_answer=False, search=False, lifetime=self._seconds
            )
        except dns.resolver.NXDOMAIN as nothing:
            said: QueryMessage = nothing.response(name)  # type: ignore[no-untyped-call]  # dnspython has not typed it
            return Answer((), said.resolve_chaining().minimum_ttl)
        return Answer(_values(answer, kind), answer.chaining_result.minimum_ttl)

    def _asked(self) -> dns.asyncresolver.Resolver:
        """Read only now, so that a machine that has no resolver yet is trouble with one mail, not with the start."""
        if self._resolver is None:
            self._resolver = dns.asyncresolver.Resolver(configure=not self._servers)
            self._resolver.timeout = QUERY_SECONDS
            self._resolver.use_edns(0, 0, UDP_OCTETS_MAX)
            configured = (Server(str(address), self._resolver.port) for address in self._resolver.nameservers)
            self._resolver.nameservers = list(self._servers or configured)
        return self._resolver


def name_of(text: str) -> dns.name.Name | None:
    """The name as it is asked for, in lower case and IDNA (RFC 5890); None where no such name can exist."""
    labels = DOTS.split(text)
    try:
        octets = [_label(one) for one in (labels if labels[-1] else labels[:-1])]
        return dns.name.Name([*octets, b""]) if octets else None
    except (UnicodeError, dns.exception.DNSException):
        return None


def _label(text: str) -> bytes:
    return text.lower().encode() if text.isascii() else dns.name.IDNA_2008_UTS_46.encode(text)


def _server(text: str) -> Server:
    host, _, port = text.rpartition(":") if text.count(":") == 1 or "]:" in text else (text, "", "53")
    return Server(host.strip("[]"), int(port))


def _values(answer: dns.resolver.Answer, kind: RdataType) -> tuple[bytes, ...]:
    if answer.rrset is None:
        return ()
    if kind is RdataType.TXT:
        return tuple(b"".join(record.strings) for record in answer.rrset)
    if kind is RdataType.MX:
        ordered = sorted(answer.rrset, key=lambda record: record.preference)[:EXCHANGERS_MAX]
        return tuple(_bare(record.exchange) for record in ordered if record.exchange != dns.name.root)
    if kind is RdataType.PTR:
        return tuple(_bare(record.target) for record in answer.rrset)
    return tuple(record.address.encode() for record in answer.rrset)


def _bare(name: dns.name.Name) -> bytes:
    return name.to_text(omit_final_dot=True).lower().encode()


def _texts(values: tuple[bytes, ...]) -> tuple[str, ...]:
    return tuple(value.decode() for value in values)
