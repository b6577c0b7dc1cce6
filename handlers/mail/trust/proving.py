"""Who sent a mail, proven by what its domain publishes: SPF, DKIM and DMARC, or a sealer of ARC that we trust.

What counts as proof stands in docs/decisions/0010-what-counts-as-proof.md. No result that came with the mail is looked at,
save in the seal of one of those sealers (lesson L2).
"""

import asyncio
import ipaddress
from collections.abc import Collection
from dataclasses import dataclass

from handlers.mail.trust import dmarc, spf
from handlers.mail.trust.dns import Dns, DnsTrouble
from handlers.mail.trust.lexical import Doubtful
from handlers.mail.trust.results import proof, sealed
from handlers.mail.trust.signatures import Chain, Signature, Signatures
from handlers.mail.trust.spf import Outcome, Spf
from handlers.mail.trust.verdict import Steps

SECONDS_MAX = 45.0
"""For all that is asked about one mail; its sender waits for ten minutes (RFC 5321, section 4.5.3.2.6)."""


@dataclass(frozen=True)
class Origin:
    """By what way a mail came to us. What was fetched from a mailbox has no host that SPF could judge."""

    peer: str = ""
    """IP address, or `MAILBOX`; "" where it is not known: then it is nobody's whom we know."""
    helo: str = ""
    mail_from: str = ""
    """"" for the null sender."""


@dataclass
class Case:
    """What is known of one mail."""

    domain: str
    """The one in From."""
    dns: Dns
    steps: Steps
    spf: Spf | None
    signatures: tuple[Signature, ...]

    @property
    def signers(self) -> list[str]:
        """Domains with a sound signature."""
        return [one.domain for one in self.signatures if one.passed]

    @property
    def host_of(self) -> list[str]:
        """The domain whose host brought the mail, in a list, or none. A domain that lets everybody send says nothing."""
        return [self.spf.domain] if self.spf and self.spf.outcome is Outcome.PASS and not self.spf.anybody else []


async def prove(
    domain: str,
    *,
    dns: Dns,
    steps: Steps,
    origin: Origin,
    signatures: Signatures | None,
    sealers: Collection[str],
) -> str:
    """Why it is proven that a mail is from this domain, in words for the record; each step is noted.

    Raises Doubtful where it is not proven, DnsTrouble where nobody can know.
    """
    try:
        async with asyncio.timeout(SECONDS_MAX):
            case = Case(domain, dns, steps, *await asyncio.gather(_spf(origin, dns), _dkim(signatures, dns)))
            _note(case)
            return _exact(case) or await _aligned(case) or await _sealed(case, signatures, sealers)
    except TimeoutError as fault:
        raise DnsTrouble("the name servers take too long") from fault


def _exact(case: Case) -> str | None:
    """Where it is the domain in From itself, nothing that DMARC could say makes a difference."""
    for method, domains in (("dkim", case.signers), ("spf", case.host_of)):
        if case.domain in domains:
            case.steps.note("alignment", "pass", f"{method.upper()} is for {case.domain}, the domain in From")
            return f"{method}=pass for {case.domain}"
    return None


async def _aligned(case: Case) -> str | None:
    """Where it is another domain of the same organisation, DMARC must allow that."""
    kin = [one for one in (*case.signers, *case.host_of) if dmarc.is_kin(one, case.domain)]
    if not kin:
        case.steps.note("alignment", "none", f"nothing that passed is for {case.domain}, nor for its organisation")
        return None
    policy = await dmarc.policy_of(case.domain, case.dns)
    case.steps.note("DMARC", "found" if policy.domain else "none", _in_words(policy))
    for method, domains, exact in (
        ("dkim", case.signers, policy.dkim_exact),
        ("spf", case.host_of, policy.spf_exact),
    ):
        if found := next((one for one in domains if dmarc.aligned(one, case.domain, exact=exact)), None):
            case.steps.note("alignment", "pass", f"{found} is of the same organisation as {case.domain}")
            return f"dmarc=pass for {case.domain} by {method} of {found}"
    case.steps.note("alignment", "fail", f"{kin[0]} may not speak for {case.domain}")
    return None


async def _sealed(case: Case, signatures: Signatures | None, sealers: Collection[str]) -> str:
    chain = await signatures.chain(case.dns, sealers) if signatures and sealers else None
    if chain and chain.sealer:
        case.steps.note("ARC", _word(chain), chain.why)
    if chain and chain.passed:
        found = proof(sealed(chain.results), case.domain)
        case.steps.note("ARC", "pass", f"{chain.sealer} found {found}")
        return f"arc=pass by {chain.sealer}, which found {found}"
    if trouble := _trouble(case, chain):
        raise DnsTrouble(trouble)
    raise Doubtful(_summary(case))


def _trouble(case: Case, chain: Chain | None) -> str | None:
    """What might have proven it, had it been possible to look it up."""
    if case.spf and case.spf.outcome is Outcome.TEMPERROR and dmarc.is_kin(case.spf.domain, case.domain):
        return f"the SPF record of {case.spf.domain} could not be looked up"
    for one in case.signatures:
        if one.temporary and dmarc.is_kin(one.domain, case.domain):
            return f"the DKIM key of {one.domain} could not be looked up"
    return f"the ARC key of {chain.sealer} could not be looked up" if chain and chain.temporary else None


def _summary(case: Case) -> str:
    """What was missing, for whoever runs the sender's mail."""
    checks = []
    if case.spf:
        everybody = ", which lets everybody send" if case.spf.anybody else ""
        checks.append(f"SPF says {case.spf.outcome} for {case.spf.domain or 'an empty domain'}{everybody}")
    checks += [f"DKIM {_word(one)} for {one.domain or 'no domain'}: {one.why}" for one in case.signatures[:SHOWN_MAX]]
    if not case.signatures:
        checks.append("it has no DKIM signature")
    return f"no check proves that it is from {case.domain} ({'; '.join(checks)})"


SHOWN_MAX = 3
"""Signatures that a refusal speaks of."""


async def _spf(origin: Origin, dns: Dns) -> Spf | None:
    try:
        address = ipaddress.ip_address(origin.peer.partition("%")[0])
    except ValueError:
        return None
    return await spf.check(dns, address, helo=origin.helo, mail_from=origin.mail_from)


async def _dkim(signatures: Signatures | None, dns: Dns) -> tuple[Signature, ...]:
    return await signatures.verdicts(dns) if signatures else ()


def _note(case: Case) -> None:
    if case.spf:
        open_to_all = "; but it lets everybody send, which proves nothing" if case.spf.anybody else ""
        words = f"for {case.spf.domain}{open_to_all}{f': {case.spf.why}' if case.spf.why else ''}"
        case.steps.note("SPF", case.spf.outcome, words)
    for one in case.signatures:
        case.steps.note("DKIM", _word(one), f"for {one.domain or 'no domain'}: {one.why}")
    if not case.signatures:
        case.steps.note("DKIM", "none", "the mail has no signature")


def _word(found: Signature | Chain) -> str:
    return "pass" if found.passed else "temperror" if found.temporary else "fail"


def _in_words(policy: dmarc.Policy) -> str:
    if not policy.domain:
        return "no record that can be read, so only the domain in From itself counts"
    modes = (("DKIM", policy.dkim_exact), ("SPF", policy.spf_exact))
    return f"{policy.domain} asks for " + ", ".join(
        f"{name} {'strict' if exact else 'relaxed'}" for name, exact in modes
    )
