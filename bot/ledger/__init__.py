"""The record: everything in the database. `read` and `write` are its two doors, and `write` makes the only commit.

On SQLite one thread writes. It shares one commit, and so one sync, among all the functions that wait; each has a
savepoint of its own, and all are answered only after COMMIT has returned (docs/rules.md: nothing acknowledged is lost).
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

T = TypeVar("T")
Work = Callable[[Session], T]

SHARED_COMMIT_MAX = 256
"""How many functions share one commit at the most: bounds how long the first of them waits."""
BUSY_MS = 30_000
"""How long a writer waits for another process (the command line beside `serve`) before it gives up."""
READERS = 4


class Later(Exception):
    """It could not be done now and nothing of it was done: try again. The sender's server is told so."""


@dataclass
class _Job:
    work: Callable[[Session], Any]
    done: "Future[Any]"


class Ledger:
    """The open database."""

    def __init__(self, url: str | URL, history_key: bytes) -> None:
        """`url`: SQLAlchemy's; `history_key`: what seals the history. Nothing is created: see `migrate`."""
        self.url = make_url(url)
        self.history_key = history_key
        self._listeners: list[Callable[[], None]] = []
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._reading = _engine(self.url, read_only=True)
        self._writing = _engine(self.url, read_only=False)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="ledger-read")
        self._writer = threading.Thread(target=self._run, name="ledger-write", daemon=True)
        self._writer.start()

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call this after every commit, from the writer's thread."""
        self._listeners.append(listener)

    async def read(self, work: Work[T]) -> T:
        """Run a function that only reads, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, work)

    async def write(self, work: Work[T]) -> T:
        """Run a function in a transaction, off the event loop; it returns once the commit is durable.

        Raises what the function raises (its changes alone are undone), or `Later` where the commit failed.
        """
        return await asyncio.wrap_future(self._submit(work))

    def read_now(self, work: Work[T]) -> T:
        """`read`, for those who have no event loop."""
        with Session(self._reading, info={"key": self.history_key}) as tx:
            return work(tx)

    def write_now(self, work: Work[T]) -> T:
        """`write`, for those who have no event loop."""
        return self._submit(work).result()

    def close(self) -> None:
        """Finish what was begun and let go of the database."""
        self._jobs.put(None)
        self._writer.join()
        self._readers.shutdown()
        self._reading.dispose()
        self._writing.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _submit(self, work: Work[T]) -> "Future[T]":
        done: Future[T] = Future()
        done.set_running_or_notify_cancel()  # who waits may give up; the writer must not stumble over it when it answers
        self._jobs.put(_Job(work, done))
        return done

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            jobs, ended = self._waiting(first)
            self._commit(jobs)
            if ended:
                return

    def _waiting(self, first: _Job) -> tuple[list[_Job], bool]:
        jobs = [first]
        while len(jobs) < SHARED_COMMIT_MAX:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return jobs, False
            if job is None:
                return jobs, True
            jobs.append(job)
        return jobs, False

    def _commit(self, jobs: list[_Job]) -> None:
        try:
            with self._writing.begin() as connection:
                answers = [self._one(connection, job) for job in jobs]
        except Exception as fault:  # noqa: BLE001 - whatever it was, those who wait must hear of it
            later = Later(f"the ledger could not commit: {type(fault).__name__}")
            later.__cause__ = fault
            answers = [(job, None, later) for job in jobs]
        for listener in self._listeners:
            listener()
        for job, result, failure in answers:
            job.done.set_exception(failure) if failure else job.done.set_result(result)

    def _one(self, connection: Connection, job: _Job) -> "tuple[_Job, object, BaseException | None]":
        try:
            with Session(connection, join_transaction_mode="create_savepoint", info={"key": self.history_key}) as tx:
                result = job.work(tx)
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

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def file_of(url: str | URL) -> Path | None:
    """The file of a SQLite database, or None for another kind."""
    found = make_url(url)
    return Path(found.database) if found.drivername.startswith("sqlite") and found.database else None
