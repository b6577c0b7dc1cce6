"""Which files somebody means: by reference, name, part of a name, or a number in the notice they answer.

Nothing is found that they may not see.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from bot import roster
from bot.ledger.tables import File, Mention, OutboxItem
from bot.rules import reference
from bot.rules.somebody import Somebody

CANDIDATES_MAX = 20
"""Of several that are meant, so many are listed."""
PART_CHARACTERS_MIN = 3
"""A shorter part of a name means nothing."""
QUOTES = "\"'«»“”‘’"
"""What people put around a name."""


def find(tx: Session, person: Somebody, text: str) -> list[File]:
    """The files that this text can mean, newest first: of its reference; else of its name; else those of a part."""
    wanted = text.strip().strip(QUOTES).strip()
    if shown := reference.read(wanted):
        return _visible(tx, person, File.reference == shown)
    stem = literal(wanted)
    exact = or_(File.name.ilike(stem, escape="\\"), File.name.ilike(f"{stem}.%", escape="\\"))
    given = or_(File.given.ilike(stem, escape="\\"), File.given.ilike(f"{stem}.%", escape="\\"))
    if found := _visible(tx, person, or_(exact, given)):
        return found
    if len(wanted) < PART_CHARACTERS_MIN:
        return []
    return _visible(tx, person, File.name.ilike(f"%{stem}%", escape="\\"))


def answered_files(tx: Session, person: Somebody, answered: OutboxItem | None) -> dict[int, File]:
    """The files that the notice answered speaks of, under the numbers it gave them; only those this person may see."""
    if answered is None:
        return {}
    spoken = select(Mention, File).join(File, File.id == Mention.file_id).where(Mention.notice_id == answered.id)
    rows = tx.execute(spoken.where(roster.visible(person)).order_by(Mention.position)).all()
    found: dict[int, File] = {}
    seen: set[int] = set()
    for row, file in rows:
        if file.id not in seen:
            seen.add(file.id)
            found[row.number or row.position] = file
    return found


def mentioned_in(tx: Session, person: Somebody, references: Iterable[str]) -> list[File]:
    """The files of these references that this person may see."""
    return _visible(tx, person, File.reference.in_(list(references)))


def literal(text: str) -> str:
    """The text as a literal part of a LIKE pattern."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _visible(tx: Session, person: Somebody, condition: ColumnElement[bool]) -> list[File]:
    wanted = select(File).where(condition, roster.visible(person))
    return list(tx.scalars(wanted.order_by(File.sent_at.desc(), File.id.desc()).limit(CANDIDATES_MAX)))
