"""One file of keys: SQLite on one disk, changed in whole steps that are counted, with nothing left of what is deleted."""

import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.vault.disk import Unavailable, disk_errors, sync_path

SHAPE = 2
"""Raised by whatever changes the tables; a file of a higher number is refused."""
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS keys (
    object_id TEXT PRIMARY KEY,
    wrapped BLOB NOT NULL, -- nonce (12 octets), then the key sealed under the master key
    master TEXT NOT NULL   -- fingerprint of that master key
) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS earlier (
    place INTEGER NOT NULL, -- how many master keys came before that one
    purpose TEXT NOT NULL,
    master TEXT NOT NULL,  -- fingerprint of the earlier master key that it was derived of
    until TEXT NOT NULL,   -- when that one was replaced
    wrapped BLOB NOT NULL, -- what it derived for the purpose, sealed under the present master key
    PRIMARY KEY (purpose, master)
) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS file (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    pair TEXT NOT NULL,     -- the same in a key file and its mirror, and in no other
    steps INTEGER NOT NULL, -- how often it was changed: of the two, the one with more is ahead
    master TEXT NOT NULL    -- fingerprint of the master key that seals everything in it
)""",
)
_PRAGMAS: dict[str, tuple[str, str | int]] = {  # how each is set, and what it must then answer
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),  # a commit that returned is on disk
    "secure_delete": ("ON", 1),  # deleted keys are overwritten; FAST leaves copies in pages that were split
    "temp_store": ("MEMORY", 2),  # no copy of a page in a temporary file
}


@dataclass(frozen=True)
class State:
    """What a file says of itself."""

    pair: str
    steps: int
    master: str


class KeyFile:
    """An open file of keys. For one thread at a time."""

    def __init__(self, path: Path, *, busy_seconds: float = 5.0) -> None:
        """Open a file that is there. Raises Unavailable, also where a newer Postroom made it."""
        self.path = path
        with disk_errors(f"opening {path}"):
            there = path.stat()
            self._place = (there.st_dev, there.st_ino)
            self.database = sqlite3.connect(
                uri(path), uri=True, isolation_level=None, check_same_thread=False, timeout=busy_seconds
            )
        try:
            self._prepare()
        except BaseException:
            self.database.close()
            raise

    @classmethod
    def make(cls, path: Path, *, busy_seconds: float = 5.0) -> "KeyFile":
        """Open it, or make an empty one with mode 0600, which SQLite alone would make readable by all.

        One that exists is left alone: to open and close it would drop the locks that another connection of this process
        holds (sqlite.org/howtocorrupt.html, 2.2). Raises Unavailable.
        """
        with disk_errors(f"opening {path}"), suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        return cls(path, busy_seconds=busy_seconds)

    def _prepare(self) -> None:
        with disk_errors(f"opening {self.path}"):
            for name, (value, answer) in _PRAGMAS.items():
                self.database.execute(f"PRAGMA {name} = {value}").fetchall()
                if self.database.execute(f"PRAGMA {name}").fetchone() != (answer,):
                    raise Unavailable(f"{self.path}: SQLite refuses {name} = {value}. Put the file on a local disk.")
            ((shape,),) = self.database.execute("PRAGMA user_version").fetchall()
            if shape > SHAPE:
                raise Unavailable(f"{self.path}: a newer version of Postroom has changed it. Run that one.")
            if shape < SHAPE:
                self._bring_up()
            sync_path(self.path.parent)

    def _bring_up(self) -> None:
        """In one step, though two processes do it at once."""
        self.begin()
        try:
            for table in _SCHEMA:
                self.database.execute(table)
            self.database.execute(f"PRAGMA user_version = {SHAPE}")
            self.database.execute("COMMIT")
        finally:
            self.roll_back()

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def is_in_place(self) -> bool:
        """Is the file that is open still the one that bears its name? Not after its disk was taken away."""
        try:
            there = self.path.stat()
        except OSError:
            return False
        return self._place == (there.st_dev, there.st_ino)

    def state(self) -> State | None:
        """What it says of itself; None: it was only just made. Raises sqlite3's errors, as all below do."""
        row = self.database.execute("SELECT pair, steps, master FROM file").fetchone()
        return State(*row) if row else None

    def begin(self) -> None:
        """Begin a step: nobody else can change the file before it ends."""
        self.database.execute("BEGIN IMMEDIATE")

    def say(self, state: State) -> None:
        """Write what the file is to say of itself."""
        self.database.execute(
            "INSERT OR REPLACE INTO file (only, pair, steps, master) VALUES (1, ?, ?, ?)",
            (state.pair, state.steps, state.master),
        )

    def commit(self) -> None:
        """End the step, durably."""
        self.database.execute("COMMIT")

    def roll_back(self) -> None:
        """Undo the step, if one is open: a full disk may have undone it already, and one that is gone cannot."""
        if self.database.in_transaction:
            with suppress(sqlite3.Error):
                self.database.execute("ROLLBACK")

    def empty_log(self) -> bool:
        """Move the log into the file and cut it to nothing, durably. False: another process still needs it."""
        ((busy, _, _),) = self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        if not busy:
            sync_path(self.path.with_name(f"{self.path.name}-wal"))  # SQLite does not sync the cut
        return not busy


def for_reading(path: Path, *, busy_seconds: float = 5.0) -> sqlite3.Connection:
    """A connection that only looks into a key file that was opened before. For one thread at a time. Raises Unavailable."""
    with disk_errors(f"opening {path}"):
        database = sqlite3.connect(
            uri(path), uri=True, isolation_level=None, check_same_thread=False, timeout=busy_seconds
        )
        database.execute("PRAGMA query_only = ON")
        return database


def uri(path: Path) -> str:
    """The name under which SQLite opens a file, and never makes one."""
    return f"{path.absolute().as_uri()}?mode=rw"
