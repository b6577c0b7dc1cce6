"""Makes a checkpoint each minute in which something was recorded (`bot.ledger.checkpoints`)."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.faults import of
from bot.ledger import Later, Ledger, checkpoints
from bot.ledger.checkpoints import SigningKeys
from bot.ledger.tables import Entry
from bot.working import Worker

log = structlog.get_logger()

EVERY = timedelta(minutes=1)


class CheckpointWorker(Worker):
    """Signs what is new in the histories. What it signed is in the log as well, where the database cannot take it back."""

    table = Entry.__tablename__
    name = "checkpoints"

    def __init__(self, ledger: Ledger, keys: SigningKeys, clock: Clock) -> None:
        super().__init__()
        self._ledger, self._keys, self._clock = ledger, keys, clock
        self._next_at: datetime | None = None

    async def step(self) -> bool:
        """Sign, where it is time and something is new. True: there may be more than one checkpoint holds."""
        now = self._clock.now()
        if self._next_at and self._next_at - EVERY <= now < self._next_at:  # a clock put back must not stop it
            return False
        if not await self._ledger.read(checkpoints.is_wanting):
            return False
        try:
            return await self._ledger.write(lambda tx: self._sign(tx, now))
        except Later as fault:
            log.warning("no checkpoint could be made yet", fault=of(fault))
            return False

    def _sign(self, tx: Session, now: datetime) -> bool:
        made = checkpoints.make(tx, self._keys, now)
        log.info("checkpoint", number=made.id, entries=made.entries, seal=made.seal.hex())
        more = made.entries == checkpoints.ENTRIES_MAX
        self._next_at = None if more else now + EVERY
        return more
