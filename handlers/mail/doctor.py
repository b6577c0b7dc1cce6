"""What mail needs and might not have: the part of `postroom doctor` that this channel answers for."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

from aiosmtplib import SMTPException
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.arrival import MAIL
from bot.ledger.tables import InboxItem
from bot.settings.kinds import NOBODY, is_loopback
from handlers.checks import Check, Patient, advised, failed, passed
from handlers.mail.imap.faults import words
from handlers.mail.oauth import BadApplication, NoToken
from handlers.mail.send import Smarthost
from handlers.mail.trust.dns import DnsTrouble
from handlers.mail.trust.resolver import Resolver

SENDERS, NAME_SERVERS, OUT, PRACTICE = "senders", "name servers", "mail out", "practice"
REMEDY = (
    "Correct [dns] nameservers, or let this machine reach them on port 53 by UDP and TCP. Until then mail from the "
    "Internet is asked to come again."
)


def checks(patient: Patient) -> Iterator[Check]:
    """Whether anybody can be believed, whether those who prove senders to us can be asked, and the way out."""
    yield _senders(patient)
    if patient.settings.email.trust.authenticate:
        yield _name_servers(patient)
    yield _way_out(patient)
    if address := patient.settings.email.try_address:
        yield _practice(patient, address)


def _practice(patient: Patient, address: str) -> Check:
    """Whether mail for trying out finds its way here, as far as can be told without sending any."""
    settings = patient.settings
    if patient.ledger and (last := patient.ledger.read_now(_last_tried)):
        at = last.astimezone(settings.timezone)
        return passed(PRACTICE, f"{address}: the last mail to it came in at {at:%H:%M} on {at:%-d %B %Y}.")
    returns = settings.email.address
    if address.rpartition("@")[2] == returns.rpartition("@")[2]:
        return advised(PRACTICE, f"{address}: no mail to it has come yet.", "Send one: it is answered within a minute.")
    return failed(
        PRACTICE, f"{address} is of another domain than {returns}, and no mail to it has come yet.",
        "Have that domain's mail system hand it over as yours does the mail to the returns mailbox, and send one; or take "
        "an address beside the returns mailbox as try_address of [email].",
    )  # fmt: skip


def _last_tried(tx: Session) -> datetime | None:
    is_trial = InboxItem.arrival["trial"].as_boolean().is_(True)
    return tx.scalar(select(func.max(InboxItem.arrived_at)).where(InboxItem.channel == MAIL, is_trial))


def _senders(patient: Patient) -> Check:
    email = patient.settings.email
    trust = email.trust
    if email.smtp.enabled and not (trust.relay_networks or trust.submission_networks or trust.authenticate):
        return failed(
            SENDERS, "Nobody who hands mail over to [email.smtp] is believed, so all of it is refused.",
            "In [email.trust] name your mail servers (relay_networks, authserv_ids), or set authenticate = true; where mail "
            "is only fetched, set enabled = false in [email.smtp]. docs/mail.md tells which.",
        )  # fmt: skip
    if NOBODY in trust.authserv_ids and not trust.authenticate:
        return failed(
            SENDERS, f"{NOBODY} stands for a name that is still to be looked up, so nobody is believed.",
            "Look into the source of a mail from outside for the name in front of Authentication-Results, and write it into authserv_ids "
            "of [email.trust]. Where there is no such line, set authenticate = true.",
        )  # fmt: skip
    ways = {
        f"mail servers of ours ({', '.join(map(str, trust.relay_networks))})": trust.relay_networks,
        f"everybody on {', '.join(map(str, trust.submission_networks))}, without proof": trust.submission_networks,
        "SPF, DKIM and DMARC as we find them": trust.authenticate,
        "the servers of our mailboxes": email.imap,
    }
    return passed(SENDERS, f"Believed: {'; '.join(way for way, used in ways.items() if used)}.")


def _name_servers(patient: Patient) -> Check:
    settings = patient.settings
    domain = settings.email.address.rpartition("@")[2]
    try:
        asyncio.run(Resolver(settings.dns.nameservers).txt(domain))
    except DnsTrouble as trouble:
        return failed(NAME_SERVERS, f"They do not answer ({trouble}).", REMEDY)
    return passed(NAME_SERVERS, f"They answer when asked for {domain}.")


def _way_out(patient: Patient) -> Check:
    """Connected to, and signed in where there is a login; nothing is sent."""
    outgoing = patient.settings.email.outgoing
    where = f"{outgoing.host}:{outgoing.port}"
    try:
        asyncio.run(Smarthost.of(patient.settings).greet())
    except BadApplication as fault:
        return failed(OUT, fault.detail, fault.remedy)
    except (NoToken, SMTPException, OSError) as fault:
        does_not = f"does not let {outgoing.user} in" if outgoing.user else "cannot be used"
        remedy = "Put right what stands in [email.outgoing], and see that this machine may call that server."
        return failed(OUT, f"{where} {does_not}: {words(fault)}. Answers wait until it does.", remedy)
    if outgoing.tls == "none" and not is_loopback(outgoing.host):
        remedy = 'Set tls = "starttls" in [email.outgoing], with tls_ca_file where that server\'s certificate is one of your own making.'
        return failed(
            OUT, f"{where} answers, but answers go there unencrypted, with names of schools and files.", remedy
        )
    return passed(OUT, f"{outgoing.host} lets {outgoing.user} in." if outgoing.user else f"{where} answers.")
