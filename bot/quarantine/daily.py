"""Mails the administrators once a day what lies in quarantine, and sees to it that nothing of what they discard is left."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from bot import notices, roster, telling
from bot.arrival import Arrival
from bot.clock import Clock
from bot.faults import of
from bot.ledger import Later, Ledger, upkeep
from bot.ledger.tables import Decision, InboxItem
from bot.ledger.upkeep import Chore
from bot.quarantine import sweeping
from bot.quarantine.looking import Looked, Readers, look_into
from bot.quarantine.numbering import LYING, lying
from bot.quarantine.telling_of import Teller
from bot.rules.office_hours import OfficeHours
from bot.settings import Settings
from bot.telling import Occasion
from bot.vault import Unavailable, Vault
from bot.working import Worker

log = structlog.get_logger()

LOOK_EVERY = timedelta(minutes=1)
"""Where nothing was due, so long nothing is looked up, however often it is asked for."""
OPENED_BYTES_MAX = 200_000_000
"""Octets of all messages that are opened for one mail; what is left over is told of without its contents."""


class DailyMail(Worker):
    """Tells of what lay there as the office opened; numbers in the reply stand for what this very mail told of."""

    table = Decision.__tablename__

    def __init__(self, ledger: Ledger, vault: Vault, clock: Clock, settings: Settings, readers: Readers) -> None:
        super().__init__()
        self._ledger, self._vault, self._clock, self._settings = ledger, vault, clock, settings
        self._readers = readers
        self._hours = OfficeHours.read(
            settings.email.quarantine_hours, settings.timezone, settings.authority.extra_holidays
        )
        self._look_at = clock.now()

    async def step(self) -> bool:
        """Tell what is due, and order the rest of what was discarded to be destroyed. False: neither was to be done."""
        try:
            return any([await self._sweep(), await self._tell_what_lies()])
        except (Unavailable, Later) as fault:
            log.warning("quarantine must wait", fault=of(fault))
            self._look_at = self._clock.now() + LOOK_EVERY
            return False

    async def _tell_what_lies(self) -> bool:
        now = self._clock.now()
        opened = self._hours.opened(now)
        has_looked = self._look_at - LOOK_EVERY <= now < self._look_at  # a clock put back must not stop it
        if opened is None or has_looked:
            return False
        if not await self._ledger.read(lambda tx: _is_due(tx, opened, now)):
            self._look_at = now + LOOK_EVERY
            return False
        found = await self._looked()
        return await self._ledger.write(lambda tx: self._tell(tx, opened, found, now))

    async def _looked(self) -> dict[int, Looked]:
        """What the newest of them hold; opened outside any transaction."""
        items = await self._ledger.read(lambda tx: lying(tx)[0])
        return await asyncio.to_thread(self._look_into, items)

    def _look_into(self, items: Sequence[InboxItem]) -> dict[int, Looked]:
        found: dict[int, Looked] = {}
        left = OPENED_BYTES_MAX
        for item in items:
            octets = Arrival.model_validate(item.arrival).size
            if octets <= left:
                left -= octets
                found[item.id] = look_into(self._vault, self._readers, item.channel, item.object_id, item.sealed)
        return found

    def _tell(self, tx: Session, opened: datetime, found: dict[int, Looked], now: datetime) -> bool:
        """One notice to each administrator, of what lies there still."""
        readers = roster.administrators(tx)
        if not readers or not _is_due(tx, opened, now):
            self._look_at = now + LOOK_EVERY
            return False
        items, left_out = lying(tx)
        teller = Teller.of(tx, self._settings)
        told = tuple(teller.described(one, found.get(one.id), number) for number, one in enumerate(items, 1))
        notice = notices.Quarantine(items=told, left_out=left_out)
        occasion = Occasion(settings=self._settings, clock=self._clock, now=now)
        for person in readers:
            telling.post(tx, notice, occasion, to=person.email, person=person)
        upkeep.note(tx, Chore.QUARANTINE_TOLD, now)
        return True

    async def _sweep(self) -> bool:
        if not await self._ledger.read(sweeping.is_due):
            return False
        await asyncio.to_thread(sweeping.sweep_now, self._ledger, self._vault, self._clock.now())
        return True


def _is_due(tx: Session, opened: datetime, now: datetime) -> bool:
    """Whether something lay there as the office opened, and nobody has been told since."""
    told = upkeep.when(tx, Chore.QUARANTINE_TOLD)
    if told is not None and opened <= told <= now:
        return False
    return tx.scalar(LYING.with_only_columns(InboxItem.id).where(InboxItem.arrived_at < opened).limit(1)) is not None
