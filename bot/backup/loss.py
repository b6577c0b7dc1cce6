"""What came after a backup that was put back: seen from the keys and contents that are there and have no row.

The record itself cannot know. But a message that was acknowledged has a key until it is handled, and what it brought is
stored under the number that it had in the inbox (`bot.reception`), so that at least these can be counted.
"""

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.ledger.tables import DestroyOrder, File, InboxItem, InboxState

CONTENTS = re.compile(r"f(?P<message>[0-9]+)-.+")
RAW = re.compile(r"raw-.+")
UNFINISHED = (InboxState.WAITING, InboxState.WORKING, InboxState.QUARANTINED)


@dataclass(frozen=True)
class Message:
    """A message that is on record, and was finished after the backup."""

    id: int
    channel: str
    sender: str
    subject: str
    at: datetime


@dataclass(frozen=True)
class Loss:
    """What is missing, as far as it can be known."""

    finished: tuple[Message, ...]
    """Were waiting when the backup was taken; their own words are destroyed, and what became of them is not on record."""
    unknown: int
    """How many messages at least came after it and were handled: nothing is known of them."""
    unhandled: int
    """How many messages came after it and were not handled: sealed, and without the row that says whose they are."""
    contents: int
    """Sealed files that have a key and no row."""

    @property
    def messages(self) -> int:
        """How many acknowledged messages are lost, at the least."""
        return len(self.finished) + self.unknown + self.unhandled


def settle(tx: Session, with_keys: AbstractSet[str], backup_at: datetime) -> Loss:
    """Find out what is lost, and end what waits for contents that are destroyed."""
    newest = tx.scalar(select(func.max(InboxItem.id))) or 0
    homeless = with_keys - _referred_to(tx)
    unfinished = tx.scalars(select(InboxItem).where(InboxItem.state.in_(UNFINISHED)).order_by(InboxItem.id)).all()
    finished = tuple(_end(item, backup_at) for item in unfinished if item.object_id not in with_keys)
    ended = {message.id for message in finished}
    brought = [int(found["message"]) for one in homeless if (found := CONTENTS.fullmatch(one))]
    latest = max(brought, default=0)
    if latest > newest:
        tx.add(_placeholder(newest + 1, latest, backup_at))
    return Loss(
        finished=finished,
        unknown=max(latest - newest, 0),
        unhandled=sum(RAW.fullmatch(one) is not None for one in homeless),
        contents=sum(number > newest or number in ended for number in brought),
    )


def _referred_to(tx: Session) -> set[str]:
    columns = (File.object_id, InboxItem.object_id, DestroyOrder.object_id)
    return {object_id for column in columns for object_id in tx.scalars(select(column))}


def _end(item: InboxItem, backup_at: datetime) -> Message:
    """It was handled after the backup, and is destroyed. The same mail, sent or moved in once more, is then a new one."""
    message = Message(item.id, item.channel, item.sender, item.subject, item.arrived_at)
    item.state, item.sealed, item.lease, item.leased_until = InboxState.DISCARDED, None, None, None
    item.key = f"finished after the backup: {item.key}"
    item.why = f"finished after the backup of {backup_at:%-d %B %Y at %H:%M UTC}, which was put back: what became of it is lost"
    return message


def _placeholder(first: int, last: int, backup_at: datetime) -> InboxItem:
    """Takes the numbers of what is lost, so that no later message is given one, and with it the keys of other contents."""
    return InboxItem(
        id=last, channel="restore", key=f"{first} to {last}", state=InboxState.DISCARDED, arrived_at=backup_at,
        next_at=backup_at, sender="", subject="", arrival={}, object_id=f"restore-{last}",
        why=f"messages {first} to {last} came after the backup of {backup_at:%-d %B %Y at %H:%M UTC}, which was put back",
    )  # fmt: skip
