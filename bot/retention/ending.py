"""What ends by itself: contents, held files, quarantine. Each step is one short write over a batch."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import notices, roster
from bot.arrival import MAIL, SLACK
from bot.ledger import files
from bot.ledger.tables import File, InboxItem
from bot.notices import Outcome
from bot.quarantine import expire
from bot.retention.due import Due
from bot.rules.lifecycle import Act
from bot.telling import Occasion, came_by, facts, post

BATCH = 50
"""Rows in one write, so that others who write wait for a moment only."""


def contents(tx: Session, due: Due, occasion: Occasion) -> bool:
    """Order the destruction of contents that were kept for as long as they are. False: none was due."""
    found = tx.scalars(select(File).where(due.contents()).order_by(File.sent_at).limit(BATCH)).unique().all()
    why = f"kept for {due.kept.contents_days} days"
    for file in found:
        files.order_destruction(tx, file.object_id, file_id=file.id, why=why, now=occasion.now)
    return bool(found)


def held(tx: Session, due: Due, occasion: Occasion) -> bool:
    """Discard what its senders did not answer for, and tell them: each in one notice. False: none was due."""
    found = tx.scalars(select(File).where(due.held()).order_by(File.sent_by, File.id).limit(BATCH)).unique().all()
    why = f"no answer within {due.kept.held_days} days"
    done = [
        file
        for file in found
        if files.change(tx, file, Act.DISCARDED, seen=None, by=None, now=occasion.now, channel="postroom", why=why)
    ]
    _tell_of_discarded(tx, done, due.kept.held_days, occasion)
    return bool(found)


def quarantine(tx: Session, due: Due, occasion: Occasion) -> bool:
    """Discard messages about which nobody decided; why they lay there stays on record, and who is proven to have sent one
    hears of it. False: none was due."""
    found = tx.scalars(select(InboxItem).where(due.quarantined()).order_by(InboxItem.arrived_at).limit(BATCH)).all()
    for item in found:
        expire(tx, item, due.kept.quarantine_days, occasion)
    return bool(found)


def _tell_of_discarded(tx: Session, done: Sequence[File], days: int, occasion: Occasion) -> None:
    grouped: dict[tuple[int, str], list[File]] = defaultdict(list)
    for file in done:
        if file.sender.left_at is None:  # whoever has left hears nothing more, and nobody else ever saw it
            grouped[file.sent_by, came_by(tx, file, occasion.settings)].append(file)
    for (_, channel), theirs in grouped.items():
        sender = theirs[0].sender
        outcomes = tuple(
            Outcome(verdict="discarded", given=file.given, file=facts(file, occasion.settings)) for file in theirs
        )
        to = roster.identity(sender, SLACK) if channel != MAIL else sender.email
        notice = notices.Discarded(outcomes=outcomes, unanswered_days=days)
        post(tx, notice, occasion, to=to, person=sender, channel=channel)
