"""What is to be told and not yet delivered: claimed, sent, settled; put off with growing gaps; given up loudly."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol

import structlog
from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.orm import Session, aliased
from structlog.contextvars import bound_contextvars

from bot import parcels, standing
from bot.arrival import MAIL, Introduce, Route
from bot.clock import Clock
from bot.faults import of
from bot.ledger import Later, Ledger, surfaces
from bot.ledger.kinds import Instant
from bot.ledger.prepared import Prepared, among
from bot.ledger.tables import OutboxItem, OutboxState, Table
from bot.measures import Measures
from bot.notices import KINDS, Notice
from bot.parcels import Enclose, Parcel, Posted, Undeliverable
from bot.wording import Wording
from bot.working import Worker

log = structlog.get_logger()

LEASE = timedelta(minutes=10)
"""How long one delivery may take before it is tried again."""
CLAIM_MAX = 32
"""Notices claimed in one transaction."""
AHEAD_MAX = 256
"""Among so many that are due answers go first: somebody waits for them. A card in a chat keeps its place."""
CONVERSATIONS_MAX = 32
"""Conversations of one channel in which something is being delivered."""
BACK_OFF = timedelta(seconds=20)
"""After the first failure; doubled for each further one."""
BACK_OFF_MAX = timedelta(hours=1)
JITTER = 0.2
"""Each gap is longer by up to this part of itself, so that a thousand answers do not come back as one."""
HOLDS_UP_TRIES_MAX = 3
"""In a chat what was put off holds up what follows it in its conversation, for so many failures and no longer."""
ERROR_CHARACTERS_MAX = 500


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


@dataclass(frozen=True)
class _Claimed:
    id: str
    kind: str
    lease: str
    tries: int
    row: OutboxItem
    has_left: bool
    """The one person to whom it is told does not read it there any more."""


class GiveUp(Protocol):
    """Told of each notice that is not tried any more."""

    def __call__(self, tx: Session, item: OutboxItem, *, refused: bool) -> None:
        """`refused`: for good, where it was to go; else it was tried for too long, or its channel is no more."""


OUTBOX = Table.metadata.tables[OutboxItem.__tablename__]
MINE: Prepared[str] = Prepared(
    update(OUTBOX).where(OUTBOX.c.id == bindparam("item"), OUTBOX.c.lease == bindparam("mine")).returning(OUTBOX.c.id)
)
"""What one worker has claimed; what is to be set goes with it."""
CLAIM: Prepared[str] = Prepared(update(OUTBOX).where(among(OUTBOX.c.id, "claimed")).values(tries=OUTBOX.c.tries + 1))
_NOW = bindparam("now", type_=Instant)
WAITS = (OutboxItem.state == OutboxState.WAITING) & (OutboxItem.next_at <= _NOW)
IS_ABANDONED = (OutboxItem.state == OutboxState.SENDING) & (OutboxItem.leased_until < _NOW)
"""By whoever had it and did not come back with it."""
ANSWERS = OutboxItem.route["message"].as_integer().is_not(None)
TAKE_BACK: Prepared[str] = Prepared(
    update(OutboxItem).where(IS_ABANDONED, OutboxItem.channel == bindparam("way")).values(state=OutboxState.WAITING)
)
"""It can then be looked for in the order of an index."""


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


class OutboxWorker(Worker):
    """Delivers what is due in one channel: whoever is slow in one holds up nobody in another."""

    table = OutboxItem.__tablename__

    def __init__(
        self, ledger: Ledger, clock: Clock, channel: str, deliver: Deliver, *, queue: timedelta, give_up: GiveUp,
        in_order: bool = False, introduce: Introduce | None = None, measures: Measures | None = None,
    ) -> None:  # fmt: skip
        """`queue`: how long a notice is tried before it is given up; `in_order`: what is put off holds up what comes after
        it in the same conversation; `introduce`: how the channel is asked who somebody is, where its identities are not
        mailboxes."""
        super().__init__()
        self.name, self._channel = f"outbox {channel}", channel
        self._ledger, self._clock = ledger, clock
        self._measures = measures or Measures()
        self._deliver, self._introduce = deliver, introduce
        self._queue, self._give_up = queue, give_up
        self._keeps_order = in_order
        free = ~_is_held_up(in_order=in_order)
        self._first: Prepared[str] = Prepared(
            select(OutboxItem.id).where(WAITS | IS_ABANDONED, OutboxItem.channel == channel, free).limit(1)
        )
        due = (
            select(OutboxItem.id, ANSWERS.label("answers"))
            .where(WAITS, OutboxItem.channel == channel, free)
            .order_by(OutboxItem.next_at, OutboxItem.created_at)
        )
        if not in_order:
            ahead = due.add_columns(OutboxItem.next_at, OutboxItem.created_at).limit(AHEAD_MAX).subquery()
            due = select(ahead.c.id).order_by(ahead.c.answers.desc(), ahead.c.next_at, ahead.c.created_at)
        first = due.limit(CLAIM_MAX).subquery()
        self._claimable = select(OutboxItem).where(OutboxItem.id.in_(select(first.c.id)))

    async def step(self) -> bool:
        """Begin to deliver what is due. False: nothing was, or enough is under way."""
        self._let_go()
        now = self._clock.now()
        if len(self._under_way) >= CONVERSATIONS_MAX:
            return False
        if await self._ledger.read(lambda tx: self._first.first(tx, {"now": now})) is None:
            return False
        claimed = await self._ledger.write(lambda tx: self._claim(tx, now))
        for _, items in groupby(claimed, key=lambda item: _conversation(item.row)):
            self._begin(self._in_order(list(items)))
        return bool(claimed)

    async def _in_order(self, items: Sequence[_Claimed]) -> None:
        """What is told in one conversation, as it was posted."""
        marks: list[asyncio.Task[None]] = []
        for number, item in enumerate(items, start=1):
            if not await self._one(item, marks) and self._keeps_order:
                await asyncio.gather(*(self._put_back(one) for one in items[number:]))
                return
        await asyncio.gather(*marks)

    def _claim(self, tx: Session, now: datetime) -> list[_Claimed]:
        lease = self._clock.token()
        TAKE_BACK.change(tx, {"way": self._channel, "now": now})
        rows = sorted(tx.scalars(self._claimable, {"now": now}), key=lambda row: (*_conversation(row), row.created_at))
        leased = {"state": OutboxState.SENDING, "lease": lease, "leased_until": now + LEASE}
        CLAIM.change(tx, {"claimed": [row.id for row in rows], **leased})
        tx.expunge_all()
        return [_Claimed(row.id, row.kind, lease, row.tries + 1, row, self._has_left(tx, row)) for row in rows]

    def _has_left(self, tx: Session, row: OutboxItem) -> bool:
        return self._introduce is not None and standing.has_left(tx, row)

    async def _one(self, item: _Claimed, marks: list[asyncio.Task[None]]) -> bool:
        """False: it must wait. `marks`: where what is still to be written of it is added."""
        with bound_contextvars(notice=item.id, kind=item.kind, **_answered(item.row)):
            outcome = await self._attempt(item, marks)
            waited = self._waited(item.row) if outcome == "sent" else None
            self._measures.delivered(self._channel, outcome, waited)
        return outcome in ("sent", "refused")

    def _waited(self, row: OutboxItem) -> timedelta | None:
        """How long whoever is answered has waited; None where nobody has."""
        taken_in_at = Route.model_validate(row.route).taken_in_at
        return self._clock.now() - taken_in_at if taken_in_at else None

    async def _attempt(self, item: _Claimed, marks: list[asyncio.Task[None]]) -> str:
        """How it ended, in the words of `bot.measures`."""
        try:
            await self._check_reader(item)
            shown = await self._deliver(_posted(item.row), repeated=item.tries > 1)
        except Undeliverable as refusal:
            log.warning("a notice was refused", fault=of(refusal))
            await self._settle(item, OutboxState.FAILED, error=str(refusal), refused=True)
            return "refused"
        except Busy as busy:
            await self._put_off(item, str(busy), timedelta(seconds=busy.seconds), untried=True)
            return "busy"
        except Exception as fault:  # noqa: BLE001 - a courier may fail in any way; the notice must not be lost
            log.warning("a notice must wait", fault=of(fault))
            await self._put_off(item, repr(fault), back_off(item.tries, self._clock.number(16) / 2**16))
            return "postponed"
        else:
            sent = self._settle(item, OutboxState.SENT, shown=shown)
            if self._keeps_order:  # what follows may stand below it
                await sent
            else:  # an officer's thirty mails do not wait for a sync each
                marks.append(asyncio.create_task(sent))
            log.info("a notice was delivered", channel=self._channel)
        return "sent"

    async def _check_reader(self, item: _Claimed) -> None:
        """Raises `Undeliverable` where what one person is to be told would be read by an account that is theirs, or is
        heard, no more."""
        if item.has_left:
            raise Undeliverable("the account is not theirs any more")
        row = item.row
        if row.person_id and self._introduce and await standing.is_refused(self._introduce, row.channel, row.recipient):
            raise Undeliverable("the account is not heard any more")

    async def _put_back(self, item: _Claimed) -> None:
        """As if it had not been claimed."""
        await self._settle(item, OutboxState.WAITING, error=item.row.error, tries=item.tries - 1)

    async def _put_off(self, item: _Claimed, fault: str, gap: timedelta, *, untried: bool = False) -> None:
        now = self._clock.now()
        expired = now - item.row.created_at > self._queue
        state = OutboxState.FAILED if expired else OutboxState.WAITING
        await self._settle(item, state, error=fault, next_at=now + gap, tries=item.tries - untried)

    async def _settle(
        self, item: _Claimed, state: OutboxState, *, error: str = "", shown: Shown | None = None, refused: bool = False,
        **columns: object,
    ) -> None:  # fmt: skip
        now = self._clock.now()

        def write(tx: Session) -> None:
            values = {"state": state, "error": _storable(error), "lease": None, **columns}
            if MINE.first(tx, {"item": item.id, "mine": item.lease, **values}) is None:
                return
            if shown:
                _stands(tx, item, shown, now)
            if state is OutboxState.FAILED:
                self._give_up(tx, tx.get_one(OutboxItem, item.id), refused=refused)

        try:
            await self._ledger.write(write)
        except Later:
            log.warning("a notice stays leased until its lease ends")


def _storable(words: str) -> str:
    """A stranger's words, cut; what is half a character in them is replaced, for no row can hold it."""
    return words[:ERROR_CHARACTERS_MAX].encode("utf-8", "replace").decode()


def parcel_of(row: OutboxItem, wording: Wording, tell: Callable[[Notice], Notice] = lambda told: told) -> Parcel:
    """See `bot.parcels`."""
    return parcels.parcel_of(_posted(row), wording, tell)


def _posted(row: OutboxItem) -> Posted:
    return Posted(row.id, row.kind, row.token, row.recipient, row.facts, row.route, row.created_at)


def _stands(tx: Session, item: _Claimed, shown: Shown, now: datetime) -> None:
    """It stands in a chat from now on. What befell its files while it was on its way is to be drawn."""
    live = KINDS[item.kind].live
    surface = surfaces.stand(tx, item.row, shown.place, shown.stamp, shown.thread, live=live)
    if not live:
        return
    told = {file.reference: file.version for file in KINDS[item.kind].model_validate(item.row.facts).mentioned()}
    surfaces.catch_up(tx, surface.id, told, now)


def strand(tx: Session, channels: Collection[str], places: Collection[str], give_up: GiveUp) -> None:
    """Give up what waits for a channel that is not configured any more, or in a chat for a place that is not.

    `places`: the conversations in which services are told of their files.
    """
    waiting = select(OutboxItem).where(OutboxItem.state == OutboxState.WAITING)
    for item in tx.scalars(waiting.where(OutboxItem.channel != MAIL)).all():
        to_a_place = KINDS[item.kind].model_validate(item.facts).to_a_place
        if item.channel not in channels:
            error = f"{item.channel} is not configured"
        elif to_a_place and item.recipient not in places:
            error = f"no service is told of its files in {item.recipient}"
        else:
            continue
        item.state, item.error = OutboxState.FAILED, error
        give_up(tx, item, refused=False)


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


def _answered(row: OutboxItem) -> dict[str, int]:
    """The message that it answers, for the log."""
    message = Route.model_validate(row.route).message
    return {} if message is None else {"message": message}


def _conversation(row: OutboxItem) -> tuple[str, str]:
    """All that is delivered one after the other: what one recipient is told, in a chat in one place."""
    return (row.recipient, str(row.route.get("place") or ""))


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
