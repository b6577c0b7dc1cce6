"""How a notice is handed to a channel: what a channel's way out is, and what it answers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy.orm import Session

from bot import parcels
from bot.ledger.tables import OutboxItem
from bot.notices import Notice
from bot.parcels import Enclose, Parcel, Posted
from bot.wording import Wording


class Busy(Exception):
    """The channel asks to be left alone for so many seconds; nothing was delivered."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"asked to wait for {seconds:.0f} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Shown:
    """Where a notice stands in a chat, and can be drawn anew."""

    place: str
    """The conversation."""
    stamp: str
    """Which of its messages."""
    thread: str = ""
    """The message below which it stands."""


class Courier(Protocol):
    """A channel's way out."""

    async def deliver(self, parcel: Parcel) -> Shown | None:
        """Hand it over for good: where it stands from now on, if it can still be changed.

        Raises `Undeliverable` where it cannot be delivered at all, `Busy` where it must wait; any other exception means
        that it must be tried again.
        """


class GiveUp(Protocol):
    """Told of each notice that is not tried any more."""

    def __call__(self, tx: Session, item: OutboxItem, *, refused: bool) -> None:
        """`refused`: for good, where it was to go; else it was tried for too long, or its channel is no more."""


class Deliver(Protocol):
    """Makes a notice ready and hands it over: where it stands from now on, if it can still be changed. Raises as
    `Courier.deliver`."""

    async def __call__(self, posted: Posted, *, repeated: bool) -> Shown | None:
        """`repeated`: an earlier delivery was begun, and it is not known whether it arrived."""


@dataclass(frozen=True)
class InThreads:
    """Has it worded in threads of this process, and hands it to a channel (a `Deliver`)."""

    wording: Wording
    courier: Courier
    enclose: Enclose = lambda _: ()

    async def __call__(self, posted: Posted, *, repeated: bool) -> Shown | None:
        """See `Deliver`."""
        return await self.courier.deliver(await asyncio.to_thread(self._parcel, posted, repeated))

    def _parcel(self, posted: Posted, repeated: bool) -> Parcel:
        parcel = replace(parcels.parcel_of(posted, self.wording), repeated=repeated)
        return replace(parcel, enclosures=self.enclose(parcel))


def parcel_of(row: OutboxItem, wording: Wording, tell: Callable[[Notice], Notice] = lambda told: told) -> Parcel:
    """See `bot.parcels`."""
    posted = Posted(row.id, row.kind, row.token, row.recipient, row.facts, row.route, row.created_at)
    return parcels.parcel_of(posted, wording, tell)
