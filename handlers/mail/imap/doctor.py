"""What `postroom doctor` looks at in mailboxes. It changes nothing."""

from collections.abc import Iterator
from datetime import timedelta

from bot.settings import Imap
from handlers.checks import Check, Patient, failed, passed
from handlers.mail.imap.faults import BadMailbox, Lost, Refused
from handlers.mail.imap.session import Session
from handlers.mail.imap.signin import Account


def checks(patient: Patient) -> Iterator[Check]:
    """Each mailbox by itself."""
    for name, mailbox in patient.settings.email.imap.items():
        yield from _mailbox(name, mailbox, patient)


def _mailbox(name: str, mailbox: Imap, patient: Patient) -> Iterator[Check]:
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
            yield from _forgotten(f"{check}: old mail", mailbox, session, patient)
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


def _forgotten(check: str, mailbox: Imap, session: Session, patient: Patient) -> Iterator[Check]:
    """Mail with contents in clear for longer than Postroom itself keeps them (docs/privacy.md, «Where else it lies»)."""
    days = patient.settings.retention.contents_days
    bound = patient.clock.now().date() - timedelta(days)
    for folder in filter(None, (mailbox.done_folder, mailbox.failed_folder)):
        if session.has(folder) and (count := session.older(folder, bound)):
            yield failed(
                check,
                f"{count} mails in {folder} came more than {days} days ago, with what they brought in clear.",
                "Postroom has long destroyed their contents. Delete them, and have the mail server empty that folder after some "
                'days; or set done_folder = "", which deletes mail as soon as it is taken in.',
            )
