"""Contents that must go before their time, at the word of whoever runs the server (docs/rules.md, «Retention»)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import freezing, notices, roster
from bot.ledger import files
from bot.ledger.tables import Contents, File
from bot.rules.lifecycle import Act, Status
from bot.rules.somebody import Somebody
from bot.telling import Occasion, facts, post

CHANNEL = "cli"
WAITS = frozenset({Status.SENT, Status.RECEIVED})
"""Where a service still takes it in or can have it again, so that all its officers hear that they no longer can."""

Readers = Literal["sender", "headteacher", "officer", "administrators"]


@dataclass
class Concern:
    """What an erasure touches besides the file: told to whoever gives the word, before and after."""

    had: tuple[str, ...] = ()
    """The names of those who have had the contents."""
    told: tuple[str, ...] = ()
    """The addresses that are told."""
    same: tuple[str, ...] = ()
    """The references of other files with the same contents, which stay."""


@dataclass(frozen=True)
class _Reader:
    person: Somebody
    why: Readers
    had: bool = field(default=False)


def concern(tx: Session, file: File) -> Concern:
    """Whom and what it touches."""
    twins = select(File.reference).where(
        File.sha256 == file.sha256, File.id != file.id, File.contents == Contents.KEPT,
    )  # fmt: skip
    had = tuple(one.name for one in freezing.havers(tx, file).values())
    told = tuple(one.person.email for one in _readers(tx, file))
    return Concern(had=had, told=told, same=tuple(tx.scalars(twins.order_by(File.id))))


def is_gone(file: File) -> bool:
    """Whether the contents are destroyed."""
    return file.contents is Contents.DESTROYED


def is_over(tx: Session, file: File) -> bool:
    """Whether the contents are gone, or the word for that was given before."""
    return is_gone(file) or files.is_to_be_destroyed(tx, file)


def erase(tx: Session, file: File, why: str, occasion: Occasion, *, by: Somebody | None = None) -> None:
    """Order the destruction of contents that are kept, and tell all whom it concerns. What was not sent on yet is discarded.

    `by`: the administrator who says so; None: whoever runs the server.
    """
    readers, now = _readers(tx, file), occasion.now
    notice = notices.Erased(
        files=(facts(file, occasion.settings).elsewhere(),), why=why, by=by.name if by else "", reader="sender",
        had=tuple(one.name for one in freezing.havers(tx, file).values()),
    )  # fmt: skip
    who = by.id if by else None
    if files.leads_to(file, Act.DISCARDED):
        files.change(tx, file, Act.DISCARDED, seen=None, by=who, now=now, channel=CHANNEL, why=_recorded(why))
    files.order_destruction(tx, file.object_id, file_id=file.id, why=_recorded(why), now=now, by=who)
    for one in readers:
        told = notice.model_copy(update={"reader": one.why, "reader_had": one.had})
        post(tx, told, occasion, to=one.person.email, person=one.person)


def _recorded(why: str) -> str:
    return f"erased: {why}"


def _readers(tx: Session, file: File) -> Sequence[_Reader]:
    """Its sender; of what was sent on also the headteacher, whoever has had it, the administrators, and the service's officers
    where it waits for them. Each once, and nobody who has left. What was not sent on nobody but its sender knows of."""
    found = {file.sent_by: _Reader(file.sender, "sender")}
    settled = file.school is not None and not files.leads_to(file, Act.DISCARDED)
    for one in freezing.concerned(tx, file) if settled else ():
        if one.had or one.why != "officer" or file.status in WAITS:
            asked = one.had and not roster.on_the_list(one.person, file.school)
            found.setdefault(one.person.id, _Reader(one.person, one.why, asked))
    return [one for one in found.values() if one.person.left_at is None]
