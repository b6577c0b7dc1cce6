"""The one thread that writes: it shares a commit, and so a sync, among the functions that wait or come meanwhile."""

import asyncio
import queue
import re
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import structlog
from sqlalchemy import URL, Connection, event
from sqlalchemy.orm import Session

from bot.ledger.engines import begun, driver_under, engine
from bot.ledger.prepared import CHANGED, DRIVER

log = structlog.get_logger()

Work = Callable[[Session], Any]
Listener = Callable[[AbstractSet[str]], None]
"""Told of the tables to which something was written."""


class Observer(Protocol):
    """Told how long a commit took and how many functions shared it."""

    def __call__(self, seconds: float, writes: int, *, failed: bool) -> None:
        """`failed`: all of it was undone."""


SHARED_COMMIT_MAX = 256
"""How many functions share one commit at the most: bounds how long the first of them waits."""
SHARED_COMMIT_SECONDS = 0.03
"""How long functions are added to a commit: bounds how long one waits that is not urgent."""
URGENT_COMMIT_SECONDS = 0.005
"""How long they are once one that is urgent is among them."""
CHANGES = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")
"""A statement that changes a table, and which."""


class Later(Exception):
    """It could not be done now and nothing of it was done: try again. The sender's server is told so."""


@dataclass(frozen=True, slots=True)
class _Job:
    work: Work
    done: "Future[Any] | asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop | None
    """Whose future that is; None: a thread's."""
    urgent: bool


GONE = "the transaction ended before its time, and what was to be done went on"
_Answer = tuple[object, BaseException | None]
"""What a function returned, or raised."""


class Writer:
    """Writes to one database, alone in this process."""

    def __init__(self, url: URL, info: Mapping[str, Any]) -> None:
        """`info`: what the session has that every function gets."""
        self._changed: set[str] = set()
        self._info = {**info, CHANGED: self._changed}
        self._connection: Connection | None = None
        self._tx: Session | None = None
        self.listeners: list[Listener] = []
        """Called after every commit, from the writer's thread."""
        self.observers: list[Observer] = []
        """Told of every commit, from the writer's thread."""
        self._urgent, self._ordinary = deque[_Job](), deque[_Job]()
        self._signs = queue.SimpleQueue[None]()
        """One for each job, once it can be taken up; one more when there will be no others."""
        self._entering, self._closed = threading.Lock(), False
        self._engine = engine(url, read_only=False)
        event.listen(self._engine, "after_cursor_execute", self._note_change)
        self._thread = threading.Thread(target=self._run, name="ledger-write", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finish what was begun; whoever comes after this is told `Later`."""
        with self._entering:
            self._closed = True
            self._signs.put(None)
        self._thread.join()
        self._engine.dispose()

    def submit(
        self, work: Work, done: "Future[Any] | asyncio.Future[Any]", loop: asyncio.AbstractEventLoop | None = None, *,
        urgent: bool,
    ) -> None:  # fmt: skip
        """Have this done: `done`, of this loop or else of a thread, is answered once its commit is durable. Raises
        `Later`."""
        with self._entering:
            if self._closed:
                raise Later("the ledger is closed")
            (self._urgent if urgent else self._ordinary).append(_Job(work, done, loop, urgent))
            self._signs.put(None)

    def _run(self) -> None:
        while first := self._next(wait=True):
            self._commit(first)
        self._let_go()

    def _commit(self, first: _Job) -> None:
        """Run this, and what waits with it, as far as one commit may go on."""
        jobs: list[_Job] = []
        answers: list[_Answer] = []
        since, failed = time.monotonic(), False
        try:
            tx = self._session()
            with begun(tx.info[DRIVER], "BEGIN IMMEDIATE") as driver:
                for job in self._together(first):
                    jobs.append(job)
                    answers.append(_one(tx, driver, job))
                driver.execute("COMMIT")
        except BaseException as fault:  # noqa: BLE001 - whatever it was, those who wait must hear of it
            later = Later(f"the ledger could not commit: {type(fault).__name__}")
            later.__cause__ = fault
            jobs = jobs or [first]  # not even a transaction could be begun
            failed, answers = True, [(None, later) for _ in jobs]
            self._let_go()
        self._tell(jobs, answers, time.monotonic() - since, failed=failed)

    def _together(self, first: _Job) -> Iterator[_Job]:
        """The first, and those that wait when it is done, until one that is urgent has waited long enough, or all have."""
        until = time.monotonic() + SHARED_COMMIT_SECONDS
        job: _Job | None = first
        left = SHARED_COMMIT_MAX
        while job:
            if job.urgent:
                until = min(until, time.monotonic() + URGENT_COMMIT_SECONDS)
            yield job
            left -= 1
            job = self._next(wait=False) if left and time.monotonic() < until else None

    def _next(self, *, wait: bool) -> _Job | None:
        """One that is urgent, or else the next. None: none is there now; if it is waited for, none will come any more."""
        try:
            self._signs.get(wait)
        except queue.Empty:
            return None
        for jobs in (self._urgent, self._ordinary):
            if jobs:
                return jobs.popleft()
        self._signs.put(None)  # that was the last sign, which stays
        return None

    def _tell(self, jobs: Sequence[_Job], answers: Sequence[_Answer], seconds: float, *, failed: bool) -> None:
        """Who watches, who waits for a change, and who waits for an answer."""
        changed = frozenset(self._changed)
        self._changed.clear()
        for observer in self.observers:
            _call(partial(observer, seconds, len(jobs), failed=failed))
        for listener in self.listeners:
            _call(partial(listener, changed))
        waiting: dict[asyncio.AbstractEventLoop | None, list[tuple[_Job, _Answer]]] = {}
        for job, answer in zip(jobs, answers, strict=True):
            waiting.setdefault(job.loop, []).append((job, answer))
        for loop, theirs in waiting.items():
            if loop is None:
                _answer(theirs)
            else:
                with suppress(RuntimeError):  # the loop is closed: nobody is left to hear of it
                    loop.call_soon_threadsafe(_answer, theirs)

    def _note_change(self, _connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if change := CHANGES.match(statement):
            self._changed.add(change[1])

    def _session(self) -> Session:
        """The session that all functions get, one after the other: to connect and to make another for each of them takes as
        long as five questions. Whoever is done with it leaves nothing in it."""
        if self._tx is None:
            self._connection = self._engine.connect()
            self._tx = Session(self._connection, info={**self._info, DRIVER: driver_under(self._connection)})
        return self._tx

    def _let_go(self) -> None:
        """Of the connection, whose state nobody knows any more or needs."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._tx = None


def _one(tx: Session, driver: sqlite3.Connection, job: _Job) -> _Answer:
    """Run one in a savepoint, and empty the session after it."""
    info = dict(tx.info)
    driver.execute("SAVEPOINT one")
    try:
        with tx:
            result = job.work(tx)
            tx.flush()
    except BaseException as fault:
        if not driver.in_transaction:
            raise  # the whole transaction is gone (a full disk): nobody's work may be called done
        driver.execute("ROLLBACK TO one")
        return None, _outcome(fault)
    finally:
        tx.info.clear()  # of what it noted there: else the numbers of all files would gather
        tx.info.update(info)
        if driver.in_transaction:
            driver.execute("RELEASE one")
    if not driver.in_transaction:
        raise sqlite3.OperationalError(GONE)
    return result, None


def _call(told: Callable[[], None]) -> None:
    """Tell somebody, whose fault must not end the writer: nobody would be answered any more."""
    try:
        told()
    except Exception:
        log.exception("what was told of a commit failed")


def _answer(jobs: Sequence[tuple[_Job, _Answer]]) -> None:
    for job, (result, failure) in jobs:
        if job.done.done():  # whoever waited has given up
            continue
        if failure:
            job.done.set_exception(failure)
        else:
            job.done.set_result(result)


def _outcome(fault: BaseException) -> Exception:
    """What the caller hears: the database's own troubles are `Later`, all else is as it was raised. A panic of a library is
    an error like any other: it ends nobody but whoever it befell."""
    if not isinstance(fault, Exception) or isinstance(fault, StopIteration):  # which no future can be ended with
        panic = RuntimeError(type(fault).__name__)
        panic.__cause__ = fault
        return panic
    if isinstance(getattr(fault, "orig", fault), sqlite3.OperationalError):
        later = Later(f"the ledger could not write: {type(fault).__name__}")
        later.__cause__ = fault
        return later
    return fault
