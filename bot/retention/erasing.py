"""Contents that must go before their time, at the word of whoever runs the server (docs/rules.md, «Retention»)."""

from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Reader:
    """One person who is told."""

    person: Somebody
    why: Readers
    had: bool = False
    """They have had the contents, though they are not of the school: they are asked to delete what they saved."""


@dataclass(frozen=True)
class Concern:
    """What an erasure touches besides the file. Whoever gives the word is told of it before and after."""

    had: tuple[str, ...]
    """The names of those who have had the contents."""
    readers: tuple[Reader, ...]
    """Whoever is told."""
    same: tuple[str, ...]
    """The references of other files with the same contents, which stay."""


def concern(tx: Session, file: File) -> Concern:
    """Whom and what it touches."""
    twins = select(File.reference).where(
        File.sha256 == file.sha256, File.id != file.id, File.contents == Contents.KEPT,
    )  # fmt: skip
    people = list(freezing.concerned(tx, file))
    had = tuple(one.person.name for one in people if one.had)
    return Concern(had=had, readers=_readers(file, people), same=tuple(tx.scalars(twins.order_by(File.id))))


def is_gone(file: File) -> bool:
    """Whether the contents are destroyed."""
    return file.contents is Contents.DESTROYED


def is_over(tx: Session, file: File) -> bool:
    """Whether the contents are gone, or the word for that was given before."""
    return is_gone(file) or files.is_to_be_destroyed(tx, file)


def erase(
    tx: Session, file: File, why: str, occasion: Occasion, *, touched: Concern, by: Somebody | None = None
) -> None:
    """Order the destruction of contents that are kept, and tell all whom it concerns. What was not sent on yet is discarded.

    `touched`: the file's `concern`; `by`: the administrator who says so; None: whoever runs the server.
    """
    now = occasion.now
    notice = notices.Erased(
        files=(facts(file, occasion.settings).elsewhere(),), why=why, by=by.name if by else "", reader="sender",
        had=touched.had,
    )  # fmt: skip
    who = by.id if by else None
    if files.leads_to(file, Act.DISCARDED):
        files.change(tx, file, Act.DISCARDED, seen=None, by=who, now=now, channel=CHANNEL, why=_recorded(why))
    files.order_destruction(tx, file.object_id, file_id=file.id, why=_recorded(why), now=now, by=who)
    for one in touched.readers:
        told = notice.model_copy(update={"reader": one.why, "reader_had": one.had})
        post(tx, told, occasion, to=one.person.email, person=one.person)


def _recorded(why: str) -> str:
    return f"erased: {why}"


def _readers(file: File, people: Iterable[freezing.Reader]) -> tuple[Reader, ...]:
    """Its sender; of what was sent on also the headteacher, whoever has had it, the administrators, and the service's officers
    where it waits for them. Each once, and nobody who has left. What was not sent on nobody but its sender knows of."""
    found = {file.sent_by: Reader(file.sender, "sender")}
    settled = file.school is not None and not files.leads_to(file, Act.DISCARDED)
    for one in people if settled else ():
        if one.had or one.why != "officer" or file.status in WAITS:
            asked = one.had and not roster.on_the_list(one.person, file.school)
            found.setdefault(one.person.id, Reader(one.person, one.why, asked))
    return tuple(one for one in found.values() if one.person.left_at is None)
