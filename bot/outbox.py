"""What is to be told and not yet delivered: claimed, sent, settled; put off with growing gaps; given up loudly."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol

import structlog
from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from bot.arrival import Route
from bot.clock import Clock
from bot.ledger import Later, Ledger
from bot.ledger.tables import OutboxItem, OutboxState
from bot.notices import KINDS, Notice
from bot.wording import Letter, Wording

log = structlog.get_logger()

LEASE = timedelta(minutes=10)
"""How long one delivery may take before it is tried again."""
CLAIM_MAX = 32
"""Notices claimed in one transaction."""
BACK_OFF = timedelta(seconds=20)
"""After the first failure; doubled for each further one."""
BACK_OFF_MAX = timedelta(hours=1)
JITTER = 0.2
"""Each gap is longer by up to this part of itself, so that a thousand answers do not come back as one."""
ERROR_CHARACTERS_MAX = 500


class Undeliverable(Exception):
    """The channel refused for good: trying again would change nothing. Says why, for the administrator."""


@dataclass(frozen=True)
class Enclosure:
    """A file that goes with a notice."""

    name: str
    """Letters, digits, dashes and dots: it needs no quoting anywhere."""
    media_type: str
    contents: bytes = field(repr=False)


@dataclass(frozen=True)
class Parcel:
    """A notice on its way: worded, addressed, and named so that a repeat is seen to be one."""

    id: str
    token: str
    recipient: str
    notice: Notice
    letter: Letter
    route: Route
    """What it answers."""
    created_at: datetime
    enclosures: tuple[Enclosure, ...] = ()


class Courier(Protocol):
    """A channel's way out."""

    async def deliver(self, parcel: Parcel) -> None:
        """Hand it over for good. Raises `Undeliverable` where that is final; any other exception means try later."""


@dataclass(frozen=True)
class _Claimed:
    id: str
    kind: str
    lease: str
    tries: int
    row: OutboxItem


GiveUp = Callable[[Session, OutboxItem], None]
Delivered = Callable[[Parcel], None]
Enclose = Callable[[Parcel], tuple[Enclosure, ...]]
"""What goes with a notice: the same at every try."""


class OutboxWorker:
    """Delivers what is due."""

    def __init__(
        self, ledger: Ledger, clock: Clock, wording: Wording, couriers: Mapping[str, Courier], *, queue: timedelta,
        give_up: GiveUp, delivered: Delivered = lambda _: None, enclose: Enclose = lambda _: (),
    ) -> None:  # fmt: skip
        """`queue`: how long a notice is tried before it is given up; `delivered`: told of each one that left."""
        self._ledger, self._clock, self._wording, self._couriers = ledger, clock, wording, couriers
        self._queue, self._give_up, self._delivered, self._enclose = queue, give_up, delivered, enclose

    async def step(self) -> bool:
        """Deliver what is due. False: nothing was."""
        now = self._clock.now()
        if await self._ledger.read(lambda tx: tx.scalar(_due(now).limit(1))) is None:
            return False
        claimed = await self._ledger.write(lambda tx: self._claim(tx, now))
        told = groupby(claimed, key=lambda item: (item.row.recipient, item.row.next_at))
        await asyncio.gather(*(self._in_order(list(items)) for _, items in told))
        return bool(claimed)

    async def _in_order(self, items: Sequence[_Claimed]) -> None:
        """What one recipient is told of one moment, as it was posted."""
        for item in items:
            await self._one(item)

    def _claim(self, tx: Session, now: datetime) -> list[_Claimed]:
        lease = self._clock.token()
        due = select(OutboxItem).where(OutboxItem.id.in_(_due(now).limit(CLAIM_MAX)))
        rows = tx.scalars(due.order_by(OutboxItem.recipient, OutboxItem.next_at, OutboxItem.created_at)).all()
        for row in rows:
            row.state, row.lease, row.leased_until = OutboxState.SENDING, lease, now + LEASE
        tx.flush()
        tx.expunge_all()
        return [_Claimed(row.id, row.kind, lease, row.tries, row) for row in rows]

    def _parcel(self, row: OutboxItem) -> Parcel:
        notice = KINDS[row.kind].model_validate(row.facts)
        parcel = Parcel(
            id=row.id, token=row.token, recipient=row.recipient, notice=notice, letter=self._wording.letter(notice),
            route=Route.model_validate(row.route), created_at=row.created_at,
        )  # fmt: skip
        return replace(parcel, enclosures=self._enclose(parcel))

    async def _one(self, item: _Claimed) -> None:
        try:
            parcel = await asyncio.to_thread(self._parcel, item.row)
            await self._couriers[item.row.channel].deliver(parcel)
        except Undeliverable as refusal:
            await self._settle(item, OutboxState.FAILED, str(refusal))
        except Exception as fault:  # noqa: BLE001 - a courier may fail in any way; the notice must not be lost
            log.warning("a notice must wait", notice=item.id, kind=item.kind, fault=repr(fault))
            await self._put_off(item, repr(fault))
        else:
            await self._settle(item, OutboxState.SENT, "")
            self._delivered(parcel)

    async def _put_off(self, item: _Claimed, fault: str) -> None:
        expired = self._clock.now() - item.row.created_at > self._queue
        await self._settle(item, OutboxState.FAILED if expired else OutboxState.WAITING, fault)

    async def _settle(self, item: _Claimed, state: OutboxState, error: str) -> None:
        now, tries = self._clock.now(), item.tries + 1
        columns = {"state": state, "error": error[:ERROR_CHARACTERS_MAX], "tries": tries, "lease": None}
        next_at = now + back_off(tries, self._clock.number(16) / 2**16)

        def write(tx: Session) -> None:
            mine = update(OutboxItem).where(OutboxItem.id == item.id, OutboxItem.lease == item.lease)
            if tx.execute(mine.values(next_at=next_at, **columns).returning(OutboxItem.id)).first() is None:
                return
            if state is OutboxState.FAILED:
                self._give_up(tx, tx.get_one(OutboxItem, item.id))

        try:
            await self._ledger.write(write)
        except Later:
            log.warning("a notice stays leased until its lease ends", notice=item.id)


def back_off(tries: int, chance: float) -> timedelta:
    """How long to wait after so many failures; `chance` from 0 to 1 spreads the gaps."""
    return min(BACK_OFF * (1 << min(tries - 1, 20)), BACK_OFF_MAX) * (1 + JITTER * chance)


def recover(tx: Session) -> None:
    """Take back what a process that is no more was delivering (only where one process serves the database)."""
    sending = update(OutboxItem).where(OutboxItem.state == OutboxState.SENDING)
    tx.execute(sending.values(state=OutboxState.WAITING, lease=None))


def retry(tx: Session, ids: Sequence[str], now: datetime) -> None:
    """Have these tried at once, also those given up."""
    tx.execute(update(OutboxItem).where(OutboxItem.id.in_(ids)).values(state=OutboxState.WAITING, next_at=now))


def _due(now: datetime) -> Select[str]:
    waiting = (OutboxItem.state == OutboxState.WAITING) & (OutboxItem.next_at <= now)
    abandoned = (OutboxItem.state == OutboxState.SENDING) & (OutboxItem.leased_until < now)
    return select(OutboxItem.id).where(waiting | abandoned).order_by(OutboxItem.next_at, OutboxItem.created_at)
