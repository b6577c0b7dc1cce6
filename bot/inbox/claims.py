"""Which messages a worker takes up next, and has to itself until its lease ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.arrival import Arrival
from bot.ledger.leases import Queue
from bot.ledger.prepared import Prepared, among
from bot.ledger.tables import InboxItem, InboxState

LEASE = timedelta(minutes=10)
"""How long a worker may take for one message before another may try."""
CLAIM_MAX = 32
"""Messages claimed in one transaction."""


@dataclass(frozen=True)
class Claimed:
    """A message that one worker has to itself for a while."""

    id: int
    lease: str
    tries: int
    arrival: Arrival
    arrived_at: datetime
    object_id: str
    sealed: bytes | None
    wanted: bool = False
    """When it was claimed its sender was looked at, and it may be opened. False: that is still to be asked."""


class LostLease(Exception):
    """Another worker has it by now: nothing of this attempt may stand."""


QUEUE: Queue[int] = Queue(InboxItem, waiting=InboxState.WAITING, leased=InboxState.WORKING, lease=LEASE)
MAY_COME = ~among(InboxItem.channel, "full")
BUSY = select(InboxItem.sender).where(InboxItem.state == InboxState.WORKING)
"""Of whom a worker has a message."""
FIRST = QUEUE.first(MAY_COME)
TAKE_BACK = QUEUE.take_back()
CLAIM = QUEUE.claim(
    select(InboxItem.id)
    .where(QUEUE.waits, MAY_COME, InboxItem.sender.not_in(BUSY))
    .order_by(InboxItem.next_at, InboxItem.id)
    .limit(CLAIM_MAX),
    returning=["id"],
)
CLAIMED: Prepared[int] = Prepared(
    select(
        InboxItem.id, InboxItem.tries, InboxItem.arrival, InboxItem.arrived_at, InboxItem.object_id, InboxItem.sealed
    )
    .where(among(InboxItem.id, "claimed"))
    .order_by(InboxItem.id)
)


def are_due(tx: Session, now: datetime, full: Sequence[str]) -> bool:
    """Whether anything is due. `full`: the channels of which no more is wanted."""
    return FIRST.first(tx, {"now": now, "full": full}) is not None


def claim(tx: Session, now: datetime, full: Sequence[str], lease: str) -> list[Claimed]:
    """Claim it under this name, in the order in which it came."""
    TAKE_BACK.change(tx, {"now": now})
    ids = [number for (number,) in CLAIM.rows(tx, {"now": now, "full": full, **QUEUE.terms(lease, now)})]
    return [
        Claimed(number, lease, tries, Arrival.model_validate(arrival), *rest)
        for number, tries, arrival, *rest in CLAIMED.rows(tx, {"claimed": ids})
    ]


def settle(tx: Session, item: Claimed, state: InboxState, **columns: object) -> None:
    """Write how a claimed message stands. Raises `LostLease`, so that all of the attempt is undone."""
    if not QUEUE.settle(tx, item.id, item.lease, state, columns):
        raise LostLease


def quarantined_since(tx: Session, sender: str, since: datetime) -> int:
    """How many messages of this sender that have come since then lie in quarantine."""
    theirs = (InboxItem.sender == sender) & (InboxItem.state == InboxState.QUARANTINED)
    return tx.scalar(select(func.count()).select_from(InboxItem).where(theirs, InboxItem.arrived_at > since)) or 0


def recover(tx: Session) -> None:
    """Take back what a process that is no more was handling (only where one process serves the database)."""
    QUEUE.recover(tx)
