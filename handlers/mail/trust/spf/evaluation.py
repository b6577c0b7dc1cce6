"""One evaluation of SPF: record after record, within the limits that keep it from asking the world (RFC 7208, section 4)."""

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum

from handlers.mail.trust.dns import Dns, DnsTrouble
from handlers.mail.trust.spf.macros import Malformed, Template, expand, letters_in
from handlers.mail.trust.spf.record import Directive, Record, select

LOOKUPS_MAX = 10
"""Terms that ask; also mail servers of one name, and names of one address (section 4.6.4)."""
VOID_MAX = 2
"""Terms whose question has no answer (section 4.6.4)."""
DOMAIN = re.compile(r"[^\s@\[\]\"]+\.[^\s@\[\]\"]+")

NARROW = {4: 8, 6: 16}
"""The least prefix, by version of IP, that can still be somebody's own hosts."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Outcome(StrEnum):
    """Section 2.6."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


FOLLOWS = {"+": Outcome.PASS, "-": Outcome.FAIL, "~": Outcome.SOFTFAIL, "?": Outcome.NEUTRAL}


@dataclass(frozen=True)
class Identity:
    """Whose mail is looked at."""

    address: Address
    """Of the peer."""
    local: str
    domain: str
    helo: str


class Evaluation:
    """One for each mail: what has been asked counts for all its records together."""

    def __init__(self, dns: Dns, identity: Identity) -> None:
        """Nothing has been asked yet."""
        self._dns, self._of = dns, identity
        self._lookups = self._void = 0
        self._names: tuple[str, ...] | None = None
        self.anybody = False
        """What fitted last would fit nearly every host."""

    async def check_host(self, domain: str) -> Outcome:
        """What the record of this domain says. Raises Malformed for permerror, DnsTrouble for temperror."""
        from handlers.mail.trust.resolver import name_of  # noqa: PLC0415 - its library is large: only where SPF is looked at

        if not DOMAIN.fullmatch(domain) or name_of(domain) is None:
            return Outcome.NONE
        record = select(await self._dns.txt(domain))
        return Outcome.NONE if record is None else await self._evaluate(record, domain)

    async def _evaluate(self, record: Record, domain: str) -> Outcome:
        for directive in record.directives:
            if await self._fits(directive, domain):
                self.anybody = self.anybody if directive.mechanism == "include" else is_wide(directive)
                return FOLLOWS[directive.qualifier]
        if record.redirect is None:
            return Outcome.NEUTRAL
        return await self._of_another(record.redirect, domain)

    async def _of_another(self, target: Template, domain: str) -> Outcome:
        """Of a record that this one refers to: it has to be there (sections 5.2 and 6.1)."""
        self._count()
        other = await self._named(target, domain)
        outcome = await self.check_host(other)
        if outcome is Outcome.NONE:
            raise Malformed(f"{other} has no SPF record")
        return outcome

    # The mechanisms of section 5

    async def _fits(self, directive: Directive, domain: str) -> bool:
        match directive.mechanism:
            case "all":
                return True
            case "ip4" | "ip6":
                network = directive.network
                return (
                    network is not None and network.version == self._of.address.version and self._of.address in network
                )
            case "include":
                return await self._of_another(directive.target or (), domain) is Outcome.PASS
        self._count()
        name = domain if directive.target is None else await self._named(directive.target, domain)
        return await self._asks(directive, name)

    async def _asks(self, directive: Directive, name: str) -> bool:
        match directive.mechanism:
            case "a":
                return self._is_among(self._heard(await self._addresses(name)), directive)
            case "mx":
                return await self._is_mail_server(name, directive)
            case "ptr":
                return await self._is_called(name.lower().rstrip("."))
        return bool(self._heard(await self._dns.addresses(name, v6=False)))  # exists

    async def _is_mail_server(self, name: str, directive: Directive) -> bool:
        servers = self._heard(await self._dns.exchangers(name))
        if len(servers) > LOOKUPS_MAX:
            raise Malformed(f"more than {LOOKUPS_MAX} mail servers")
        for server in servers:
            if self._is_among(await self._addresses(server), directive):
                return True
        return False

    async def _is_called(self, within: str) -> bool:
        names = self._heard(await self._own_names())
        candidates = [name for name in names if name == within or name.endswith(f".{within}")]
        return any([await self._is_sound(name) for name in candidates])

    def _is_among(self, addresses: tuple[str, ...], directive: Directive) -> bool:
        prefix = directive.v6_prefix if self._of.address.version == 6 else directive.v4_prefix
        network = ipaddress.ip_network(f"{self._of.address}/{prefix}", strict=False)
        return any(ipaddress.ip_address(address) in network for address in addresses)

    # What is asked

    async def _addresses(self, name: str) -> tuple[str, ...]:
        return await self._dns.addresses(name, v6=self._of.address.version == 6)

    async def _own_names(self) -> tuple[str, ...]:
        """What the peer's address calls itself; trouble is as good as no name (section 5.5)."""
        if self._names is None:
            try:
                names = await self._dns.names(str(self._of.address))
                self._names = tuple(name.lower() for name in names[:LOOKUPS_MAX])
            except DnsTrouble:
                self._names = ()
        return self._names

    async def _is_sound(self, name: str) -> bool:
        """Whether a name that the peer's address claims leads back to it."""
        try:
            return self._of.address in map(ipaddress.ip_address, await self._addresses(name))
        except DnsTrouble:
            return False

    async def _named(self, template: Template, domain: str) -> str:
        needed = letters_in(template)
        proven = await self._proven_name(domain) if "p" in needed else ""
        return expand(template, self._values(domain) | {"p": proven})

    async def _proven_name(self, domain: str) -> str:
        """`%{p}` (section 7.3): the domain itself before one below it before any."""
        sound = [name for name in await self._own_names() if await self._is_sound(name)]
        own = domain.lower()
        best = [name for name in sound if name == own] or [name for name in sound if name.endswith(f".{own}")]
        return next(iter([*best, *sound]), "unknown")

    def _values(self, domain: str) -> dict[str, str]:
        of = self._of
        v6 = of.address.version == 6
        dotted = ".".join(of.address.exploded.replace(":", "")) if v6 else str(of.address)
        return {
            "s": f"{of.local}@{of.domain}", "l": of.local, "o": of.domain, "d": domain, "i": dotted,
            "v": "ip6" if v6 else "in-addr", "h": of.helo,
        }  # fmt: skip

    # The limits

    def _count(self) -> None:
        self._lookups += 1
        if self._lookups > LOOKUPS_MAX:
            raise Malformed(f"more than {LOOKUPS_MAX} terms that ask")

    def _heard(self, answer: tuple[str, ...]) -> tuple[str, ...]:
        self._void += not answer
        if self._void > VOID_MAX:
            raise Malformed(f"more than {VOID_MAX} questions to which there is no answer")
        return answer


def is_wide(directive: Directive) -> bool:
    """Whether a directive fits nearly every host: it names no hosts, or half of the Internet with them."""
    match directive.mechanism:
        case "all":
            return True
        case "ip4" | "ip6":
            return directive.network is not None and directive.network.prefixlen < NARROW[directive.network.version]
    return directive.v4_prefix < NARROW[4] or directive.v6_prefix < NARROW[6]
