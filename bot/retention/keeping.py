"""The worker that looks what is due, in small steps, and makes sure that the clock can be believed."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.faults import of
from bot.ledger import Later, Ledger, upkeep
from bot.ledger.tables import DestroyOrder
from bot.ledger.upkeep import Chore
from bot.retention import doubting, ending, expiring, orphans, records, warning
from bot.retention.due import Due
from bot.rules.calendar import local
from bot.settings import Settings
from bot.telling import Occasion
from bot.vault import Unavailable, Vault
from bot.working import Worker

log = structlog.get_logger()

LOOK_EVERY = timedelta(minutes=10)
"""Where nothing was due, it is looked again after so long."""

Act = Callable[[Session, Due, Occasion], bool]
"""Does the next batch of what is due. False: nothing was."""

FOR_AGE: tuple[Act, ...] = (ending.contents, ending.held, ending.quarantine)
"""What is not done while retention rests (lesson L68)."""
DAILY: tuple[Act, ...] = (records.letters, records.records)
"""Nor these, which can wait for a day and look through more."""


class Keeper(Worker):
    """Gives the word for all that ends by itself."""

    table = DestroyOrder.__tablename__

    def __init__(self, ledger: Ledger, vault: Vault, clock: Clock, settings: Settings) -> None:
        super().__init__()
        self._ledger, self._vault, self._clock, self._settings = ledger, vault, clock, settings
        self._looked_at: datetime | None = None
        self._is_log_full = True

    async def step(self) -> bool:
        """Do one batch of what is due. False: nothing is, or what is ordered must be destroyed first."""
        now = self._clock.now()
        if self._looked_at and self._looked_at <= now < self._looked_at + LOOK_EVERY:
            return False
        try:
            return await self._look(now)
        except (Later, Unavailable) as fault:
            log.warning("what is due must wait", fault=of(fault))
            return False

    async def _look(self, now: datetime) -> bool:
        occasion = Occasion(settings=self._settings, clock=self._clock, now=now)
        if await self._ledger.read(_is_backed_up):
            return False
        rests = await self._ledger.read(lambda tx: resting(tx, now))  # then the last look is as old as the backup
        if not rests and not await self._ledger.write(lambda tx: doubting.believe(tx, occasion)):
            self._looked_at = now
            return True  # the alert is to be delivered
        daily = () if rests or not await self._is_new_day(now) else DAILY
        if await self._done_any((*(() if rests else FOR_AGE), warning.warn, expiring.remind, *daily), occasion):
            return True
        if daily:
            self._is_log_full = True
        if self._is_log_full:  # what was deleted is to be read there no more
            self._is_log_full = not await asyncio.to_thread(self._ledger.empty_log_now)
        if not rests:
            await orphans.seek(self._ledger, self._vault, occasion)
        await self._ledger.write(lambda tx: upkeep.note(tx, Chore.RETENTION_LOOKED, now))
        self._looked_at = now
        return False

    async def _done_any(self, acts: tuple[Act, ...], occasion: Occasion) -> bool:
        """Do the first of these that has something to do."""
        due = Due(self._settings, occasion.now)
        for act in acts:
            if await self._ledger.write(lambda tx, act=act: act(tx, due, occasion)):  # type: ignore[misc]  # bound at once
                return True
        return False

    async def _is_new_day(self, now: datetime) -> bool:
        """Whether no look was completed yet on this day."""
        looked = await self._ledger.read(lambda tx: upkeep.when(tx, Chore.RETENTION_LOOKED))
        zone = self._settings.timezone
        return looked is None or local(looked, zone).date() != local(now, zone).date()


def resting(tx: Session, now: datetime) -> datetime | None:
    """Until when nothing is destroyed for its age, for a backup was put back (lesson L68); None: it is not so."""
    until = upkeep.when(tx, Chore.RETENTION_RESTS)
    return until if until and now < until else None


def _is_backed_up(tx: Session) -> bool:
    """So many orders wait that more would only make the next look slower."""
    many = 2 * ending.BATCH
    waiting = select(DestroyOrder.object_id).where(DestroyOrder.done_at.is_(None)).limit(many)
    return len(tx.scalars(waiting).all()) >= many
