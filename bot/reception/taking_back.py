"""«Recall This Message» of Outlook, which reaches us as a mail that says so (lesson L50).

It means every file of the one mail it names. Where that could be several mails, it is asked which file is meant.
"""

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import notices, roster, school_desk, telling
from bot.ledger.tables import File, InboxItem, InboxState
from bot.notices import Notice
from bot.rules.authority import Sight
from bot.rules.commands import Command
from bot.telling import Asking

SUBJECT = re.compile(r"\s*(?:recall|zurückrufen|rückruf|rappel|retirar|intrekken)\s*:\s*(.+)", re.IGNORECASE)
SENTENCE = re.compile(
    r"would like to recall the message|möchte die nachricht .{0,500}zurückrufen|souhaite rappeler le message"
    r"|desea recuperar el mensaje|wil het bericht .{0,500}intrekken",
    re.IGNORECASE | re.DOTALL,
)
"""What Outlook writes, in the languages it is set to. Without this sentence the subject is somebody's own words."""
LOOKED_BACK_MAX = 200
"""So many of the sender's latest mails are searched."""


@dataclass(frozen=True)
class TakeBack(Command):
    """Take back what came with the mail of this subject."""

    subject: str


def asked(subject: str, text: str) -> TakeBack | None:
    """The mail that Outlook is to recall, if that is what it says."""
    match = SUBJECT.fullmatch(subject)
    if not match or not SENTENCE.search(text):
        return None
    return TakeBack(f"recall {match[1].strip()}", match[1].strip())


def take_back(tx: Session, command: TakeBack, asking: Asking) -> list[Notice]:
    """Recall the files of the mail that is meant; of several mails, ask which file."""
    mails = _meant(tx, command.subject, asking)
    chosen = [file for mail in mails for file in _files_of(tx, mail, asking)]
    if len(mails) > 1:
        return [school_desk.which(chosen, command.said, asking)]
    for file in chosen:
        if file.ever_received:
            _warn(tx, file, asking)
    return school_desk.recall(tx, chosen, command.said, asking)


def _meant(tx: Session, subject: str, asking: Asking) -> list[InboxItem]:
    """This sender's mails that it can mean: of the Message-IDs it refers to, else of that subject."""
    theirs = (InboxItem.channel == asking.channel) & (InboxItem.sender == asking.address)
    latest = select(InboxItem).where(theirs, InboxItem.state == InboxState.DONE)  # who sent the others is not proven
    mails = list(tx.scalars(latest.order_by(InboxItem.id.desc()).limit(LOOKED_BACK_MAX)))
    referred = [mail for mail in mails if mail.arrival["route"]["message_id"] in asking.route.references]
    return referred or [mail for mail in mails if mail.subject.strip().casefold() == subject.casefold()]


def _files_of(tx: Session, mail: InboxItem, asking: Asking) -> list[File]:
    """What came with a mail; sealed under names that begin with the mail's number (`Reception`)."""
    found = tx.scalars(select(File).where(File.object_id.startswith(f"f{mail.id}-")).order_by(File.id))
    return [file for file in found if roster.may(tx, asking.person, Sight.SEE, file)]


def _warn(tx: Session, file: File, asking: Asking) -> None:
    """It may be a breach: whoever has the contents hears of it, and the administrators."""
    what = "A school wants a file back that an officer has had: it may be a breach"
    line = f"{file.reference}: {file.name}, recalled too late by {asking.person.name}"
    telling.alert(tx, what, [line], asking)
    if file.receiver and file.receiver.left_at is None:
        alert = notices.Alert(what=what, lines=(line,))
        telling.post(tx, alert, asking, to=file.receiver.email, person=file.receiver)
