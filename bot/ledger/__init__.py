"""The record: everything in the database. `read` and `write` are its two doors, and `write` makes the only commit.

On SQLite one thread writes. It shares one commit, and so one sync, among the functions that wait; each has a savepoint of
its own, and all are answered only after COMMIT has returned (docs/rules.md: nothing acknowledged is lost). What somebody
outside waits for, such as a mail server for its 250 or Slack for its acknowledgement, goes before what can wait.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from sqlalchemy import URL, make_url
from sqlalchemy.orm import Session

from bot.ledger.engines import READERS, begun, driver_under, engine
from bot.ledger.prepared import DRIVER
from bot.ledger.sealing import Retired
from bot.ledger.writing import Later, Listener, Observer, Writer

__all__ = ["Later", "Ledger", "file_of"]

T = TypeVar("T")
Work = Callable[[Session], T]

LOG_BUSY_SECONDS = 0.1
"""How long those who write may be kept waiting for readers while the log is emptied."""


class Ledger:
    """The open database."""

    def __init__(self, url: str | URL, history_key: bytes, retired: Sequence[Retired] = ()) -> None:
        """`url`: SQLAlchemy's; `history_key`: what seals the history; `retired`: what sealed it before, oldest first.

        Nothing is created: see `migrate`.
        """
        self.url = make_url(url)
        self.history_key = history_key
        self._info: dict[str, Any] = {"key": history_key, "retired": tuple(retired)}
        self._reading = engine(self.url, read_only=True)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="ledger-read")
        self._writer = Writer(self.url, self._info)

    def on_change(self, listener: Listener) -> None:
        """Call this after every commit, from the writer's thread."""
        self._writer.listeners.append(listener)

    def on_commit(self, observer: Observer) -> None:
        """Tell this of every commit, from the writer's thread."""
        self._writer.observers.append(observer)

    async def read(self, work: Work[T]) -> T:
        """Run a function that only reads, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, work)

    async def write(self, work: Work[T], *, urgent: bool = False) -> T:
        """Run a function in a transaction, off the event loop; it returns once the commit is durable. `urgent`: before
        those that are not.

        Raises what the function raises (its changes alone are undone), or `Later` where the commit failed.
        """
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        self._writer.submit(work, done, loop, urgent=urgent)
        return cast("T", await done)

    def read_now(self, work: Work[T]) -> T:
        """`read`, for those who have no event loop."""
        with (
            self._reading.connect() as connection,
            begun(driver_under(connection), "BEGIN") as driver,
            Session(connection, info={**self._info, DRIVER: driver}) as tx,
        ):
            return work(tx)

    def write_now(self, work: Work[T], *, urgent: bool = False) -> T:
        """`write`, for those who have no event loop."""
        done: Future[T] = Future()
        self._writer.submit(work, done, urgent=urgent)
        return done.result()

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
        self._writer.close()
        self._readers.shutdown()
        self._reading.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Undone(Exception):
    """It was a rehearsal: what it came to."""

    def __init__(self, result: object) -> None:
        super().__init__()
        self.result = result


def file_of(url: str | URL) -> Path | None:
    """The file of a SQLite database, or None for another kind."""
    found = make_url(url)
    return Path(found.database) if found.drivername.startswith("sqlite") and found.database else None
