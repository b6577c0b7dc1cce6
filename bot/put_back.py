"""A clock that was ahead and is put back leaves things that wait for a moment far off: they are due at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.faults import of
from bot.ledger import Later, Ledger
from bot.ledger.tables import InboxItem, InboxState, OutboxItem, OutboxState
from bot.settings import Settings
from bot.working import Worker

log = structlog.get_logger()

LOOK_EVERY = timedelta(minutes=1)
BATCH = 500
"""So many are taken up in one write."""
INBOX_GAP_MAX = timedelta(minutes=15)
"""More than any wait between two tries (`bot.inbox.BACK_OFF_MAX`)."""
OUTBOX_GAP_MAX = timedelta(hours=2)
"""More than any wait between two tries (`bot.outbox.BACK_OFF_MAX`), and than alerts are collected; announcements may be for longer."""


class PutBackWorker(Worker):
    """Looks for what waits longer than it can have been told to, and has it taken up."""

    table = ""

    def __init__(self, ledger: Ledger, clock: Clock, settings: Settings) -> None:
        super().__init__()
        self._ledger, self._clock = ledger, clock
        announced = max((timedelta(minutes=one.announce_minutes) for one in settings.services), default=OUTBOX_GAP_MAX)
        self._outbox_gap_max = max(OUTBOX_GAP_MAX, announced)
        self._looked_at: datetime | None = None

    async def step(self) -> bool:
        """Look. False: nothing waits too long, or it cannot be changed now."""
        now = self._clock.now()
        if self._looked_at and self._looked_at <= now < self._looked_at + LOOK_EVERY:
            return False
        inbox, outbox = await self._ledger.read(lambda tx: self._astray(tx, now))
        if not inbox and not outbox:
            self._looked_at = now
            return False
        try:
            await self._ledger.write(lambda tx: _take_up(tx, inbox, outbox, now))
        except Later as fault:
            log.warning("what waits too long could not be taken up yet", fault=of(fault))
            return False
        log.warning("what waited for a clock that was ahead is taken up", messages=len(inbox), notices=len(outbox))
        return True

    def _astray(self, tx: Session, now: datetime) -> tuple[Sequence[int], Sequence[str]]:
        """By the indexes over state and moment."""
        received = select(InboxItem.id).where(
            InboxItem.state == InboxState.WAITING, InboxItem.next_at > now + INBOX_GAP_MAX
        )
        told = select(OutboxItem.id).where(
            OutboxItem.state == OutboxState.WAITING, OutboxItem.next_at > now + self._outbox_gap_max
        )
        return tx.scalars(received.limit(BATCH)).all(), tx.scalars(told.limit(BATCH)).all()


def _take_up(tx: Session, inbox: Sequence[int], outbox: Sequence[str], now: datetime) -> None:
    waits = update(InboxItem).where(InboxItem.id.in_(inbox), InboxItem.state == InboxState.WAITING)
    tx.execute(waits.values(next_at=now))
    waits_out = update(OutboxItem).where(OutboxItem.id.in_(outbox), OutboxItem.state == OutboxState.WAITING)
    tx.execute(waits_out.values(next_at=now))
