"""An SPF record as a domain publishes it (RFC 7208, sections 4.5, 4.6.1, 5, 6 and 12). Pure."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.mail.trust.spf.macros import EXPLAINING, LETTERS, Malformed, Template, name, parse

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

VERSION = re.compile(rb"v=spf1(?: |\Z)", re.IGNORECASE)
MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9._-]*)=(.*)", re.DOTALL)
DIRECTIVE = re.compile(r"([-+?~]?)([A-Za-z][A-Za-z0-9._-]*)((?:[:/].*)?)", re.DOTALL)
PREFIXES = re.compile(r"(.*?)(?:/(0|[1-9][0-9]?))?(?://(0|[1-9][0-9]{0,2}))?", re.DOTALL)
NETWORK = re.compile(r":([0-9A-Fa-f.:]+)(?:/(0|[1-9][0-9]{0,2}))?")
RECORD_OCTETS_MAX = 1 << 14
"""RFC 7208, section 3.4 wants less than 512; some domains need a few thousand."""
V4_PREFIX_MAX, V6_PREFIX_MAX = 32, 128


@dataclass(frozen=True)
class Directive:
    """A mechanism, and what follows where it fits the mail."""

    qualifier: str
    """One of + - ? ~."""
    mechanism: str
    """In lower case."""
    target: Template | None = None
    """None: the domain itself."""
    v4_prefix: int = V4_PREFIX_MAX
    v6_prefix: int = V6_PREFIX_MAX
    network: Network | None = None
    """Of ip4 and ip6."""


@dataclass(frozen=True)
class Record:
    """The whole of it."""

    directives: tuple[Directive, ...]
    redirect: Template | None = None
    """Whose record decides where no directive fits."""


def select(records: Sequence[bytes]) -> Record | None:
    """The one SPF record among TXT records; None where there is none. Raises Malformed, also for two (section 4.5)."""
    found = [record for record in records if VERSION.match(record)]
    if len(found) > 1:
        raise Malformed(f"there are {len(found)} SPF records")
    return read(found[0]) if found else None


def read(octets: bytes) -> Record:
    """An SPF record. Raises Malformed wherever its fault stands: nothing of it counts then (section 4.6)."""
    if len(octets) > RECORD_OCTETS_MAX:
        raise Malformed("the record is longer than any domain needs")
    if not octets.isascii():
        raise Malformed("the record holds more than ASCII")
    directives: list[Directive] = []
    modifiers: dict[str, Template] = {}
    for term in octets.decode().split(" ")[1:]:
        if modifier := MODIFIER.fullmatch(term):
            key, value = _modifier(modifier[1].lower(), modifier[2])
            if key in modifiers:
                raise Malformed(f"there are two {key}")
            modifiers |= {key: value} if key in {"redirect", "exp"} else {}
        elif term:
            directives.append(_directive(term))
    return Record(tuple(directives), modifiers.get("redirect"))


def _modifier(key: str, value: str) -> tuple[str, Template]:
    """Section 6: those that nobody knows are passed over, if they are well-formed."""
    return key, name(value) if key in {"redirect", "exp"} else parse(value, LETTERS | EXPLAINING)


def _directive(term: str) -> Directive:
    if not (match := DIRECTIVE.fullmatch(term)):
        raise Malformed(f"«{term}» is no term")
    qualifier, mechanism, rest = match[1] or "+", match[2].lower(), match[3]
    match mechanism:
        case "all" if not rest:
            return Directive(qualifier, mechanism)
        case "include" | "exists" if rest.startswith(":"):
            return Directive(qualifier, mechanism, name(rest[1:]))
        case "ptr" if not rest or rest.startswith(":"):
            return Directive(qualifier, mechanism, name(rest[1:]) if rest else None)
        case "a" | "mx":
            return _with_prefixes(qualifier, mechanism, rest)
        case "ip4" | "ip6":
            return Directive(qualifier, mechanism, network=_network(mechanism, rest))
    raise Malformed(f"«{term}» is no term")


def _with_prefixes(qualifier: str, mechanism: str, rest: str) -> Directive:
    match = PREFIXES.fullmatch(rest)
    domain, v4, v6 = match.groups() if match else ("", None, None)
    v4_prefix, v6_prefix = int(v4 or V4_PREFIX_MAX), int(v6 or V6_PREFIX_MAX)
    if v4_prefix > V4_PREFIX_MAX or v6_prefix > V6_PREFIX_MAX or (domain and not domain.startswith(":")):
        raise Malformed(f"«{mechanism}{rest}» is no term")
    return Directive(qualifier, mechanism, name(domain[1:]) if domain else None, v4_prefix, v6_prefix)


def _network(mechanism: str, rest: str) -> Network:
    """An address without a prefix is a network of its own; the bits behind the prefix are no matter."""
    try:
        match = NETWORK.fullmatch(rest)
        address, prefix = match.groups() if match else ("", None)
        of = ipaddress.IPv4Network if mechanism == "ip4" else ipaddress.IPv6Network
        return of(f"{address}/{prefix}" if prefix else address, strict=False)
    except ValueError as fault:
        raise Malformed(f"«{mechanism}{rest}» is no network") from fault
