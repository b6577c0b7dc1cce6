"""May this host send mail for this domain? The Sender Policy Framework (RFC 7208), asked of any `Dns`.

Held by the public test suite of openspf.org: tests/channels/test_spf_suite.py. Explanations («exp») are neither fetched
nor repeated: they are words of strangers.
"""

from dataclasses import dataclass

from handlers.mail.trust.dns import Dns, DnsTrouble
from handlers.mail.trust.spf.evaluation import Address, Evaluation, Identity, Outcome
from handlers.mail.trust.spf.macros import Malformed

__all__ = ["Outcome", "Spf", "check"]


@dataclass(frozen=True)
class Spf:
    """What SPF says of one mail."""

    outcome: Outcome
    domain: str
    """Who was asked, in lower case: the domain of MAIL FROM, or HELO where MAIL FROM is empty (section 2.4)."""
    why: str = ""
    """What was at fault, where something was, in words for the record."""
    anybody: bool = False
    """It passed, as nearly every host of the world would: `+all` and the like prove nothing."""


async def check(dns: Dns, peer: Address, *, helo: str, mail_from: str) -> Spf:
    """Whether the host at this IP address may send such a mail. `mail_from` is "" for the null sender. Never raises."""
    local, _, domain = mail_from.rpartition("@") if mail_from else ("", "", helo)
    identity = Identity(getattr(peer, "ipv4_mapped", None) or peer, local or "postmaster", domain, helo)
    asked = domain.lower().removesuffix(".")
    evaluation = Evaluation(dns, identity)
    try:
        outcome = await evaluation.check_host(domain)
        return Spf(outcome, asked, anybody=outcome is Outcome.PASS and evaluation.anybody)
    except Malformed as fault:
        return Spf(Outcome.PERMERROR, asked, str(fault))
    except DnsTrouble as trouble:
        return Spf(Outcome.TEMPERROR, asked, str(trouble))
