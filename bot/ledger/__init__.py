"""The record: everything in the database. `read` and `write` are its two doors, and `write` makes the only commit.

On SQLite one thread writes. It shares one commit, and so one sync, among the functions that wait; each has a savepoint of
its own, and all are answered only after COMMIT has returned (docs/rules.md: nothing acknowledged is lost). What somebody
outside waits for, such as a mail server for its 250 or Slack for its acknowledgement, goes before what can wait.
"""

import asyncio
import queue
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from bot.ledger.sealing import Retired

T = TypeVar("T")
Work = Callable[[Session], T]
Listener = Callable[[AbstractSet[str]], None]
"""Told of the tables to which something was written."""


class Observer(Protocol):
    """Told how long a commit took and how many functions shared it."""

    def __call__(self, seconds: float, writes: int, *, failed: bool) -> None:
        """`failed`: all of it was undone."""


SHARED_COMMIT_MAX = 256
"""How many functions share one commit at the most: bounds how long the first of them waits."""
SHARED_COMMIT_SECONDS = 0.005
"""How long functions are added to a commit: bounds how long one waits that is urgent."""
BUSY_MS = 30_000
"""How long a writer waits for another process (the command line beside `serve`) before it gives up."""
LOG_BUSY_SECONDS = 0.1
"""How long those who write may be kept waiting for readers while the log is emptied."""
READERS = 4
READER_KIB = 512
"""How much of the database each of them keeps in memory; what lies beyond it the system keeps for all of them."""
CHANGES = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")
"""A statement that changes a table, and which."""


class Later(Exception):
    """It could not be done now and nothing of it was done: try again. The sender's server is told so."""


@dataclass(order=True)
class _Job:
    turn: int
    """Urgent ones first, the word to end last."""
    number: int
    """Among those of one turn, in the order they came."""
    work: Callable[[Session], Any] | None = field(compare=False)
    """None: that was all."""
    done: "Future[Any]" = field(compare=False)


URGENT, ORDINARY, LAST = range(3)


class Ledger:
    """The open database."""

    def __init__(self, url: str | URL, history_key: bytes, retired: Sequence[Retired] = ()) -> None:
        """`url`: SQLAlchemy's; `history_key`: what seals the history; `retired`: what sealed it before, oldest first.

        Nothing is created: see `migrate`.
        """
        self.url = make_url(url)
        self.history_key = history_key
        self._info = {"key": history_key, "retired": tuple(retired)}
        self._listeners: list[Listener] = []
        self._observers: list[Observer] = []
        self._changed: set[str] = set()
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._numbers = count()
        self._entering, self._closed = threading.Lock(), False
        self._reading = _engine(self.url, read_only=True)
        self._writing = _engine(self.url, read_only=False)
        event.listen(self._writing, "after_cursor_execute", self._note_change)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="ledger-read")
        self._writer = threading.Thread(target=self._run, name="ledger-write", daemon=True)
        self._writer.start()

    def on_change(self, listener: Listener) -> None:
        """Call this after every commit, from the writer's thread."""
        self._listeners.append(listener)

    def on_commit(self, observer: "Observer") -> None:
        """Tell this of every commit, from the writer's thread."""
        self._observers.append(observer)

    async def read(self, work: Work[T]) -> T:
        """Run a function that only reads, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, work)

    async def write(self, work: Work[T], *, urgent: bool = False) -> T:
        """Run a function in a transaction, off the event loop; it returns once the commit is durable. `urgent`: before
        those that are not.

        Raises what the function raises (its changes alone are undone), or `Later` where the commit failed.
        """
        return await asyncio.wrap_future(self._submit(work, URGENT if urgent else ORDINARY))

    def read_now(self, work: Work[T]) -> T:
        """`read`, for those who have no event loop."""
        with Session(self._reading, info=self._info) as tx:
            return work(tx)

    def write_now(self, work: Work[T], *, urgent: bool = False) -> T:
        """`write`, for those who have no event loop."""
        return self._submit(work, URGENT if urgent else ORDINARY).result()

    def rehearse_now(self, work: Work[T]) -> T:
        """What a function would return that writes: nothing that it does stays."""

        def undone(tx: Session) -> T:
            result = work(tx)
            tx.rollback()
            return result

        return self.write_now(undone)

    def empty_log_now(self) -> bool:
        """Bring all of the write-ahead log into the database and empty it: what was deleted stays readable there until then.

        False: somebody reads what is older, or writes; nobody is held up, and it is to be asked for again.
        """
        path = file_of(self.url)
        if path is None:
            return True
        connecting = closing(sqlite3.connect(path, timeout=LOG_BUSY_SECONDS, isolation_level=None))
        with suppress(sqlite3.OperationalError), connecting as connection:
            ((busy, _, _),) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return not busy
        return False

    def close(self) -> None:
        """Finish what was begun and let go of the database; whoever comes after this is told `Later`."""
        with self._entering:
            self._closed = True
            self._jobs.put(_Job(LAST, next(self._numbers), None, Future()))
        self._writer.join()
        self._readers.shutdown()
        self._reading.dispose()
        self._writing.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _submit(self, work: Work[T], turn: int) -> "Future[T]":
        done: Future[T] = Future()
        done.set_running_or_notify_cancel()  # who waits may give up; the writer must not stumble over it when it answers
        with self._entering:
            if self._closed:
                raise Later("the ledger is closed")
            self._jobs.put(_Job(turn, next(self._numbers), work, done))
        return done

    def _run(self) -> None:
        while (first := self._jobs.get()).work is not None:
            self._commit(self._waiting(first))

    def _waiting(self, first: _Job) -> list[_Job]:
        """The first, and those that wait with it."""
        jobs = [first]
        while len(jobs) < SHARED_COMMIT_MAX:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job.work is None:
                self._jobs.put(job)
                break
            jobs.append(job)
        return jobs

    def _commit(self, jobs: list[_Job]) -> None:
        """Run these, as far as one commit may go on; those that are left over wait again, in the same order."""
        answers: list[tuple[_Job, object, BaseException | None]] = []
        begun, tried, failed = time.monotonic(), 0, False
        until = begun + SHARED_COMMIT_SECONDS
        try:
            with self._writing.begin() as connection:
                while tried < len(jobs) and (tried == 0 or time.monotonic() < until):
                    tried += 1
                    answers.append(self._one(connection, jobs[tried - 1]))
        except Exception as fault:  # noqa: BLE001 - whatever it was, those who wait must hear of it
            later = Later(f"the ledger could not commit: {type(fault).__name__}")
            later.__cause__ = fault
            tried, failed = len(jobs), True
            answers = [(job, None, later) for job in jobs]
        for job in jobs[tried:]:
            self._jobs.put(job)
        for observer in self._observers:
            observer(time.monotonic() - begun, tried, failed=failed)
        changed, self._changed = frozenset(self._changed), set()
        for listener in self._listeners:
            listener(changed)
        for job, result, failure in answers:
            job.done.set_exception(failure) if failure else job.done.set_result(result)

    def _note_change(self, _connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if change := CHANGES.match(statement):
            self._changed.add(change[1])

    def _one(self, connection: Connection, job: _Job) -> "tuple[_Job, object, BaseException | None]":
        try:
            with Session(connection, join_transaction_mode="create_savepoint", info=self._info) as tx:
                result = job.work(tx) if job.work else None
                tx.commit()
        except Exception as fault:
            if not connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]  # sqlite3's own attribute
                raise  # the whole transaction is gone (a full disk): nobody's work may be called done
            return job, None, _outcome(fault)
        return job, result, None


def _outcome(fault: Exception) -> Exception:
    """What the caller hears: the database's own troubles are `Later`, all else is as it was raised."""
    if isinstance(fault, SQLAlchemyError) and isinstance(getattr(fault, "orig", None), sqlite3.OperationalError):
        later = Later(f"the ledger could not write: {type(fault).__name__}")
        later.__cause__ = fault
        return later
    return fault


def _engine(url: URL, *, read_only: bool) -> Engine:
    engine = create_engine(
        url, poolclass=QueuePool, pool_size=READERS, connect_args={"check_same_thread": False},
        hide_parameters=True,  # an error is logged, and the log is for more people than may read a comment
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        del entry
        connection.isolation_level = None  # this module says BEGIN, not the driver
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        if read_only:
            connection.execute(f"PRAGMA cache_size=-{READER_KIB}")
        connection.execute("PRAGMA secure_delete=ON")  # as in Debian's SQLite, and not in everybody's

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def file_of(url: str | URL) -> Path | None:
    """The file of a SQLite database, or None for another kind."""
    found = make_url(url)
    return Path(found.database) if found.drivername.startswith("sqlite") and found.database else None
