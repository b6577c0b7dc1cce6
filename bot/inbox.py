"""What arrived and is not finished. `accept` makes it durable before anybody acknowledges it; the worker handles it.

Every message that waits shares two syncs: one for the keys and one for the rows.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakSet

import structlog
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars

from bot.arrival import Arrival
from bot.clock import Clock
from bot.faults import of
from bot.ledger import Later, Ledger, files
from bot.ledger.kinds import Instant
from bot.ledger.prepared import Prepared, among, driver_of
from bot.ledger.tables import InboxItem, InboxState, OutboxItem, Table
from bot.measures import Measures
from bot.vault import Sealed, Unavailable, Vault, Writing
from bot.working import Worker

log = structlog.get_logger()

LEASE = timedelta(minutes=10)
"""How long a worker may take for one message before another may try."""
CLAIM_MAX = 32
"""Messages claimed in one transaction."""
SENDERS_MAX = 48
"""Senders of one channel whose messages are handled at a time. Each waits for two commits and for the disk: with a third of them
the writer would wait as well."""
TRIES_MAX = 6
"""After so many failures that are our own, a message goes to quarantine (lesson L28)."""
INLINE_MAX = 256 * 1024
"""Octets up to which a sealed message lies in its row: the sync that the row needs is then all that it costs."""
BACK_OFF = timedelta(seconds=5)
"""After the first failure; doubled for each further one."""
BACK_OFF_MAX = timedelta(minutes=10)
LULL_SECONDS = 0.25
"""So long nothing may have come before what has come is worked on: whoever sends waits for us, and nobody else does yet.
One that comes alone is worked on at once."""
LULL_SECONDS_MAX = 2.0
"""However much more comes, what has come waits no longer than this, and then is worked on for as long."""


@dataclass(frozen=True)
class Claimed:
    """A message that one worker has to itself for a while."""

    id: int
    lease: str
    tries: int
    arrival: Arrival
    arrived_at: datetime
    object_id: str
    sealed: bytes | None
    wanted: bool = False
    """When it was claimed its sender was looked at, and it may be opened. False: that is still to be asked."""


class LostLease(Exception):
    """Another worker has it by now: nothing of this attempt may stand."""


Handle = Callable[[Claimed], Awaitable[None]]
GiveUp = Callable[[Session, Claimed, str], None]
Glance = Callable[[Session, Arrival], bool]
"""Whether a message may be opened, as far as the record alone says so."""


@dataclass(frozen=True)
class _Waiting:
    arrival: Arrival
    raw: Writing
    stored: "asyncio.Future[bool]"


class Inbox:
    """The way in. One for each process."""

    def __init__(self, ledger: Ledger, vault: Vault, clock: Clock, measures: Measures | None = None) -> None:
        self._ledger, self._vault, self._clock = ledger, vault, clock
        self._measures = measures or Measures()
        self._waiting: list[_Waiting] = []
        self._storing: asyncio.Task[None] | None = None
        self._coming: WeakSet[Writing] = WeakSet()
        self._came_at = -LULL_SECONDS
        self._lull_at = self._turn_until = 0.0

    def begin(self) -> Writing:
        """Begin to take a message in, as its channel has it. Ended by `accept`, or by `Writing.abandon`."""
        name = f"raw-{self._clock.token()}"
        raw = self._vault.begin(name, inline_max=INLINE_MAX, hash_contents=False, is_new=True)
        self._coming.add(raw)
        return raw

    async def has_sent(self, token: str) -> bool:
        """Whether this is the token in the address of a notice of ours: nobody guesses one."""
        sent = select(OutboxItem.id).where(OutboxItem.token == token)
        return await self._ledger.read(lambda tx: tx.scalar(sent)) is not None

    async def accept(self, arrival: Arrival, raw: Writing) -> bool:
        """Make it durable. True: new; False: seen before, and already durable. Raises `Later` where it cannot be."""
        self._came(raw)
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(arrival, raw, stored))
        if self._storing is None:
            self._storing = asyncio.create_task(self._store())
        return bool(await stored)

    def _came(self, raw: Writing) -> None:
        """One has come whole: others are expected after it, unless it comes alone."""
        self._coming.discard(raw)
        now = asyncio.get_running_loop().time()
        if self._coming or now < self._came_at + LULL_SECONDS:
            self._lull_at = now + LULL_SECONDS
        self._came_at = now

    async def lull(self) -> None:
        """Wait until no more comes for a moment; where it goes on coming, turn about with it."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._turn_until:
            return
        until = loop.time() + LULL_SECONDS_MAX
        while (now := loop.time()) < min(self._lull_at, until):  # noqa: ASYNC110 (it is a time that is waited for)
            await asyncio.sleep(min(self._lull_at, until) - now)
        if now >= until:
            self._turn_until = now + LULL_SECONDS_MAX

    async def _store(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                try:
                    new = await asyncio.to_thread(self._store_batch, batch)
                except Exception as fault:  # noqa: BLE001 - whatever it was, those who wait must hear of it
                    _answer(batch, [fault] * len(batch))
                else:
                    _answer(batch, new)
        finally:
            self._storing = None

    def _store_batch(self, batch: Sequence[_Waiting]) -> list[bool]:
        try:
            sealed = self._vault.finish(*(waiting.raw for waiting in batch))
        except Unavailable as fault:
            raise Later(str(fault)) from fault
        now = self._clock.now()
        ids = self._ledger.write_now(lambda tx: _enter(tx, batch, sealed, now), urgent=True)
        for waiting, message in zip(batch, ids, strict=True):
            self._note(waiting.arrival, message)
        return [message is not None for message in ids]

    def _note(self, arrival: Arrival, message: int | None) -> None:
        """It is durable, under this number; None: seen before."""
        self._measures.taken(arrival.channel, arrival.size, new=message is not None)
        if message is None:
            log.info("a message came again", channel=arrival.channel)
        else:
            log.info("a message was taken in", message=message, channel=arrival.channel, octets=arrival.size)


def _answer(batch: Sequence[_Waiting], outcomes: Sequence[bool | Exception]) -> None:
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if waiting.stored.done():  # the session was cut off while it waited; what is stored stays stored
            continue
        if isinstance(outcome, Exception):
            waiting.stored.set_exception(outcome)
        else:
            waiting.stored.set_result(outcome)


INBOX = Table.metadata.tables[InboxItem.__tablename__]
MINE: Prepared[int] = Prepared(
    update(INBOX).where(INBOX.c.id == bindparam("item"), INBOX.c.lease == bindparam("mine")).returning(INBOX.c.id)
)
"""What one worker has claimed; what is to be set goes with it."""
CLAIM: Prepared[int] = Prepared(update(INBOX).where(among(INBOX.c.id, "claimed")))
ENTER = (
    insert(INBOX)
    .on_conflict_do_nothing()
    .returning(INBOX.c.object_id, INBOX.c.id)
    .execution_options(insertmanyvalues_page_size=1)
)
"""Row by row: a statement for so many rows is another for each number of them, and sqlite3 keeps up to 128 statements, each
with the last values that were bound to it. Sealed mails are such values: 20 MiB of them were kept after a busy hour."""


def _enter(tx: Session, batch: Sequence[_Waiting], sealed: Sequence[Sealed], now: datetime) -> list[int | None]:
    """The number of each; None: seen before."""
    rows = [_row(waiting.arrival, one, now) for waiting, one in zip(batch, sealed, strict=True)]
    numbers: dict[str, int] = dict(tx.execute(ENTER, rows).all())
    for row in rows:
        if row["object_id"] not in numbers:
            files.order_destruction(tx, row["object_id"], why="seen before", now=now)
    return [numbers.get(row["object_id"]) for row in rows]


def _row(arrival: Arrival, sealed: Sealed, now: datetime) -> dict[str, Any]:
    return {
        "channel": arrival.channel, "key": arrival.key, "state": InboxState.WAITING, "arrived_at": now, "next_at": now,
        "tries": 0, "why": "", "sender": arrival.sender, "subject": arrival.subject,
        "arrival": arrival.model_dump(mode="json"), "object_id": sealed.object_id, "sealed": sealed.inline,
    }  # fmt: skip


class InboxWorker(Worker):
    """Hands what waits to reception, one sender's messages in the order they came; retries; gives up loudly.

    A message that takes long, for its files must be fetched, holds up nobody else's.
    """

    table = InboxItem.__tablename__
    name = "inbox"

    def __init__(
        self, ledger: Ledger, clock: Clock, handle: Handle, give_up: GiveUp, measures: Measures | None = None, *,
        glance: Glance = lambda _tx, _arrival: False,
    ) -> None:  # fmt: skip
        super().__init__()
        self._ledger, self._clock, self._handle, self._give_up = ledger, clock, handle, give_up
        self._measures, self._glance = measures or Measures(), glance

    async def step(self) -> bool:
        """Begin to handle what is due. False: nothing was. Raises what ended the handling of an earlier one for good."""
        self._let_go()
        now, full, found = self._clock.now(), self._full(), False
        if await self._ledger.read(lambda tx: FIRST.first(tx, {"now": now, "full": full})) is None:
            return False
        for theirs in await self._ledger.write(lambda tx: self._claimed(tx, now, full)):
            self._begin(self._in_order(theirs), theirs[0].arrival.channel)
            found = True
        return found

    def _claimed(self, tx: Session, now: datetime, full: Sequence[str]) -> list[list[Claimed]]:
        """What is claimed, by its sender. The first of each, which is handled at once, has been looked at."""
        by_sender: dict[tuple[str, str], list[Claimed]] = {}
        for item in _claim(tx, now, full, self._clock.token()):
            by_sender.setdefault((item.arrival.channel, item.arrival.sender), []).append(item)
        for theirs in by_sender.values():
            theirs[0] = replace(theirs[0], wanted=self._is_wanted(tx, theirs[0]))
        return list(by_sender.values())

    def _is_wanted(self, tx: Session, item: Claimed) -> bool:
        """False also where it cannot be told: it is asked again by whoever handles it, and fails alone."""
        try:
            return self._glance(tx, item.arrival)
        except Exception as fault:
            if not driver_of(tx).in_transaction:
                raise  # the claim is gone with it
            log.warning("a message could not be looked at as it was claimed", message=item.id, fault=of(fault))
            return False

    def _full(self) -> list[str]:
        """The channels of which no more can be handled at present."""
        return [channel for channel, count in Counter(self._under_way.values()).items() if count >= SENDERS_MAX]

    async def _in_order(self, items: Sequence[Claimed]) -> None:
        for item in items:
            await self._one(item)

    async def _one(self, item: Claimed) -> None:
        with bound_contextvars(message=item.id):
            outcome = await self._attempt(item)
        waited = self._clock.now() - item.arrived_at if outcome == "handled" else None
        self._measures.handled(item.arrival.channel, outcome, waited)

    async def _attempt(self, item: Claimed) -> str:
        """How it ended, in the words of `bot.measures`."""
        try:
            await self._handle(item)
        except LostLease:
            log.warning("another worker took the message over")
            return "lost"
        except Later as fault:
            log.warning("a message must wait", fault=of(fault))
            await self._postpone(item, str(fault), ours=False)
            return "postponed"
        except Exception as fault:
            log.exception("a message failed")
            await self._postpone(item, type(fault).__name__, ours=True)
            return "failed"
        log.info("a message was handled", channel=item.arrival.channel)
        return "handled"

    async def _postpone(self, item: Claimed, why: str, *, ours: bool) -> None:
        now, tries = self._clock.now(), item.tries + ours
        last = ours and tries >= TRIES_MAX
        gap = back_off(tries) if ours else patience(now - item.arrived_at)

        def put_back(tx: Session) -> None:
            state = InboxState.QUARANTINED if last else InboxState.WAITING
            settle(tx, item, state, why=why, tries=tries, next_at=now + gap)
            if last:
                self._give_up(tx, item, why)

        try:
            await self._ledger.write(put_back)
        except (Later, LostLease):
            log.warning("a message stays leased until its lease ends")


def back_off(tries: int) -> timedelta:
    """How long to wait after so many failures."""
    return min(BACK_OFF * (1 << min(tries - 1, 20)), BACK_OFF_MAX)


def patience(waited: timedelta) -> timedelta:
    """How long to wait for a disk or database that cannot take it now: as long again as it has waited already."""
    return min(max(waited, BACK_OFF), BACK_OFF_MAX)


def settle(tx: Session, item: Claimed, state: InboxState, **columns: object) -> None:
    """Write how a claimed message stands. Raises `LostLease`, so that all of the attempt is undone."""
    values = {"state": state, "lease": None, "leased_until": None, **columns}
    if MINE.first(tx, {"item": item.id, "mine": item.lease, **values}) is None:
        raise LostLease


def quarantined_since(tx: Session, sender: str, since: datetime) -> int:
    """How many messages of this sender that have come since then lie in quarantine."""
    theirs = (InboxItem.sender == sender) & (InboxItem.state == InboxState.QUARANTINED)
    return tx.scalar(select(func.count()).select_from(InboxItem).where(theirs, InboxItem.arrived_at > since)) or 0


_NOW = bindparam("now", type_=Instant)
WAITS = (InboxItem.state == InboxState.WAITING) & (InboxItem.next_at <= _NOW)
IS_ABANDONED = (InboxItem.state == InboxState.WORKING) & (InboxItem.leased_until < _NOW)
"""By whoever had it and did not come back with it."""
TAKE_BACK: Prepared[int] = Prepared(update(InboxItem).where(IS_ABANDONED).values(state=InboxState.WAITING))
"""It can then be looked for in the order of an index."""
MAY_COME = ~among(InboxItem.channel, "full")
FIRST: Prepared[int] = Prepared(select(InboxItem.id).where(WAITS | IS_ABANDONED, MAY_COME).limit(1))
BUSY = select(InboxItem.sender).where(InboxItem.state == InboxState.WORKING)
"""Of whom a worker has a message."""
CLAIMABLE: Prepared[int] = Prepared(
    select(InboxItem.id)
    .where(WAITS, MAY_COME, InboxItem.sender.not_in(BUSY))
    .order_by(InboxItem.next_at, InboxItem.id)
    .limit(CLAIM_MAX)
)
CLAIMED: Prepared[int] = Prepared(
    select(
        InboxItem.id, InboxItem.tries, InboxItem.arrival, InboxItem.arrived_at, InboxItem.object_id, InboxItem.sealed
    )
    .where(among(InboxItem.id, "claimed"))
    .order_by(InboxItem.id)
)


def _claim(tx: Session, now: datetime, full: Sequence[str], lease: str) -> list[Claimed]:
    TAKE_BACK.change(tx, {"now": now})
    ids = [number for (number,) in CLAIMABLE.rows(tx, {"now": now, "full": full})]
    leased = {"state": InboxState.WORKING, "lease": lease, "leased_until": now + LEASE}
    CLAIM.change(tx, {"claimed": ids, **leased})
    return [
        Claimed(number, lease, tries, Arrival.model_validate(arrival), *rest)
        for number, tries, arrival, *rest in CLAIMED.rows(tx, {"claimed": ids})
    ]


def recover(tx: Session) -> None:
    """Take back what a process that is no more was handling (only where one process serves the database)."""
    working = update(InboxItem).where(InboxItem.state == InboxState.WORKING)
    tx.execute(working.values(state=InboxState.WAITING, lease=None, leased_until=None))
