"""What is done to the queue beside its workers: when a process begins, or at the word of whoever runs the server."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.arrival import MAIL
from bot.ledger.tables import OutboxItem, OutboxState
from bot.notices import KINDS
from bot.outbox.claims import QUEUE
from bot.outbox.courier import GiveUp


def recover(tx: Session) -> None:
    """Take back what a process that is no more was delivering (only where one process serves the database)."""
    QUEUE.recover(tx)


def strand(tx: Session, channels: Collection[str], places: Collection[str], give_up: GiveUp) -> None:
    """Give up what waits for a channel that is not configured any more, or in a chat for a place that is not.

    `places`: the conversations in which services are told of their files.
    """
    waiting = select(OutboxItem).where(OutboxItem.state == OutboxState.WAITING)
    for item in tx.scalars(waiting.where(OutboxItem.channel != MAIL)).all():
        to_a_place = KINDS[item.kind].model_validate(item.facts).to_a_place
        if item.channel not in channels:
            error = f"{item.channel} is not configured"
        elif to_a_place and item.recipient not in places:
            error = f"no service is told of its files in {item.recipient}"
        else:
            continue
        item.state, item.error = OutboxState.FAILED, error
        give_up(tx, item, refused=False)


def retry(tx: Session, ids: Sequence[str], now: datetime) -> None:
    """Have these tried at once, also those given up."""
    tx.execute(update(OutboxItem).where(OutboxItem.id.in_(ids)).values(state=OutboxState.WAITING, next_at=now))
