"""The service's side: what is to be done aside is asked of a process that is begun anew whenever it has ended."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue

import structlog

from bot.faults import of
from bot.parcels import Posted
from bot.preparing import OPENED_AT_ONCE_MAX, Prepared, Raw, Spoiled
from bot.preparing.weighing import PART
from bot.rules.bounce import Returned
from bot.settings import Settings
from bot.vault import MasterKey, Unavailable
from handlers.aside import requests
from handlers.aside.life import Life, Stopped, TooSlow
from handlers.aside.requests import Failed, Prepare, ReadReturned, Request, Short, Weigh, Write
from handlers.aside.turns import Turns

log = structlog.get_logger()

OPENING_SECONDS_MAX = 300.0
"""How long one mail may be opened for: the largest takes some seconds, on a busy machine perhaps twenty."""
WRITING_SECONDS_MAX = 30.0
"""How long one mail may be written for: it takes a millisecond, with a list of ten thousand files a second."""

ALONE_SECONDS_MAX = 60.0
"""How long anything may be worked on with nobody beside it, when all others wait: three times what the largest has taken."""
LANES = OPENED_AT_ONCE_MAX + 1
"""Those for opening, and one for writing: no large mail keeps answers waiting."""


class CannotBegin(Exception):
    """The process could not be started, or could not begin to work."""


@dataclass(frozen=True)
class Limits:
    """How long one piece of work may take, in seconds."""

    opening: float = OPENING_SECONDS_MAX
    writing: float = WRITING_SECONDS_MAX


class Aside:
    """Has mail opened, and written, in a process of its own (a `bot.preparing.Preparing` for mail)."""

    def __init__(self, settings: Settings, master: MasterKey, limits: Limits = Limits()) -> None:
        self._settings, self._master, self._limits = settings, master, limits
        self._turns = Turns()
        self._openers = _Desk("open-aside", range(OPENED_AT_ONCE_MAX))
        self._writers = _Desk("write-aside", range(OPENED_AT_ONCE_MAX, LANES))
        # one thread begins every life: the system ends a process with the thread that began it
        self._beginner = ThreadPoolExecutor(1, "begin-aside")
        self._changing = threading.Lock()
        self._life: Life | None = None
        self._is_closed = False
        self._trouble = ""

    async def start(self) -> None:
        """Begin. Raises `CannotBegin`."""
        await asyncio.to_thread(self._living)

    async def close(self) -> None:
        """Let the process end; what it is at is left."""
        await asyncio.to_thread(self._close)

    @property
    def pid(self) -> int | None:
        """The number of the process; None where there is none at present."""
        return self._life.pid if self._life else None

    def trouble(self) -> str:
        """Why none could be begun when one was last wanted, while all mail waits; empty where one could."""
        return self._trouble

    async def prepare(self, raw: Raw) -> Prepared | Spoiled:
        """See `Preparing`."""
        return requests.opened(await self._opened(Prepare(raw)), raw.prefix)

    async def weigh(self, raw: Raw) -> Prepared | Spoiled:
        """See `Preparing`."""
        return requests.opened(await self._opened(Weigh(raw)), PART)

    async def returned(self, raw: Raw) -> Returned:
        """See `Preparing`."""
        return requests.RETURNED.validate_json(await self._opened(ReadReturned(raw)))

    async def written(self, posted: Posted) -> bytes:
        """The mail that tells a notice. Raises `Undeliverable`, `Unavailable`, or whatever is our own fault."""
        return await self._done(self._writers, Write(posted), self._limits.writing)

    async def _opened(self, request: Request) -> bytes:
        return await self._done(self._openers, request, self._limits.opening)

    async def _done(self, desk: "_Desk", request: Request, seconds: float) -> bytes:
        ask = partial(copy_context().run, self._ask, desk, request, seconds)  # what is logged of it names its message
        return await asyncio.get_running_loop().run_in_executor(desk.threads, ask)

    def _ask(self, desk: "_Desk", request: Request, seconds: float) -> bytes:
        """What the process ended at, or was ended for, or ran short of memory at, is tried once more with nobody beside it: then
        it is known whose fault that is."""
        with desk.lane() as lane:
            try:
                with self._turns.together():
                    return self._try(lane, request, seconds)
            except Stopped as end:
                if end.alone:
                    raise
            except Short:
                pass  # it may be another's doing
            with self._turns.alone():
                return self._try(lane, request, min(seconds, ALONE_SECONDS_MAX))

    def _try(self, lane: int, request: Request, seconds: float) -> bytes:
        try:
            life = self._living()
        except CannotBegin as fault:
            raise Unavailable(str(fault)) from fault
        try:
            return life.ask(lane, request, seconds)
        except Failed as fault:
            log.error("work aside failed", error=of(fault), where=list(fault.args))  # noqa: TRY400 - its own places are told
            raise
        except TooSlow:
            log.error("work aside took too long and was ended", seconds=seconds)  # noqa: TRY400 - where it was is not known
            raise

    def _living(self) -> Life:
        """The process as it is, or a new one in place of one that has ended. Raises `CannotBegin`."""
        with self._changing:
            if self._is_closed:
                raise CannotBegin("Postroom is being stopped")
            if self._life and not self._life.has_ended:
                return self._life
            if self._life:
                log.error("the process aside ended", how=self._life.close())
                self._life = None
            try:
                self._life = self._beginner.submit(self._begun).result()
            except CannotBegin as fault:
                self._trouble = str(fault)
                raise
            self._trouble = ""
            return self._life

    def _begun(self) -> Life:
        try:
            life = Life(LANES)
        except OSError as fault:
            raise CannotBegin(CANNOT_BEGIN.format(why=fault.strerror)) from fault
        try:
            life.begin(self._settings, self._master)
        except (Stopped, Failed, Unavailable) as fault:
            where = list(fault.args) if isinstance(fault, Failed) else []
            log.error("the process aside cannot begin", error=of(fault), how=life.close(), where=where)  # noqa: TRY400
            raise CannotBegin(CANNOT_BEGIN.format(why=of(fault))) from fault
        log.info("the process aside began", pid=life.pid)
        return life

    def _close(self) -> None:
        with self._changing:
            self._is_closed = True
            if self._life:
                self._life.close()
                self._life = None
        for threads in (self._openers.threads, self._writers.threads, self._beginner):
            threads.shutdown(cancel_futures=True)


class _Desk:
    """Where one kind of work waits for its turn: threads, and for each a lane to the process."""

    def __init__(self, name: str, lanes: range) -> None:
        self.threads = ThreadPoolExecutor(len(lanes), name)
        self._free: SimpleQueue[int] = SimpleQueue()
        for one in lanes:
            self._free.put(one)

    @contextmanager
    def lane(self) -> Iterator[int]:
        """One that nobody else has."""
        one = self._free.get()
        try:
            yield one
        finally:
            self._free.put(one)


CANNOT_BEGIN = (
    "The process that opens and writes mail cannot begin ({why}). Without it the same is done in the service itself: "
    "aside = false in [work]"
)
