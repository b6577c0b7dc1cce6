"""The service's side: what is to be done aside is asked of a process that is begun anew whenever it has ended."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog

from bot.faults import of
from bot.parcels import Posted
from bot.preparing import OPENED_AT_ONCE_MAX, Prepared, Raw, Spoiled
from bot.preparing.weighing import PART
from bot.rules.bounce import Returned
from bot.settings import Settings
from bot.vault import MasterKey, Unavailable
from bot.watching import Trouble
from handlers.aside import requests
from handlers.aside.lane import Stopped, TooSlow
from handlers.aside.life import OPENING, WRITING, Life
from handlers.aside.requests import Failed, Prepare, ReadReturned, Request, Short, Weigh, Write
from handlers.aside.turns import Turns

log = structlog.get_logger()

OPENING_SECONDS_MAX = 300.0
"""How long one mail may be opened for: the largest takes some seconds, on a busy machine perhaps twenty."""
WRITING_SECONDS_MAX = 30.0
"""How long one mail may be written for: it takes a millisecond, with a list of ten thousand files a second."""

ALONE_SECONDS_MAX = 60.0
"""How long anything may be worked on with nobody beside it, when all others wait: three times what the largest has taken."""
WRITTEN_AT_ONCE_MAX = 8
"""Mails asked for at a time: it writes one after the other, and need not wait for us in between."""


class CannotBegin(Exception):
    """The process could not be started, or could not begin to work."""


@dataclass(frozen=True)
class Limits:
    """How long one piece of work may take, in seconds."""

    opening: float = OPENING_SECONDS_MAX
    writing: float = WRITING_SECONDS_MAX


@dataclass(frozen=True)
class _Desk:
    """One kind of work."""

    lane: int
    seconds: float
    """How long a piece of it may take."""
    places: asyncio.Semaphore


class Aside:
    """Has mail opened, and written, in a process of its own (a `bot.preparing.Preparing` for mail). For one event loop."""

    def __init__(self, settings: Settings, master: MasterKey, limits: Limits = Limits()) -> None:
        self._settings, self._master = settings, master
        self._turns = Turns()
        self._opening = _Desk(OPENING, limits.opening, asyncio.Semaphore(OPENED_AT_ONCE_MAX))
        self._writing = _Desk(WRITING, limits.writing, asyncio.Semaphore(WRITTEN_AT_ONCE_MAX))
        # one thread begins every life: the system ends a process with the thread that began it
        self._beginner = ThreadPoolExecutor(1, "begin-aside")
        self._beginning: asyncio.Task[Life] | None = None
        self._life: Life | None = None
        self._is_closed = False
        self._why = ""

    async def start(self) -> None:
        """Begin. Raises `CannotBegin`."""
        await self._living()

    async def close(self) -> None:
        """Let the process end; what it is at is left."""
        self._is_closed = True
        if self._beginning:
            await asyncio.wait([self._beginning])
        if self._life:
            await self._life.close()
            self._life = None
        self._beginner.shutdown()

    @property
    def pid(self) -> int | None:
        """The number of the process; None where there is none at present."""
        return self._life.pid if self._life else None

    def trouble(self) -> str:
        """Why it could not begin when it was last needed; empty where it could."""
        return self._why

    def troubles(self) -> Iterator[Trouble]:
        """The same, as administrators are told of it."""
        if self._why:
            yield Trouble(NOTHING_GOES, (self._why, ALL_WAITS))

    async def prepare(self, raw: Raw) -> Prepared | Spoiled:
        """See `Preparing`."""
        return requests.opened(await self._done(self._opening, Prepare(raw)), raw.prefix)

    async def weigh(self, raw: Raw) -> Prepared | Spoiled:
        """See `Preparing`."""
        return requests.opened(await self._done(self._opening, Weigh(raw)), PART)

    async def returned(self, raw: Raw) -> Returned:
        """See `Preparing`."""
        return requests.RETURNED.validate_json(await self._done(self._opening, ReadReturned(raw)))

    async def written(self, posted: Posted) -> bytes:
        """The mail that tells a notice. Raises `Undeliverable`, `Unavailable`, or whatever is our own fault."""
        return await self._done(self._writing, Write(posted))

    async def _done(self, desk: _Desk, request: Request) -> bytes:
        """What the process ended at, or was ended for, or ran short of memory at, is tried once more with nobody beside it:
        then it is known whose fault that is."""
        async with desk.places:
            try:
                async with self._turns.together():
                    return await self._try(desk.lane, request, desk.seconds)
            except Stopped as end:
                if end.alone:
                    raise
            except Short:
                pass  # it may be another's doing
            async with self._turns.alone():
                return await self._try(desk.lane, request, min(desk.seconds, ALONE_SECONDS_MAX))

    async def _try(self, lane: int, request: Request, seconds: float) -> bytes:
        try:
            life = await self._living()
        except CannotBegin as fault:
            raise Unavailable(str(fault)) from fault
        try:
            return await life.ask(lane, request, seconds)
        except Failed as fault:
            log.error("work aside failed", error=of(fault), where=list(fault.args))  # noqa: TRY400 - its own places are told
            raise
        except TooSlow:
            log.error("work aside took too long and was ended", seconds=seconds)  # noqa: TRY400 - where it was is not known
            raise

    async def _living(self) -> Life:
        """The process as it is, or a new one in place of one that has ended. Raises `CannotBegin`."""
        if self._is_closed:
            raise CannotBegin("Postroom is being stopped")
        if self._life and not self._life.has_ended and not self._beginning:
            return self._life
        if not self._beginning:
            self._beginning = asyncio.create_task(self._begin())
        return await asyncio.shield(self._beginning)  # one life for all who want it, whoever leaves meanwhile

    async def _begin(self) -> Life:
        try:
            if self._life:
                log.error("the process aside ended", how=await self._life.close())
                self._life = None
            try:
                self._life = await self._begun()
            except CannotBegin as fault:
                self._why = str(fault)
                raise
            self._why = ""
            return self._life
        finally:
            self._beginning = None

    async def _begun(self) -> Life:
        try:
            life = await asyncio.get_running_loop().run_in_executor(self._beginner, Life)
        except OSError as fault:
            raise CannotBegin(CANNOT_BEGIN.format(why=fault.strerror)) from fault
        try:
            await life.begin(self._settings, self._master)
        except (Stopped, Failed, Unavailable, OSError) as fault:
            where, how = list(fault.args) if isinstance(fault, Failed) else [], await life.close()
            log.error("the process aside cannot begin", error=of(fault), how=how, where=where)  # noqa: TRY400
            raise CannotBegin(CANNOT_BEGIN.format(why=of(fault))) from fault
        log.info("the process aside began", pid=life.pid)
        return life


NOTHING_GOES = "Mail can be neither opened nor answered"
ALL_WAITS = (
    "What comes is taken in and waits, and so does what is to be told, but for this. It goes on by itself once the process can "
    "begin: see whether memory is short (journalctl -u postroom)."
)
CANNOT_BEGIN = (
    "The process that opens and writes mail cannot begin ({why}). Without it the same is done in the service itself: "
    "aside = false in [work]"
)
