"""What was written, and the record itself, are not kept for ever either (docs/operations.md, «Retention»).

A file's record ends as a whole: its name stands in what its history seals, so words alone cannot be taken out of it.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Delete, delete, exists, select, text, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.ledger import history
from bot.ledger.tables import (
    Contents,
    DestroyOrder,
    Duty,
    Entry,
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
    Unreachable,
)
from bot.retention.due import Due
from bot.telling import Occasion

BATCH = 50
FINISHED = InboxItem.state.in_((InboxState.DONE, InboxState.DISCARDED))
READABLE = text("arrival <> '{}'")
"""As the index says it."""
NAMED_BY: Sequence[InstrumentedAttribute[int | None] | InstrumentedAttribute[int]] = (
    File.sent_by, File.received_by, File.rejected_by, File.recalled_by, File.frozen_by, Entry.person_id,
    DestroyOrder.ordered_by, OutboxItem.person_id, Link.person_id, Proof.person_id, Surface.person_id,
)  # fmt: skip
"""Wherever the record speaks of a person."""


def letters(tx: Session, due: Due, occasion: Occasion) -> bool:
    """Forget what was told and what came: answers, subjects, senders, links. False: there was nothing.

    Of what came, its key stays: by that it is known should it come once more.
    """
    del occasion
    bound = due.letters_bound()
    told = OutboxItem.state.in_((OutboxState.SENT, OutboxState.FAILED)) & (OutboxItem.created_at < bound)
    ids = list(tx.scalars(select(OutboxItem.id).where(told).order_by(OutboxItem.created_at).limit(BATCH)))
    tx.execute(delete(Surface).where(Surface.notice_id.in_(ids)))
    tx.execute(delete(Mention).where(Mention.notice_id.in_(ids)))
    tx.execute(delete(OutboxItem).where(OutboxItem.id.in_(ids)))
    came = select(InboxItem.id).where(FINISHED, InboxItem.arrived_at < bound, READABLE).limit(BATCH)
    numbers = list(tx.scalars(came))
    erased = {"sender": "", "subject": "", "why": "", "arrival": {}}
    tx.execute(update(InboxItem).where(InboxItem.id.in_(numbers)).values(erased))
    rest: list[Delete] = [
        delete(Link).where(Link.id.in_(select(Link.id).where(Link.expires_at < bound).limit(BATCH))),
        delete(Proof).where(Proof.id.in_(select(Proof.id).where(Proof.expires_at < bound).limit(BATCH))),
        delete(Unreachable).where(Unreachable.last_at < bound),
    ]
    return bool(ids or numbers) or _any(tx, rest)


def records(tx: Session, due: Due, occasion: Occasion) -> bool:
    """End the records of files whose contents are long gone, of what came, and of people who left. False: none was due."""
    bound = due.records_bound()
    old = (File.sent_at < bound) & (File.contents == Contents.DESTROYED)
    found = tx.scalars(select(File).where(old).order_by(File.sent_at).limit(BATCH)).unique().all()
    for file in found:
        history.remove(tx, file, now=occasion.now, why="its years are over")
    ids = [file.id for file in found]
    for column in (Mention.file_id, Link.file_id, DestroyOrder.file_id, File.id):
        tx.execute(delete(column.class_).where(column.in_(ids)))
    came = select(InboxItem.id).where(FINISHED, InboxItem.arrived_at < bound).limit(BATCH)
    leavers = list(tx.scalars(select(Person.id).where(Person.left_at < bound, *_unnamed()).limit(BATCH)))
    tx.execute(delete(Identity).where(Identity.person_id.in_(leavers)))
    tx.execute(delete(Duty).where(Duty.person_id.in_(leavers)))
    tx.execute(delete(Person).where(Person.id.in_(leavers)))
    return bool(ids or leavers) or _any(tx, [delete(InboxItem).where(InboxItem.id.in_(came))])


def _unnamed() -> list[ColumnElement[bool]]:
    return [~exists().where(column == Person.id) for column in NAMED_BY]


def _any(tx: Session, deletions: Sequence[Delete]) -> bool:
    """Do all of them. Whether there was anything to delete."""
    counts = [len(tx.execute(one.returning(text("1"))).all()) for one in deletions]
    return any(counts)
