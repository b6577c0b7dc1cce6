"""What was written, and the record itself, are not kept for ever either (docs/operations.md, «Retention»).

A file's record ends as a whole: its name stands in what its history seals, so words alone cannot be taken out of it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Delete, and_, delete, exists, or_, select, text, update
from sqlalchemy.orm import Session

from bot.ledger import history
from bot.ledger.tables import (
    Contents,
    Decision,
    DestroyOrder,
    Duty,
    File,
    Identity,
    InboxItem,
    InboxState,
    Link,
    Mention,
    OutboxItem,
    OutboxState,
    Person,
    Proof,
    Surface,
    Table,
    Unreachable,
)
from bot.retention.due import Due
from bot.telling import Occasion

BATCH = 50
FINISHED = InboxItem.state.in_((InboxState.DONE, InboxState.DISCARDED))
READABLE = text("arrival <> '{}'")
"""As the index says it."""
OWN = frozenset({Identity.__tablename__, Duty.__tablename__})
"""What goes with a person, and is no record of what they did."""


def told(due: Due) -> ColumnElement[bool]:
    """Notices that are remembered no more."""
    return OutboxItem.state.in_((OutboxState.SENT, OutboxState.FAILED)) & (OutboxItem.created_at < due.letters_bound())


def came(due: Due) -> ColumnElement[bool]:
    """Messages of which no more than their keys is remembered from now on."""
    return and_(FINISHED, InboxItem.arrived_at < due.letters_bound(), READABLE)


def ended(due: Due) -> ColumnElement[bool]:
    """Files whose record ends."""
    return (File.sent_at < due.records_bound()) & (File.contents == Contents.DESTROYED)


def letters(tx: Session, due: Due, occasion: Occasion) -> bool:
    """Forget what was told and what came: answers, subjects, senders, links. False: there was nothing.

    Of what came, its key stays: by that it is known should it come once more.
    """
    del occasion
    bound = due.letters_bound()
    ids = list(tx.scalars(select(OutboxItem.id).where(told(due)).order_by(OutboxItem.created_at).limit(BATCH)))
    tx.execute(delete(Surface).where(Surface.notice_id.in_(ids)))
    tx.execute(delete(Mention).where(Mention.notice_id.in_(ids)))
    tx.execute(delete(OutboxItem).where(OutboxItem.id.in_(ids)))
    numbers = list(tx.scalars(select(InboxItem.id).where(came(due)).limit(BATCH)))
    erased = {"sender": "", "subject": "", "why": "", "arrival": {}}
    tx.execute(update(InboxItem).where(InboxItem.id.in_(numbers)).values(erased))
    tx.execute(update(Decision).where(Decision.item_id.in_(numbers)).values(sender="", why=""))
    rest: list[Delete] = [
        delete(Link).where(Link.id.in_(select(Link.id).where(Link.expires_at < bound).limit(BATCH))),
        delete(Proof).where(Proof.id.in_(select(Proof.id).where(Proof.expires_at < bound).limit(BATCH))),
        delete(Unreachable).where(Unreachable.last_at < bound),
        delete(Surface).where(_abandoned(bound)),
    ]
    return bool(ids or numbers) or _any(tx, rest)


def records(tx: Session, due: Due, occasion: Occasion) -> bool:
    """End the records of files whose contents are long gone, of what came, and of people who left. False: none was due."""
    bound = due.records_bound()
    found = tx.scalars(select(File).where(ended(due)).order_by(File.sent_at).limit(BATCH)).unique().all()
    for file in found:
        history.remove(tx, file, now=occasion.now, why="its years are over")
    ids = [file.id for file in found]
    for column in (Mention.file_id, Link.file_id, DestroyOrder.file_id, File.id):
        tx.execute(delete(column.class_).where(column.in_(ids)))
    known = list(tx.scalars(select(InboxItem.id).where(FINISHED, InboxItem.arrived_at < bound).limit(BATCH)))
    tx.execute(delete(Decision).where(Decision.item_id.in_(known)))
    tx.execute(delete(InboxItem).where(InboxItem.id.in_(known)))
    leavers = list(tx.scalars(select(Person.id).where(Person.left_at < bound, *_unnamed()).limit(BATCH)))
    tx.execute(delete(Identity).where(Identity.person_id.in_(leavers)))
    tx.execute(delete(Duty).where(Duty.person_id.in_(leavers)))
    tx.execute(delete(Person).where(Person.id.in_(leavers)))
    return bool(ids or known or leavers)


def _unnamed() -> list[ColumnElement[bool]]:
    """Whom no row names any more, in whatever table."""
    return [~exists().where(column == Person.id) for column in _naming()]


def _naming() -> Iterator[Column[int]]:
    tables = (table for table in Table.metadata.sorted_tables if table.name not in OWN)
    people = Person.__tablename__
    yield from (key.parent for table in tables for key in table.foreign_keys if key.column.table.name == people)


def _abandoned(bound: datetime) -> ColumnElement[bool]:
    """The homes, drawn to their end, of those who left before then or are nobody on the roster: whoever opens theirs again
    has a new one."""
    left = exists().where(Person.id == Surface.person_id, Person.left_at < bound)
    home = and_(Surface.notice_id.is_(None), Surface.next_at.is_(None))
    return and_(home, or_(Surface.person_id.is_(None), left))


def _any(tx: Session, deletions: Sequence[Delete]) -> bool:
    """Do all of them. Whether there was anything to delete."""
    counts = [len(tx.execute(one.returning(text("1"))).all()) for one in deletions]
    return any(counts)
