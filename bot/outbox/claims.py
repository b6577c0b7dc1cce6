"""Which notices one worker takes up next, and has to itself until its lease ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.orm import Session, aliased

from bot import standing
from bot.ledger.leases import Queue
from bot.ledger.prepared import Prepared, among
from bot.ledger.tables import OutboxItem, OutboxState, Table
from bot.parcels import Posted

LEASE = timedelta(minutes=10)
"""How long one delivery may take before it is tried again."""
CLAIM_MAX = 32
"""Notices claimed in one transaction."""
AHEAD_MAX = 256
"""Among so many that are due answers go first: somebody waits for them. A card in a chat keeps its place."""
HOLDS_UP_TRIES_MAX = 3
"""In a chat what was put off holds up what follows it in its conversation, for so many failures and no longer."""

OUTBOX = Table.metadata.tables[OutboxItem.__tablename__]
QUEUE: Queue[str] = Queue(OutboxItem, waiting=OutboxState.WAITING, leased=OutboxState.SENDING, lease=LEASE)
SENT: Prepared[str] = Prepared(
    update(OUTBOX)
    .where(among(OUTBOX.c.id, "items"), among(OUTBOX.c.lease, "leases"))
    .values(state=OutboxState.SENT, error="", lease=None)
)
"""Many of what was claimed were delivered, and nothing else is to be set."""
ANSWERS = OutboxItem.route["message"].as_integer().is_not(None)
POSTED = ("id", "kind", "token", "recipient", "facts", "route", "created_at")
"""The columns of a `Posted`."""


@dataclass(frozen=True)
class Claimed:
    """A notice that one worker has to itself for a while."""

    posted: Posted
    person_id: int | None
    """Whom alone it is told."""
    error: str
    """Why it was put off last."""
    tries: int
    """Deliveries begun, this one included."""
    lease: str
    has_left: bool
    """The one person to whom it is told does not read it there any more."""

    @property
    def conversation(self) -> tuple[str, str]:
        """All that is delivered one after the other: what one recipient is told, in a chat in one place."""
        return (self.posted.recipient, str(self.posted.route.get("place") or ""))


class Claims:
    """What is due in one channel."""

    def __init__(self, channel: str, *, in_order: bool, accounts: bool) -> None:
        """`in_order`: what is put off holds up what comes after it in the same conversation; `accounts`: its identities are
        accounts, which may be taken away from people."""
        self._channel, self._accounts = channel, accounts
        ours, free = OutboxItem.channel == channel, ~_is_held_up(in_order=in_order)
        self._first = QUEUE.first(ours, free)
        self._take_back = QUEUE.take_back(ours)
        due = (
            select(OutboxItem.id, ANSWERS.label("answers"))
            .where(QUEUE.waits, ours, free)
            .order_by(OutboxItem.next_at, OutboxItem.created_at)
        )
        if not in_order:
            ahead = due.add_columns(OutboxItem.next_at, OutboxItem.created_at).limit(AHEAD_MAX).subquery()
            due = select(ahead.c.id).order_by(ahead.c.answers.desc(), ahead.c.next_at, ahead.c.created_at)
        columns = (*POSTED, "person_id", "error", "tries")
        self._claim = QUEUE.claim(due.limit(CLAIM_MAX), returning=columns, tries=OUTBOX.c.tries + 1)

    def are_due(self, tx: Session, now: datetime) -> bool:
        """Whether there is anything to claim."""
        return self._first.first(tx, {"now": now}) is not None

    def claim(self, tx: Session, now: datetime, lease: str) -> list[Claimed]:
        """Claim it under this name, each conversation as it was posted. Changes nothing where nothing is due."""
        if not self.are_due(tx, now):
            return []
        self._take_back.change(tx, {"now": now})
        rows = self._claim.rows(tx, {"now": now, **QUEUE.terms(lease, now)})
        claimed = [self._claimed(tx, lease, *row) for row in rows]
        return sorted(claimed, key=lambda item: (*item.conversation, item.posted.created_at))

    def _claimed(self, tx: Session, lease: str, *row: Any) -> Claimed:
        *of_notice, person_id, error, tries = row
        posted = Posted(*of_notice)
        has_left = self._accounts and standing.has_left(tx, self._channel, posted.recipient, person_id)
        return Claimed(posted, person_id, error, tries, lease, has_left)


def _is_held_up(*, in_order: bool) -> ColumnElement[bool]:
    """What was posted earlier into the same conversation is on its way, or, where order is kept, was put off."""
    earlier = aliased(OutboxItem)
    place, its_place = (func.coalesce(one.route["place"].as_string(), "") for one in (OutboxItem, earlier))
    same = (earlier.channel == OutboxItem.channel) & (earlier.recipient == OutboxItem.recipient) & (its_place == place)
    put_off = (earlier.state == OutboxState.WAITING) & (earlier.error != "") & (earlier.tries <= HOLDS_UP_TRIES_MAX)
    on_its_way = (earlier.state == OutboxState.SENDING) & (earlier.leased_until >= bindparam("now"))
    holds_up = (on_its_way | put_off) if in_order else on_its_way
    is_open = earlier.state.in_((OutboxState.WAITING, OutboxState.SENDING))  # so that an index finds the few
    return select(earlier.id).where(same, is_open, holds_up, earlier.created_at < OutboxItem.created_at).exists()
