"""What `postroom doctor` looks at in mailboxes, and at the way out where that is signed in to. It changes nothing."""

import asyncio
from collections.abc import Iterator

from aiosmtplib import SMTPException

from bot.settings import Imap
from handlers.checks import Check, Patient, failed, passed
from handlers.mail.imap.faults import BadMailbox, Lost, Refused, words
from handlers.mail.imap.session import Session
from handlers.mail.imap.signin import Account
from handlers.mail.oauth import BadApplication, NoToken
from handlers.mail.send import Smarthost

OUT = "mail out"


def checks(patient: Patient) -> Iterator[Check]:
    """Each mailbox by itself, and the login to the outgoing server."""
    for name, mailbox in patient.settings.email.imap.items():
        yield from _mailbox(name, mailbox)
    if patient.settings.email.outgoing.user:
        yield _way_out(patient)


def _mailbox(name: str, mailbox: Imap) -> Iterator[Check]:
    check = f"mailbox {name}"
    try:
        session = Session.open(Account.of(name, mailbox))
    except BadMailbox as fault:
        yield failed(check, fault.detail, fault.remedy)
    except Lost as fault:
        remedy = "See that this machine may call it, through the firewall, and that host and port are right."
        yield failed(check, f"[email.imap.{name}]: {fault}.", remedy)
    else:
        try:
            yield passed(check, f"Signed in as {mailbox.user}; {len(session.mails())} mails wait in {mailbox.folder}.")
            yield _done(f"{check}: taken mail", mailbox, session)
            yield _abilities(f"{check}: server", mailbox, session)
        except (Lost, Refused) as fault:
            yield failed(check, f"[email.imap.{name}]: {fault}.", "See the server’s own log.")
        finally:
            session.close()


def _done(check: str, mailbox: Imap, session: Session) -> Check:
    if not mailbox.done_folder:
        return passed(check, "It is deleted at once.")
    there = "is there" if session.has(mailbox.done_folder) else "will be made when Postroom starts"
    return passed(check, f"It is moved to the folder {mailbox.done_folder}, which {there}.")


def _abilities(check: str, mailbox: Imap, session: Session) -> Check:
    """None of them is needed; without them mail is later, or copied before it is deleted."""
    has = session.abilities()
    told = (
        "It tells us of new mail" if "IDLE" in has else f"It is asked for new mail each {mailbox.poll_seconds} seconds"
    )
    moved = "moves mail" if "MOVE" in has else "has mail copied, and then deleted"
    return passed(check, f"{told}, and {moved}.")


def _way_out(patient: Patient) -> Check:
    outgoing = patient.settings.email.outgoing
    try:
        asyncio.run(Smarthost.of(patient.settings).greet())
    except BadApplication as fault:
        return failed(OUT, fault.detail, fault.remedy)
    except (NoToken, SMTPException, OSError) as fault:
        remedy = "Put right what stands in [email.outgoing], and see that this machine may call that server."
        return failed(OUT, f"{outgoing.host}:{outgoing.port} does not let {outgoing.user} in: {words(fault)}.", remedy)
    return passed(OUT, f"{outgoing.host} lets {outgoing.user} in.")
