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
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from bot.ledger.prepared import CHANGED, DRIVER
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
SHARED_COMMIT_SECONDS = 0.03
"""How long functions are added to a commit: bounds how long one waits that is not urgent."""
URGENT_COMMIT_SECONDS = 0.005
"""How long they are once one that is urgent is among them."""
BUSY_MS = 30_000
"""How long a writer waits for another process (the command line beside `serve`) before it gives up."""
LOG_BUSY_SECONDS = 0.1
"""How long those who write may be kept waiting for readers while the log is emptied."""
READERS = 4
TRANSACTIONS: Mapping[str, Any] = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
"""Neither the driver nor SQLAlchemy begins or ends one: this module does."""
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
_Answer = tuple[object, BaseException | None]
"""What a function returned, or raised."""


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
        with self._reading.connect() as connection, _begun(connection, "BEGIN"), self._session(connection) as tx:
            return work(tx)

    def write_now(self, work: Work[T], *, urgent: bool = False) -> T:
        """`write`, for those who have no event loop."""
        return self._submit(work, URGENT if urgent else ORDINARY).result()

    def rehearse_now(self, work: Work[T]) -> T:
        """What a function would return that writes: nothing that it does stays."""

        def undone(tx: Session) -> T:
            raise _Undone(work(tx))

        try:
            return self.write_now(undone)
        except _Undone as rehearsed:
            return cast("T", rehearsed.result)

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
            self._commit(first)

    def _commit(self, first: _Job) -> None:
        """Run this, and what waits with it, as far as one commit may go on."""
        jobs: list[_Job] = []
        answers: list[_Answer] = []
        begun, failed = time.monotonic(), False
        try:
            with self._writing.connect() as connection, _begun(connection, "BEGIN IMMEDIATE") as driver:
                for job in self._together(first):
                    jobs.append(job)
                    answers.append(self._one(connection, job))
                driver.execute("COMMIT")
        except Exception as fault:  # noqa: BLE001 - whatever it was, those who wait must hear of it
            later = Later(f"the ledger could not commit: {type(fault).__name__}")
            later.__cause__ = fault
            jobs = jobs or [first]  # not even a transaction could be begun
            failed, answers = True, [(None, later) for _ in jobs]
        self._tell(jobs, answers, time.monotonic() - begun, failed=failed)

    def _together(self, first: _Job) -> Iterator[_Job]:
        """The first, and those that wait when it is done, until one that is urgent has waited long enough, or all have."""
        until = time.monotonic() + SHARED_COMMIT_SECONDS
        job: _Job | None = first
        for _ in range(SHARED_COMMIT_MAX):
            if job is None or job.work is None:
                break
            if job.turn == URGENT:
                until = min(until, time.monotonic() + URGENT_COMMIT_SECONDS)
            yield job
            job = self._next() if time.monotonic() < until else None
        if job:
            self._jobs.put(job)

    def _next(self) -> _Job | None:
        try:
            return self._jobs.get_nowait()
        except queue.Empty:
            return None

    def _tell(self, jobs: Sequence[_Job], answers: Sequence[_Answer], seconds: float, *, failed: bool) -> None:
        """Who watches, who waits for a change, and who waits for an answer."""
        for observer in self._observers:
            observer(seconds, len(jobs), failed=failed)
        changed = frozenset(self._changed)
        self._changed.clear()
        for listener in self._listeners:
            listener(changed)
        for job, (result, failure) in zip(jobs, answers, strict=True):
            job.done.set_exception(failure) if failure else job.done.set_result(result)

    def _note_change(self, _connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if change := CHANGES.match(statement):
            self._changed.add(change[1])

    def _one(self, connection: Connection, job: _Job) -> _Answer:
        """Run one in a savepoint."""
        driver = _driver(connection)
        driver.execute("SAVEPOINT one")
        try:
            with self._session(connection) as tx:
                result = job.work(tx) if job.work else None
                tx.flush()
        except Exception as fault:
            if not driver.in_transaction:
                raise  # the whole transaction is gone (a full disk): nobody's work may be called done
            driver.execute("ROLLBACK TO one")
            return None, _outcome(fault)
        finally:
            if driver.in_transaction:
                driver.execute("RELEASE one")
        return result, None

    def _session(self, connection: Connection) -> Session:
        """A session on this connection, whose transaction it does not end."""
        return Session(connection, info={**self._info, DRIVER: _driver(connection), CHANGED: self._changed})


@contextmanager
def _begun(connection: Connection, begin: str) -> Iterator[sqlite3.Connection]:
    """In a transaction, which is undone if it is not committed. SQLAlchemy is told of none of its marks: each one through
    it takes as long as three questions."""
    driver = _driver(connection)
    driver.execute(begin)
    try:
        yield driver
    finally:
        if driver.in_transaction:
            driver.execute("ROLLBACK")


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)


class _Undone(Exception):
    """It was a rehearsal: what it came to."""

    def __init__(self, result: object) -> None:
        super().__init__()
        self.result = result


def _outcome(fault: Exception) -> Exception:
    """What the caller hears: the database's own troubles are `Later`, all else is as it was raised."""
    if isinstance(getattr(fault, "orig", fault), sqlite3.OperationalError):
        later = Later(f"the ledger could not write: {type(fault).__name__}")
        later.__cause__ = fault
        return later
    return fault


def _engine(url: URL, *, read_only: bool) -> Engine:
    engine = create_engine(
        url, poolclass=QueuePool, pool_size=READERS, connect_args={"check_same_thread": False},
        **TRANSACTIONS,
        hide_parameters=True,  # an error is logged, and the log is for more people than may read a comment
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        del entry
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        connection.execute("PRAGMA secure_delete=ON")  # as in Debian's SQLite, and not in everybody's

    @event.listens_for(engine, "commit")
    def commit(_: Connection) -> None:
        raise AssertionError("only the ledger commits")

    return engine


def file_of(url: str | URL) -> Path | None:
    """The file of a SQLite database, or None for another kind."""
    found = make_url(url)
    return Path(found.database) if found.drivername.startswith("sqlite") and found.database else None
