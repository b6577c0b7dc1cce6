"""How SQLite is opened, and how transactions on it begin and end."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

BUSY_MS = 30_000
"""How long a writer waits for another process (the command line beside `serve`) before it gives up."""
READERS = 4
READER_KIB = 256
"""How much of the database each of them keeps in memory; what lies beyond it the system keeps for all of them."""
TRANSACTIONS: Mapping[str, Any] = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
"""Neither the driver nor SQLAlchemy begins or ends one: `begun` does."""


def engine(url: URL, *, read_only: bool) -> Engine:
    """An engine whose connections all are set alike."""
    made = create_engine(
        url, poolclass=QueuePool, pool_size=READERS, connect_args={"check_same_thread": False},
        **TRANSACTIONS,
        hide_parameters=True,  # an error is logged, and the log is for more people than may read a comment
    )  # fmt: skip

    @event.listens_for(made, "connect")
    def prepare(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        del entry
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        if read_only:
            connection.execute(f"PRAGMA cache_size=-{READER_KIB}")
        else:  # pages as they were before a savepoint: else beyond 64 KiB they lie in a file in the system's temporary folder
            connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("PRAGMA secure_delete=ON")  # as in Debian's SQLite, and not in everybody's

    @event.listens_for(made, "commit")
    def commit(_: Connection) -> None:
        raise AssertionError("only the ledger commits")

    return made


@contextmanager
def begun(driver: sqlite3.Connection, begin: str) -> Iterator[sqlite3.Connection]:
    """In a transaction, which is undone if it is not committed. SQLAlchemy is told of none of its marks: each one through
    it takes as long as three questions."""
    driver.execute(begin)
    try:
        yield driver
    finally:
        if driver.in_transaction:
            driver.execute("ROLLBACK")


def driver_under(connection: Connection) -> sqlite3.Connection:
    """The same connection, as SQLite's driver has it."""
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)
