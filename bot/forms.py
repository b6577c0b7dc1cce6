"""What a form of a chat shows before somebody decides. Only reads: what is decided comes as a press of its own."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import officer_desk, roster
from bot.clock import Clock
from bot.ledger import files
from bot.ledger.tables import File
from bot.notices import FileFacts
from bot.rules import reference
from bot.rules.lifecycle import Act, Status
from bot.settings import Settings
from bot.telling import Asking, facts

LISTED_MAX = 50
"""Files that are received at one press."""


@dataclass(frozen=True)
class Asked:
    """Somebody pressed what opens a form."""

    channel: str
    sender: str
    """Their identity in that channel."""
    address: str
    """The mailbox that the channel vouches for, where they are not known by their identity yet."""
    say: str
    """What the button stands for: it names the file."""
    seen: dict[str, int]


@dataclass(frozen=True)
class Form:
    """What is to be shown."""

    file: FileFacts
    services: tuple[tuple[str, str], ...] = ()
    """Where the file can go, by code and name."""
    files: tuple[FileFacts, ...] = ()
    """What the same school sent to the same service and nobody has received."""


def deciding(tx: Session, asked: Asked, act: Act, settings: Settings, clock: Clock) -> Form | None:
    """The form on which one file is rejected or moved; None where that is not open to them: the press itself is
    answered with why."""
    asking, file = _asking(tx, asked, settings, clock), _file(tx, asked.say)
    if asking is None or file is None or officer_desk.closed(tx, file, act, asking):
        return None
    return Form(facts(file, settings), services=officer_desk.destinations(tx, {file.service}, settings))


def receiving_all(tx: Session, asked: Asked, settings: Settings, clock: Clock) -> Form | None:
    """The form on which all that a school sent to a service is received; None where they may not."""
    asking, file = _asking(tx, asked, settings, clock), _file(tx, asked.say)
    if asking is None or file is None or not roster.may(tx, asking.person, Act.RECEIVED, file):
        return None
    waiting = select(File).where(File.school == file.school, File.service == file.service, File.status == Status.SENT)
    waiting = waiting.where(File.frozen_at.is_(None))
    found = tx.scalars(waiting.order_by(File.sent_at, File.id).limit(LISTED_MAX)).unique()
    return Form(facts(file, settings), files=tuple(facts(one, settings) for one in found))


def _asking(tx: Session, asked: Asked, settings: Settings, clock: Clock) -> Asking | None:
    person = roster.recognise(tx, asked.channel, asked.sender, asked.address)
    if person is None:
        return None
    return Asking(
        settings=settings, clock=clock, now=clock.now(), channel=asked.channel, person=person, address=asked.sender,
        seen=asked.seen,
    )  # fmt: skip


def _file(tx: Session, say: str) -> File | None:
    named = reference.find(say)
    return files.by_reference(tx, named[0]) if named else None
