"""Delivers what is to be told: claimed, sent, settled; put off with growing gaps; given up loudly."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import structlog
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars

from bot import standing
from bot.arrival import Introduce, Route
from bot.clock import Clock
from bot.faults import of
from bot.ledger import Later, Ledger, surfaces
from bot.ledger.tables import OutboxItem, OutboxState
from bot.measures import Measures
from bot.notices import KINDS
from bot.outbox.claims import QUEUE, SENT, Claimed, Claims
from bot.outbox.courier import Busy, Deliver, GiveUp, Shown
from bot.parcels import Posted, Undeliverable
from bot.working import Worker

log = structlog.get_logger()

CONVERSATIONS_MAX = 32
"""Conversations of one channel in which something is being delivered."""
BACK_OFF = timedelta(seconds=20)
"""After the first failure; doubled for each further one."""
BACK_OFF_MAX = timedelta(hours=1)
JITTER = 0.2
"""Each gap is longer by up to this part of itself, so that a thousand answers do not come back as one."""
ERROR_CHARACTERS_MAX = 500


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
        self._claims = Claims(channel, in_order=in_order, accounts=introduce is not None)
        self._may_be_more = False
        self._delivered: list[Claimed] = []
        self._marking = asyncio.Lock()
        self._next_mark: asyncio.Task[None] | None = None
        self._marks = set[asyncio.Task[None]]()

    async def step(self) -> bool:
        """Begin to deliver what is due. False: nothing was, or enough is under way."""
        self._let_go()
        now = self._clock.now()
        if len(self._under_way) >= CONVERSATIONS_MAX:
            return False
        if not (self._may_be_more or await self._ledger.read(lambda tx: self._claims.are_due(tx, now))):
            return False
        self._may_be_more, lease = False, self._clock.token()
        claimed = await self._ledger.write(lambda tx: self._claims.claim(tx, now, lease))
        self._may_be_more = bool(claimed)  # to look before would most often find what the claim does
        for _, items in groupby(claimed, key=lambda item: item.conversation):
            self._begin(self._in_order(list(items)))
        return bool(claimed)

    async def stop(self) -> None:
        """See `Worker`. What was delivered is written all the same."""
        await super().stop()
        await asyncio.gather(*self._marks, return_exceptions=True)

    async def _in_order(self, items: Sequence[Claimed]) -> None:
        """What is told in one conversation, as it was posted."""
        marks = set[asyncio.Task[None]]()
        for number, item in enumerate(items, start=1):
            if not await self._one(item, marks) and self._keeps_order:
                await asyncio.gather(*(self._put_back(one) for one in items[number:]))
                return
        for mark in marks:
            await asyncio.shield(mark)  # others' are written with ours

    async def _one(self, item: Claimed, marks: set[asyncio.Task[None]]) -> bool:
        """False: it must wait. `marks`: where what is still to be written of it is added."""
        route = Route.model_validate(item.posted.route)
        answered = {} if route.message is None else {"message": route.message}
        with bound_contextvars(notice=item.posted.id, kind=item.posted.kind, **answered):
            outcome = await self._attempt(item, marks)
            waited = self._waited(route) if outcome == "sent" else None
            self._measures.delivered(self._channel, outcome, waited)
        return outcome in ("sent", "refused")

    def _waited(self, route: Route) -> timedelta | None:
        """How long whoever is answered has waited; None where nobody has."""
        return self._clock.now() - route.taken_in_at if route.taken_in_at else None

    async def _attempt(self, item: Claimed, marks: set[asyncio.Task[None]]) -> str:
        """How it ended, in the words of `bot.measures`."""
        try:
            await self._check_reader(item)
            shown = await self._deliver(item.posted, repeated=item.tries > 1)
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
            if self._keeps_order:  # what follows may stand below it
                await self._settle(item, OutboxState.SENT, shown=shown)
            else:  # an officer's thirty mails do not wait for a sync each
                marks.add(self._mark(item))
            log.info("a notice was delivered", channel=self._channel)
        return "sent"

    def _mark(self, item: Claimed) -> asyncio.Task[None]:
        """Have it written that this was delivered, where nothing else is to be written of it: at once, and while others are
        written, with all that is delivered until those are."""
        self._delivered.append(item)
        if self._next_mark is None:
            self._next_mark = asyncio.create_task(self._write_marks())
            self._marks.add(self._next_mark)
            self._next_mark.add_done_callback(self._marks.discard)
        return self._next_mark

    async def _write_marks(self) -> None:
        async with self._marking:
            items, self._delivered, self._next_mark = self._delivered, [], None
            ids, leases = [item.posted.id for item in items], list({item.lease for item in items})
            await self._written(lambda tx: SENT.change(tx, {"items": ids, "leases": leases}))

    async def _check_reader(self, item: Claimed) -> None:
        """Raises `Undeliverable` where what one person is to be told would be read by an account that is theirs, or is
        heard, no more."""
        if item.has_left:
            raise Undeliverable("the account is not theirs any more")
        if not (item.person_id and self._introduce):
            return
        if await standing.is_refused(self._introduce, self._channel, item.posted.recipient):
            raise Undeliverable("the account is not heard any more")

    async def _put_back(self, item: Claimed) -> None:
        """As if it had not been claimed."""
        await self._settle(item, OutboxState.WAITING, error=item.error, tries=item.tries - 1)

    async def _put_off(self, item: Claimed, fault: str, gap: timedelta, *, untried: bool = False) -> None:
        now = self._clock.now()
        expired = now - item.posted.created_at > self._queue
        state = OutboxState.FAILED if expired else OutboxState.WAITING
        await self._settle(item, state, error=fault, next_at=now + gap, tries=item.tries - untried)

    async def _settle(
        self, item: Claimed, state: OutboxState, *, error: str = "", shown: Shown | None = None, refused: bool = False,
        **columns: object,
    ) -> None:  # fmt: skip
        now = self._clock.now()

        def write(tx: Session) -> None:
            if not QUEUE.settle(tx, item.posted.id, item.lease, state, {"error": _storable(error), **columns}):
                return
            if shown:
                _stands(tx, self._channel, item.posted, shown, now)
            if state is OutboxState.FAILED:
                self._give_up(tx, tx.get_one(OutboxItem, item.posted.id), refused=refused)

        await self._written(write)

    async def _written(self, write: Callable[[Session], object]) -> None:
        try:
            await self._ledger.write(write)
        except Later:
            log.warning("a notice stays leased until its lease ends")


def _storable(words: str) -> str:
    """A stranger's words, cut; what is half a character in them is replaced, for no row can hold it."""
    return words[:ERROR_CHARACTERS_MAX].encode("utf-8", "replace").decode()


def _stands(tx: Session, channel: str, posted: Posted, shown: Shown, now: datetime) -> None:
    """It stands in a chat from now on. What befell its files while it was on its way is to be drawn."""
    kind = KINDS[posted.kind]
    surface = surfaces.stand(
        tx, channel, shown.place, shown.stamp, thread=shown.thread, notice_id=posted.id, live=kind.live
    )  # fmt: skip
    if not kind.live:
        return
    told = {file.reference: file.version for file in kind.model_validate(posted.facts).mentioned()}
    surfaces.catch_up(tx, surface.id, told, now)


def back_off(tries: int, chance: float) -> timedelta:
    """How long to wait after so many failures; `chance` from 0 to 1 spreads the gaps."""
    return min(BACK_OFF * (1 << min(tries - 1, 20)), BACK_OFF_MAX) * (1 + JITTER * chance)
