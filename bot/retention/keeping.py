"""The worker that looks what is due, in small steps, and makes sure that the clock can be believed."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.ledger import Later, Ledger, upkeep
from bot.ledger.tables import DestroyOrder
from bot.ledger.upkeep import Chore
from bot.retention import doubting, ending, warning
from bot.retention.due import Due
from bot.settings import Settings
from bot.telling import Occasion
from bot.working import Worker

log = structlog.get_logger()

LOOK_EVERY = timedelta(minutes=10)
"""Where nothing was due, it is looked again after so long."""

Act = Callable[[Session, Due, Occasion], bool]
"""Does the next batch of what is due. False: nothing was."""

FOR_AGE: tuple[Act, ...] = (ending.contents, ending.held, ending.quarantine)
"""What is not done while retention rests (lesson L68)."""


class Keeper(Worker):
    """Gives the word for all that ends by itself."""

    table = DestroyOrder.__tablename__

    def __init__(self, ledger: Ledger, clock: Clock, settings: Settings) -> None:
        super().__init__()
        self._ledger, self._clock, self._settings = ledger, clock, settings
        self._looked_at: datetime | None = None

    async def step(self) -> bool:
        """Do one batch of what is due. False: nothing is, or what is ordered must be destroyed first."""
        now = self._clock.now()
        if self._looked_at and self._looked_at <= now < self._looked_at + LOOK_EVERY:
            return False
        try:
            return await self._look(now)
        except Later as fault:
            log.warning("what is due must wait", fault=str(fault))
            return False

    async def _look(self, now: datetime) -> bool:
        occasion = Occasion(settings=self._settings, clock=self._clock, now=now)
        if await self._ledger.read(_is_backed_up):
            return False
        if not await self._ledger.write(lambda tx: doubting.believe(tx, occasion)):
            self._looked_at = now
            return False
        for act in await self._acts(now):
            if await self._ledger.write(lambda tx, act=act: act(tx, Due(self._settings, now), occasion)):  # type: ignore[misc]
                return True
        await self._ledger.write(lambda tx: upkeep.note(tx, Chore.RETENTION_LOOKED, now))
        self._looked_at = now
        return False

    async def _acts(self, now: datetime) -> tuple[Act, ...]:
        rests = await self._ledger.read(lambda tx: upkeep.when(tx, Chore.RETENTION_RESTS))
        return (warning.warn,) if rests and now < rests else (*FOR_AGE, warning.warn)


def _is_backed_up(tx: Session) -> bool:
    """So many orders wait that more would only make the next look slower."""
    waiting = select(DestroyOrder.object_id).where(DestroyOrder.done_at.is_(None)).limit(ending.BATCH)
    return len(tx.scalars(waiting).all()) >= ending.BATCH
