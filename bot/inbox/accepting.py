"""The way in: what arrives is durable before anybody acknowledges it.

Every message that waits shares two syncs: one for the keys and one for the rows.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from bot.arrival import Arrival
from bot.clock import Clock
from bot.inbox.lull import Lull
from bot.ledger import Later, Ledger, files
from bot.ledger.tables import InboxItem, InboxState, OutboxItem, Table
from bot.measures import Measures
from bot.vault import Sealed, Unavailable, Vault, Writing

log = structlog.get_logger()

INLINE_MAX = 256 * 1024
"""Octets up to which a sealed message lies in its row: the sync that the row needs is then all that it costs."""


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
        self._lull = Lull()

    def begin(self) -> Writing:
        """Begin to take a message in, as its channel has it. Ended by `accept`, or by `Writing.abandon`."""
        name = f"raw-{self._clock.token()}"
        raw = self._vault.begin(name, inline_max=INLINE_MAX, hash_contents=False, is_new=True)
        self._lull.comes(raw)
        return raw

    async def has_sent(self, token: str) -> bool:
        """Whether this is the token in the address of a notice of ours: nobody guesses one."""
        sent = select(OutboxItem.id).where(OutboxItem.token == token)
        return await self._ledger.read(lambda tx: tx.scalar(sent)) is not None

    async def accept(self, arrival: Arrival, raw: Writing) -> bool:
        """Make it durable. True: new; False: seen before, and already durable. Raises `Later` where it cannot be."""
        self._lull.came(raw)
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(arrival, raw, stored))
        if self._storing is None:
            self._storing = asyncio.create_task(self._store())
        return bool(await stored)

    async def lull(self) -> None:
        """Wait until no more comes for a moment; where it goes on coming, turn about with it."""
        await self._lull.wait()

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
