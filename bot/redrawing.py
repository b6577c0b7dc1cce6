"""Draws what stands in chats anew, so that every message about a file shows where it stands, whoever changed it.

Drawing shows what the record says at that moment, so it may be repeated and nothing of it need be kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import standing
from bot.arrival import Introduce
from bot.clock import Clock
from bot.faults import of
from bot.homes import Homes
from bot.ledger import Later, Ledger
from bot.ledger.tables import OutboxItem, Surface
from bot.outbox import Busy, back_off, parcel_of
from bot.parcels import Parcel, Undeliverable
from bot.settings import Settings
from bot.wording import Wording
from bot.working import Worker

log = structlog.get_logger()

DRAWN_AT_ONCE_MAX = 32


class Painter(Protocol):
    """How a chat's messages are changed."""

    async def redraw(self, place: str, stamp: str, parcel: Parcel) -> None:
        """Make this message show the parcel; without a stamp, the home of the identity that is the place. Raises as
        `bot.outbox.Courier.deliver` does; `Undeliverable` where there is no such message any more."""


@dataclass(frozen=True)
class _Due:
    id: int
    place: str
    stamp: str
    wanted: int
    tries: int
    parcel: Parcel | None
    """None: nobody may be shown more than they were; or a home, of which it must be asked first whose it is."""
    reader: str = ""
    """The identity of the one person to whom it was told."""

    @property
    def is_home(self) -> bool:
        """A home is no message."""
        return not self.stamp


class Redrawer(Worker):
    """Draws what is due in one channel."""

    table = Surface.__tablename__

    def __init__(
        self, ledger: Ledger, clock: Clock, settings: Settings, wording: Wording, *, channel: str, painter: Painter,
        introduce: Introduce | None = None,
    ) -> None:  # fmt: skip
        """`introduce`: how the channel is asked who somebody is, where its identities are not mailboxes."""
        super().__init__()
        self._ledger, self._clock, self._settings, self._wording = ledger, clock, settings, wording
        self._channel, self._painter = channel, painter
        self._introduce = introduce
        self._homes = Homes(ledger, clock, settings, wording, channel=channel, introduce=introduce)

    async def step(self) -> bool:
        """Begin to draw what is due. False: nothing was, or enough is under way."""
        self._let_go()
        now, room = self._clock.now(), DRAWN_AT_ONCE_MAX - len(self._under_way)
        due = await self._ledger.read(lambda tx: self._due(tx, now, room)) if room else []
        for one in due:
            self._begin(self._one(one), str(one.id))
        return bool(due)

    def _due(self, tx: Session, now: datetime, room: int) -> list[_Due]:
        here = select(Surface, OutboxItem).outerjoin(OutboxItem, OutboxItem.id == Surface.notice_id)
        due = here.where(Surface.channel == self._channel, Surface.next_at <= now).order_by(Surface.next_at)
        begun = [int(name) for name in self._under_way.values()]
        return [
            _Due(
                one.id,
                one.place,
                one.stamp,
                one.wanted,
                one.tries,
                self._parcel(tx, one, row) if row else None,
                row.recipient if row and row.person_id else "",
            )
            for one, row in tx.execute(due.where(Surface.id.not_in(begun)).limit(room))
        ]

    def _parcel(self, tx: Session, surface: Surface, row: OutboxItem) -> Parcel | None:
        if standing.is_shut(tx, row):
            return None
        return parcel_of(row, self._wording, standing.teller(tx, row, surface, self._settings, self._clock))

    async def _one(self, one: _Due) -> None:
        try:
            parcel = await self._homes.parcel(one.place) if one.is_home else one.parcel
            if parcel and not await self._is_refused(one):
                await self._painter.redraw(one.place, one.stamp, parcel)
        except Undeliverable as refusal:
            log.warning("a message cannot be changed any more", surface=one.id, fault=of(refusal))
            await self._settle(one, None)
        except Busy as busy:
            await self._settle(one, timedelta(seconds=busy.seconds))
        except Exception as fault:  # noqa: BLE001 - a painter may fail in any way; what is due stays due
            log.warning("a message must be drawn later", surface=one.id, fault=of(fault))
            await self._settle(one, back_off(one.tries + 1, 0), tries=one.tries + 1)
        else:
            await self._settle(one, None, drawn=parcel, tries=0)

    async def _is_refused(self, one: _Due) -> bool:
        if self._introduce is None or not one.reader:
            return False
        return await standing.is_refused(self._introduce, self._channel, one.reader)

    async def _settle(self, one: _Due, gap: timedelta | None, *, drawn: Parcel | None = None, **columns: int) -> None:
        """It looks as it should, or is due again after a while; what changed meanwhile is due at once."""
        now = self._clock.now()
        as_drawn = update(Surface).where(Surface.id == one.id, Surface.wanted == one.wanted)
        values = {"drawn": one.wanted, "next_at": None} if gap is None else {"next_at": now + gap}

        def write(tx: Session) -> None:
            tx.execute(as_drawn.values({**values, **columns}))
            if drawn and not one.is_home:
                standing.drawn(tx, one.id, drawn.id, drawn.notice, now)

        try:
            await self._ledger.write(write)
        except Later:
            log.warning("a message is drawn once more", surface=one.id)
