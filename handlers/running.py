"""The office at work: its channels listen and its workers run, alone on its database, until it is left."""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from itertools import count
from types import TracebackType
from typing import IO, Self

import structlog

from bot import inbox, outbox
from bot.ledger import file_of
from bot.settings import Settings
from bot.working import Worker
from handlers import lean
from handlers.app import Office
from handlers.rooms import NotReady

log = structlog.get_logger()

POLL_SECONDS = 1.0
"""Workers look at least so often: the floor beneath every wake-up."""
GAP_SECONDS = 0.02
"""A worker looks no more often: what came meanwhile it takes up together. One that has rested looks at once."""
GRACE_SECONDS = 5.0
"""How long workers may take, when we stop, for what they have begun; what is cut off is taken up again at the next start."""
WATCH_SECONDS = 0.25
"""How often it is looked whether another process (the command line) has written."""
LOOKS_BETWEEN_GIVING_BACK = 4
"""After so many looks what memory is free goes back to the system: a second is short enough for no burst to add to another."""


class Serving(AbstractAsyncContextManager["Serving"]):
    """An office at work: its channels listen and its workers run, until it is left."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._lock: IO[str] | None = None
        self._workers: list[asyncio.Task[None]] = []
        self._watching: asyncio.Task[None] | None = None
        self._leaving = False
        self._wake: list[tuple[str, asyncio.Event]] = []

    async def __aenter__(self) -> Self:
        """Raises `NotReady` where another process serves this database, and what a channel raises that cannot start."""
        self._lock = hold(self._office.rooms.settings)
        try:
            await self._begin()
        except BaseException:
            await self._end()
            raise
        return self

    async def _begin(self) -> None:
        await self._office.start()
        ledger = self._office.rooms.ledger
        await ledger.write(inbox.recover)
        await ledger.write(outbox.recover)
        await ledger.write(self._office.strand)
        loop = asyncio.get_running_loop()
        ledger.on_change(lambda tables: _wake_from_thread(loop, partial(self._wake_those, tables)))
        for worker in self._office.workers:
            wake = asyncio.Event()
            self._wake.append((worker.table, wake))
            self._workers.append(asyncio.create_task(self._run(worker, wake)))
        self._watching = asyncio.create_task(self._watch())
        for channel in self._office.channels.values():
            await channel.start(self._office.inbox)
        if self._office.web:
            await self._office.web.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def _end(self) -> None:
        if self._office.web:
            await self._office.web.stop()
        for channel in self._office.channels.values():
            await channel.stop()
        await self._end_work()
        await self._office.close()
        if self._lock:
            self._lock.close()

    async def _end_work(self) -> None:
        if self._watching:
            self._watching.cancel()
        self._leaving = True
        self._wake_all()
        begun = [*self._workers, *(asyncio.create_task(worker.finish()) for worker in self._office.workers)]
        _, late = await asyncio.wait(begun, timeout=GRACE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        for worker in self._office.workers:
            await worker.stop()

    async def _run(self, worker: Worker, wake: asyncio.Event) -> None:
        """Step while there is something to do; then wait to be woken. A fault is logged, shows in the worker's pulse, and
        never ends the work."""
        rooms, looked_at = self._office.rooms, -GAP_SECONDS
        loop = asyncio.get_running_loop()
        while not self._leaving:
            await asyncio.sleep(looked_at + GAP_SECONDS - loop.time())
            looked_at = loop.time()
            wake.clear()
            try:
                await self._office.inbox.lull()
                again = await worker.step()
                worker.pulse.beat(rooms.clock.now())
                if again:
                    continue
            except Exception as fault:
                log.exception("a worker's step failed", worker=worker.name)
                worker.pulse.miss(rooms.clock.now(), fault)
                rooms.measures.faulted(worker.name)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):  # unlike wait_for, it never loses a cancellation
                    await wake.wait()

    def _wake_those(self, tables: AbstractSet[str]) -> None:
        for table, wake in self._wake:
            if table in tables:
                wake.set()

    def _wake_all(self) -> None:
        for _, wake in self._wake:
            wake.set()

    async def _watch(self) -> None:
        """Wake the workers when another process has written."""
        path = file_of(self._office.rooms.settings.ledger.url)
        assert path is not None  # noqa: S101 - the settings allow SQLite only
        connection = sqlite3.connect(path)
        try:
            before = None
            for look in count():
                if not look % LOOKS_BETWEEN_GIVING_BACK:
                    lean.give_back()
                (version,) = connection.execute("PRAGMA data_version").fetchone()
                if version != before:
                    self._wake_all()
                before = version
                await asyncio.sleep(WATCH_SECONDS)
        finally:
            connection.close()


def _wake_from_thread(loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody is left to be woken
        loop.call_soon_threadsafe(wake)


def hold(settings: Settings) -> IO[str]:
    """Hold this database for this process alone: two that serve it would both take up what the other is handling.

    Until what is returned is closed. Raises `NotReady` where another process holds it.
    """
    database = file_of(settings.ledger.url)
    assert database is not None  # noqa: S101 - the settings allow SQLite only
    opener = partial(os.open, mode=0o600)  # whoever could open it could hold it, and keep us from serving
    held = open(f"{database}.lock", "w", encoding="utf-8", opener=opener)  # noqa: SIM115 - held as long as we serve
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise NotReady(f"Another Postroom serves {database} already. Stop it first.") from None
    return held
