"""What the domain of the returns mailbox publishes and lets through: whether mail finds it, whether its answers are believed."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from aiosmtplib import SMTPException, SMTPResponseException

from handlers.checks import Check, Patient, failed, passed
from handlers.mail.oauth import BadApplication, NoToken
from handlers.mail.send import Smarthost
from handlers.mail.trust.dmarc import organisation
from handlers.mail.trust.dns import DnsTrouble
from handlers.mail.trust.resolver import Resolver

MX, SPF, DMARC, TAGS = "domain: mail servers", "domain: SPF", "domain: DMARC", "sub-addresses"
RESERVED = ("example", "test", "invalid", "localhost", "example.com", "example.net", "example.org")
"""Names for documentation and tests, of which nothing is ever published (RFC 2606, RFC 6761)."""
SECONDS = 15.0
"""How long all questions together may take."""


@dataclass(frozen=True)
class Published:
    """What was found."""

    domain: str
    exchangers: tuple[str, ...]
    spf: tuple[str, ...]
    dmarc: tuple[str, ...]


def checks(patient: Patient) -> Iterator[Check]:
    """Asked of the name servers and of our way out; no mail is sent."""
    yield from _tags(patient)
    yield from _domain(patient)


def _tags(patient: Patient) -> Iterator[Check]:
    """Every answer has a reply address of its own. Nothing where the way out cannot be used: that was said before."""
    mailbox, _, domain = patient.settings.email.address.rpartition("@")
    asked = f"{mailbox}+doctor@{domain}"
    host = patient.settings.email.outgoing.host
    try:
        asyncio.run(Smarthost.of(patient.settings).offer(asked))
    except SMTPResponseException as fault:
        remedy = (
            "Turn sub-addressing on (docs/mail.md): recipient_delimiter = + in Postfix, DisablePlusAddressInRecipients false in "
            "Exchange. Until then a reply is known by its References and its reference alone."
        )
        yield failed(TAGS, f"{host} does not take mail to {asked}: {fault.code} {fault.message}", remedy)
    except (BadApplication, NoToken, SMTPException, OSError, TimeoutError):
        return
    else:
        yield passed(TAGS, f"{host} takes mail to {asked} (none was sent).")


def _domain(patient: Patient) -> Iterator[Check]:
    settings = patient.settings
    domain = settings.email.address.rpartition("@")[2]
    if any(domain == name or domain.endswith(f".{name}") for name in RESERVED):
        yield passed(MX, f"{domain} is a made-up name: nothing can be published for it.")
        return
    try:
        found = asyncio.run(_asked(Resolver(settings.dns.nameservers), domain))
    except (DnsTrouble, TimeoutError) as fault:
        why = str(fault) or "no answer in time"
        yield failed(
            MX,
            f"What {domain} publishes cannot be looked up ({why}).",
            "Let this machine reach a name server, or name one in [dns].",
        )
        return
    yield _exchangers(found)
    yield _spf(found)
    yield _dmarc(found)


async def _asked(resolver: Resolver, domain: str) -> Published:
    names = [domain, *([parent] if (parent := organisation(domain)) != domain else [])]
    async with asyncio.timeout(SECONDS):
        exchangers, texts = await asyncio.gather(resolver.exchangers(domain), resolver.txt(domain))
        policies = await asyncio.gather(*(resolver.txt(f"_dmarc.{name}") for name in names))
    spf = tuple(text for text in map(_words, texts) if text.lower().split(" ")[0] == "v=spf1")
    policy = next(
        (found for one in policies if (found := [text for text in map(_words, one) if text.startswith("v=DMARC1")])), []
    )
    return Published(domain, exchangers, spf, tuple(policy))


def _exchangers(found: Published) -> Check:
    if not found.exchangers:
        return failed(
            MX,
            f"{found.domain} names no mail server (MX), so schools cannot write to it.",
            f"Publish an MX record for {found.domain}.",
        )
    return passed(MX, f"Mail to {found.domain} goes to {', '.join(found.exchangers)}.")


def _spf(found: Published) -> Check:
    """RFC 7208, sections 3.2 and 4.5: exactly one record."""
    if not found.spf:
        remedy = f"Publish a TXT record for {found.domain}, such as v=spf1 mx -all, with the server of [email.outgoing] in it."
        return failed(SPF, "None is published: answers may be taken for forgeries, and end among junk mail.", remedy)
    if len(found.spf) > 1:
        return failed(
            SPF, f"{len(found.spf)} are published, so none counts (RFC 7208, section 4.5).", "Make one of them."
        )
    if found.spf[0].lower().endswith("+all") or found.spf[0].lower().endswith(" all"):
        return failed(SPF, f"«{found.spf[0]}» lets everybody send as {found.domain}.", "End it with -all or ~all.")
    return passed(SPF, f"«{found.spf[0]}». It must let the server send that hands our answers on.")


def _dmarc(found: Published) -> Check:
    if len(found.dmarc) != 1:
        return failed(
            DMARC, f"{len(found.dmarc) or 'None'} is published for {found.domain}." if not found.dmarc else f"{len(found.dmarc)} are published for {found.domain}, so none counts.",
            f"Publish one TXT record for _dmarc.{found.domain}, to begin with v=DMARC1; p=none; and sign what leaves by DKIM.",
        )  # fmt: skip
    return passed(
        DMARC,
        f"«{found.dmarc[0]}». Look for dkim=pass in the source of any answer: which key signs cannot be seen from here.",
    )


def _words(text: bytes) -> str:
    return text.decode("utf-8", "replace")
