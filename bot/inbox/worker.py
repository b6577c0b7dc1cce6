"""Handles what has arrived: one sender's messages in the order they came; tried again with growing gaps, given up loudly."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars

from bot.arrival import Arrival
from bot.clock import Clock
from bot.faults import of
from bot.inbox.claims import Claimed, LostLease, are_due, claim, settle
from bot.ledger import Later, Ledger
from bot.ledger.prepared import driver_of
from bot.ledger.tables import InboxItem, InboxState
from bot.measures import Measures
from bot.working import Worker

log = structlog.get_logger()

SENDERS_MAX = 48
"""Senders of one channel whose messages are handled at a time. Each waits for two commits and for the disk: with a third of them
the writer would wait as well."""
TRIES_MAX = 6
"""After so many failures that are our own, a message goes to quarantine (lesson L28)."""
BACK_OFF = timedelta(seconds=5)
"""After the first failure; doubled for each further one."""
BACK_OFF_MAX = timedelta(minutes=10)

Handle = Callable[[Claimed], Awaitable[None]]
GiveUp = Callable[[Session, Claimed, str], None]
Glance = Callable[[Session, Arrival], bool]
"""Whether a message may be opened, as far as the record alone says so."""


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
        if not await self._ledger.read(lambda tx: are_due(tx, now, full)):
            return False
        for theirs in await self._ledger.write(lambda tx: self._claimed(tx, now, full)):
            self._begin(self._in_order(theirs), theirs[0].arrival.channel)
            found = True
        return found

    def _claimed(self, tx: Session, now: datetime, full: Sequence[str]) -> list[list[Claimed]]:
        """What is claimed, by its sender. The first of each, which is handled at once, has been looked at."""
        by_sender: dict[tuple[str, str], list[Claimed]] = {}
        for item in claim(tx, now, full, self._clock.token()):
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
