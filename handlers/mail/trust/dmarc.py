"""Whether what SPF and DKIM prove is the domain in From: DMARC (RFC 7489), and where a domain has none, exactness.

What a domain asks to be done with mail that fails (`p`, `sp`, `pct`) is no matter: unproven is unproven
(docs/decisions/0010-what-counts-as-proof.md).
"""

import re
from dataclasses import dataclass
from functools import cache

from publicsuffixlist import PublicSuffixList

from handlers.mail.trust.dns import Dns

VERSION = re.compile(rb"v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)")
"""RFC 7489, section 6.3: the tag must be the first, in this spelling."""
POLICIES = {"none", "quarantine", "reject"}

SHARED = ("onmicrosoft.com", "test-google-a.com")
"""Domains below which Microsoft and Google give each customer a name, though the public suffix list lacks them."""


@dataclass(frozen=True)
class Policy:
    """How near to the domain in From a proven domain must be."""

    domain: str
    """Whose record it is; "" where there is none that can be read."""
    spf_exact: bool = True
    dkim_exact: bool = True
    """False: any domain of the same organisation will do («relaxed», section 3.1)."""


NO_POLICY = Policy("")
"""Where nobody has said otherwise, the domain in From and no other (docs/decisions/0001)."""


@cache
def suffixes() -> PublicSuffixList:
    """The public suffix list. To read it takes a tenth of a second, so it is done before mail comes in."""
    return PublicSuffixList()


def organisation(domain: str) -> str:
    """The domain that an organisation registered (section 3.2), by the public suffix list that the program brings.

    A public suffix is an organisation of its own: `derbyshire.sch.uk` belongs to a county, and each name below it to
    another school.
    """
    for shared in SHARED:
        if domain.endswith(f".{shared}"):
            return f"{domain.removesuffix(f'.{shared}').rpartition('.')[2]}.{shared}"
    return suffixes().privatesuffix(domain) or domain


def is_kin(one: str, other: str) -> bool:
    """Whether two domains are one organisation's."""
    return organisation(one) == organisation(other)


async def policy_of(domain: str, dns: Dns) -> Policy:
    """The policy for mail from this domain (section 6.6.3). Raises DnsTrouble."""
    for place in dict.fromkeys((domain, organisation(domain))):
        if found := [record for record in await dns.txt(f"_dmarc.{place}") if VERSION.match(record)]:
            return read(found[0], place) if len(found) == 1 else NO_POLICY
    return NO_POLICY


def read(record: bytes, domain: str) -> Policy:
    """A record that begins as it must. One without a policy is none, unless it asks for reports (section 6.6.3)."""
    pairs = (tag.partition("=") for tag in record.decode("ascii", "replace").split(";"))
    tags = {name.strip().lower(): value.strip() for name, _, value in reversed([*pairs])}
    if tags.get("p", "").lower() not in POLICIES and not tags.get("rua", "").lower().startswith("mailto:"):
        return NO_POLICY
    return Policy(domain, spf_exact=_is_strict(tags, "aspf"), dkim_exact=_is_strict(tags, "adkim"))


def aligned(proven: str, domain: str, *, exact: bool) -> bool:
    """Whether a proven domain speaks for the domain in From (section 3.1)."""
    return proven == domain or (not exact and is_kin(proven, domain))


def _is_strict(tags: dict[str, str], name: str) -> bool:
    return tags.get(name, "r").lower() == "s"
