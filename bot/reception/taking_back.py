"""«Recall This Message» of Outlook, which reaches us as a mail that says so (lesson L50).

It means every file of the one mail it names. Where that could be several mails, it is asked which file is meant. As seen
in public mail: neither the desktop's nor the cloud's refers to the mail it names by its Message-ID, so that the subject
must find it; the desktop's brings a `winmail.dat` (of the class `IPM.Outlook.Recall`) and whatever the gateway adds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import freezing, roster, school_desk
from bot.arrival import MAIL, Arrival, Opened
from bot.handing_out import GONE
from bot.ledger import Later, files
from bot.ledger.tables import File, InboxItem, InboxState
from bot.notices import Notice
from bot.rules import subjects
from bot.rules.authority import Sight
from bot.rules.commands import Command
from bot.telling import Asking

SUBJECT = re.compile(
    r"(?:recall|r[üu]ckruf|zur[üu]ckrufen|rappel|rappeler|retirar|recuperar|intrekken|ingetrokken|richiamo|galw'?n [ôo]l|adalw)"
    r"\s*:\s*(.+)",
    re.IGNORECASE | re.DOTALL,
)
SENTENCE = re.compile(
    r"would like to recall the message|möchte die nachricht .{0,500}zurückrufen"
    r"|(?:souhaite|souhaiterait|aimerait|voudrait) rappeler le message"
    r"|(?:desea|quiere|quisiera) (?:recuperar|retirar) el mensaje|(?:wil|wilt) het bericht .{0,500}intrekken"
    r"|(?:desidera|vorrebbe) richiamare il messaggio|(?:hoffai|dymuna) .{0,500}(?:alw'?r|adalw'?r|galw'?r) neges",
    re.IGNORECASE | re.DOTALL,
)
"""What Outlook writes, in the languages it is set to. Without this sentence the subject is somebody's own words. Those in
English and German were seen; the others say the same in other words, and Welsh is a guess."""
WRAPPING = re.compile(r"winmail\.dat|.{0,200}\.(?:txt|html?)", re.IGNORECASE)
"""The desktop's own form, and disclaimers."""
TEXT_CHARACTERS_MAX = 2000
"""The sentence stands at the top, above what a gateway adds."""
LOOKED_BACK = timedelta(days=30)
"""Outlook recalls what was sent a moment ago; a subject of last term's was another mail's."""
LOOKED_BACK_MAX = 200
"""So many of the sender's latest mails are searched."""


@dataclass(frozen=True)
class TakeBack(Command):
    """Take back what came with the mail of this subject."""

    subject: str


@dataclass(frozen=True)
class _Mail:
    """One of the sender's mails, and what came with it."""

    files: tuple[File, ...]

    @property
    def is_left(self) -> bool:
        """Whether anything of it can still be taken back, or have been had."""
        return any(file.status not in GONE for file in self.files)


def asked(subject: str, text: str) -> TakeBack | None:
    """The mail that Outlook is to recall, if that is what it says. Linear in the length of both; never raises."""
    match = SUBJECT.fullmatch(_plain(subject))
    if not match or not SENTENCE.search(text[:TEXT_CHARACTERS_MAX].replace("’", "'")):
        return None
    return TakeBack(f"recall {match[1]}", match[1])


def take_back(tx: Session, command: TakeBack, asking: Asking) -> list[Notice]:
    """Recall the files of the mail that is meant; of several mails, ask which file. Raises `Later` while it still waits."""
    mails = _meant(tx, command.subject, asking)
    meant = [mail for mail in mails if mail.is_left] or mails
    chosen = [file for mail in meant for file in mail.files]
    if len(meant) > 1:
        return [school_desk.which(chosen, command.said, asking)]
    for file in chosen:
        if file.ever_received:
            freezing.warn(tx, file, asking)
    return school_desk.recall(tx, chosen, command.said, asking)


def _meant(tx: Session, subject: str, asking: Asking) -> list[_Mail]:
    """This sender's mails with files that it can mean: of the Message-IDs it refers to, else of that subject."""
    latest = _latest(tx, asking)
    referred = [mail for mail in latest if mail.arrival["route"]["message_id"] in asking.route.references]
    named = referred or [mail for mail in latest if _plain(mail.subject).casefold() == subject.casefold()]
    named = [mail for mail in named if not mail.arrival.get("unproven")]
    if any(mail.state in (InboxState.WAITING, InboxState.WORKING) for mail in named):
        raise Later("the mail that is to be recalled still waits")
    found = (_Mail(_files_of(tx, mail, asking)) for mail in named)
    return [mail for mail in found if mail.files]


def _latest(tx: Session, asking: Asking) -> Sequence[InboxItem]:
    """Their latest mails before this one, from whichever address of theirs: what came after it, it cannot mean, nor wait
    for. Who sent one that lies in quarantine is not proven."""
    addresses = {asking.address, *(one.value for one in asking.person.identities if one.channel == asking.channel)}
    theirs = (InboxItem.channel == asking.channel) & InboxItem.sender.in_(addresses)
    states = (InboxState.DONE, InboxState.WAITING, InboxState.WORKING)
    recent = select(InboxItem).where(
        theirs,
        InboxItem.state.in_(states),
        InboxItem.arrived_at > asking.now - LOOKED_BACK,
        InboxItem.id < asking.message,
    )
    return list(tx.scalars(recent.order_by(InboxItem.id.desc()).limit(LOOKED_BACK_MAX)))


def _files_of(tx: Session, mail: InboxItem, asking: Asking) -> tuple[File, ...]:
    """What came with a mail; sealed under names that begin with the mail's number (`Reception`)."""
    after, before = f"f{mail.id}-", f"f{mail.id}."  # a range, which the index finds; «.» comes next after «-»
    theirs = File.object_id.between(after, before)
    found = tx.scalars(select(File).where(theirs).order_by(File.id)).unique()
    return tuple(file for file in found if roster.may(tx, asking.person, Sight.SEE, file))


def _plain(subject: str) -> str:
    """The subject as its writer wrote it, on one line."""
    return " ".join(subjects.behind(subjects.LABELS, subject).split())


def is_outlooks(arrival: Arrival, opened: Opened) -> bool:
    """Whether a mail is such a recall: a person's wish, even where a server marked it as its own."""
    return arrival.channel == MAIL and asked(arrival.subject, opened.text) is not None


def without_wrapping(tx: Session, opened: Opened, asking: Asking) -> Opened:
    """The mail without what Outlook and gateways wrap a recall in: that is no return."""
    wrapping = [one for one in opened.attachments if WRAPPING.fullmatch(one.name)]
    for one in wrapping:
        if not one.absent:
            files.order_destruction(tx, one.object_id, why="no file", now=asking.now)
    return opened.model_copy(update={"attachments": tuple(one for one in opened.attachments if one not in wrapping)})
