"""A key for each stored object, in a SQLite file of its own. Without its key an object is noise, wherever copies of it lie.

The file is never attached to the ledger's, so no backup of the ledger brings a destroyed key back.
"""

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.vault.disk import Unavailable, disk_errors, sync_path
from bot.vault.master import BadMasterKey, MasterKey
from bot.vault.seal import Damaged

_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    object_id TEXT PRIMARY KEY,
    wrapped BLOB NOT NULL, -- nonce (12 octets), then the key sealed under the master key
    master TEXT NOT NULL   -- fingerprint of that master key
) WITHOUT ROWID
"""
_PRAGMAS: dict[str, tuple[str, str | int]] = {  # how each is set, and what it must then answer
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),  # a commit that returned is on disk
    "secure_delete": ("ON", 1),  # deleted keys are overwritten; FAST leaves copies in pages that were split
    "temp_store": ("MEMORY", 2),  # no copy of a page in a temporary file
}
_NONCE = 12
_CHECKPOINT_TRIES = 20
_CHECKPOINT_WAIT_SECONDS = 0.05
_PAGE = 1000


@dataclass(frozen=True)
class ObjectKey:
    """The key of one object, clear and wrapped."""

    object_id: str
    secret: bytes = field(repr=False)
    wrapped: bytes = field(repr=False)
    fresh: bool
    """Made just now and stored nowhere yet."""


@dataclass
class _Request:
    """Keys that one caller waits to have stored. Refused until the commit that holds them has returned."""

    keys: Sequence[ObjectKey]
    taken: bool = False
    refusal: str | None = "the commit that should have held its keys did not end"


class Keys:
    """The key file. Every method may be called from any thread and raises Unavailable where the file cannot serve.

    Several processes may have it open at once.
    """

    def __init__(self, path: Path, master: MasterKey, *, busy_seconds: float = 5.0) -> None:
        """Open the file, or make it with mode 0600. Raises BadMasterKey if its keys were made with another master key."""
        self._path, self._master = path, master
        self._wrap = AESGCM(master.derive("wrap"))
        self._lock = threading.Lock()
        self._waiting: deque[_Request] = deque()
        with disk_errors(f"opening {path}"):
            self._make_private()
            self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=busy_seconds)
        try:
            self._prepare()
        except BaseException:
            self._database.close()
            raise

    def _prepare(self) -> None:
        with disk_errors(f"opening {self._path}"):
            for name, (value, answer) in _PRAGMAS.items():
                self._database.execute(f"PRAGMA {name} = {value}").fetchall()
                if self._database.execute(f"PRAGMA {name}").fetchone() != (answer,):
                    raise Unavailable(f"{self._path}: SQLite refuses {name} = {value}. Put the file on a local disk.")
            self._database.execute(_SCHEMA)
            sync_path(self._path.parent)
            row = self._database.execute("SELECT master FROM keys LIMIT 1").fetchone()
        if row:
            self._check_master(*row)

    def _make_private(self) -> None:
        """SQLite alone would make it readable by all. One that exists is left alone: to open and close it would drop the
        locks that another connection of this process holds (sqlite.org/howtocorrupt.html, 2.2)."""
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def find(self, object_id: str) -> ObjectKey | None:
        """The key of an object, or None. Raises BadMasterKey, and Damaged if the wrapped key was changed."""
        with self._lock, disk_errors("looking up a key"):
            row = self._database.execute(
                "SELECT wrapped, master FROM keys WHERE object_id = ?", (object_id,)
            ).fetchone()
        if row is None:
            return None
        wrapped, master = row
        self._check_master(master)
        return ObjectKey(object_id, self._unwrapped(object_id, wrapped), wrapped, fresh=False)

    def find_or_make(self, object_id: str) -> ObjectKey:
        """The key of an object, or a new one that is nowhere but in memory until it is kept."""
        return self.find(object_id) or self._made(object_id)

    def holds(self, object_id: str) -> bool:
        """Is the key of this object there?"""
        with self._lock, disk_errors("looking up a key"):
            query = self._database.execute("SELECT 1 FROM keys WHERE object_id = ?", (object_id,))
            return query.fetchone() is not None

    def keep(self, keys: Sequence[ObjectKey]) -> None:
        """Make keys durable. All threads that wait share one commit.

        Raises Unavailable also if a key is no longer the object's: another writing of it ended first, or it was
        destroyed meanwhile. Trying again from the start then finds the right one.
        """
        request = _Request(keys)
        self._waiting.append(request)
        with self._lock:  # whoever comes in first commits for all who wait; the others find it done
            if not request.taken:
                self._commit_waiting()
        if request.refusal:
            raise Unavailable(request.refusal)

    def erase(self, object_ids: Sequence[str]) -> None:
        """Delete keys so that their octets are in no file: overwritten in the pages, and the write-ahead log emptied.

        Idempotent, and the log is emptied though no key was there: an earlier try may have ended between the two.
        """
        with self._lock, disk_errors("destroying keys"), self._transaction():
            self._database.executemany(
                "DELETE FROM keys WHERE object_id = ?", [(object_id,) for object_id in object_ids]
            )
        for tried in range(_CHECKPOINT_TRIES):
            if tried:
                time.sleep(_CHECKPOINT_WAIT_SECONDS)
            if self._emptied_log():
                return
        raise Unavailable(f"destroying keys: {self._path}-wal stays in use by another process")

    def object_ids(self) -> Iterator[str]:
        """The id of every object that has a key, in order, without holding the file in between."""
        after = ""
        while True:
            with self._lock, disk_errors("listing keys"):
                rows = self._database.execute(
                    "SELECT object_id FROM keys WHERE object_id > ? ORDER BY object_id LIMIT ?", (after, _PAGE)
                ).fetchall()
            if not rows:
                return
            for (after,) in rows:
                yield after

    def _made(self, object_id: str) -> ObjectKey:
        secret, nonce = AESGCM.generate_key(256), os.urandom(_NONCE)
        wrapped = nonce + self._wrap.encrypt(nonce, secret, object_id.encode())
        return ObjectKey(object_id, secret, wrapped, fresh=True)

    def _unwrapped(self, object_id: str, wrapped: bytes) -> bytes:
        try:
            return self._wrap.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], object_id.encode())
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
            raise Damaged(f"{object_id}: its key in {self._path} was changed") from None

    def _check_master(self, fingerprint: str) -> None:
        if fingerprint != self._master.fingerprint:
            raise BadMasterKey(
                f"{self._path}: its keys were made with master key {fingerprint}, but the one given is "
                f"{self._master.fingerprint}. Put the right master key file back."
            )

    def _commit_waiting(self) -> None:
        requests: list[_Request] = []
        while self._waiting:
            requests.append(self._waiting.popleft())
            requests[-1].taken = True
        try:
            with disk_errors("storing keys"), self._transaction():
                refusals = [self._inserted(request) for request in requests]
        except Unavailable as error:
            refusals = [str(error)] * len(requests)
        for request, refusal in zip(requests, refusals, strict=True):
            request.refusal = refusal

    def _inserted(self, request: _Request) -> str | None:
        """Insert what is new; why not, if another key stands in its place."""
        for key in request.keys:
            if not (key.fresh and self._insert(key)) and self._stored(key) != key.wrapped:
                return f"{key.object_id}: stored or destroyed by another at the same time"
        return None

    def _insert(self, key: ObjectKey) -> bool:
        insert = "INSERT INTO keys (object_id, wrapped, master) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        return self._database.execute(insert, (key.object_id, key.wrapped, self._master.fingerprint)).rowcount == 1

    def _stored(self, key: ObjectKey) -> bytes | None:
        rows = self._database.execute("SELECT wrapped FROM keys WHERE object_id = ?", (key.object_id,))
        return next((wrapped for (wrapped,) in rows), None)

    def _emptied_log(self) -> bool:
        """Move the log into the file and cut it to nothing, durably, unless another process still needs it."""
        with self._lock, disk_errors("destroying keys"):
            ((busy, _, _),) = self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            if not busy:
                sync_path(self._path.with_name(f"{self._path.name}-wal"))  # SQLite does not sync the cut
        return not busy

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """One commit, or nothing. A full disk may have rolled back already."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise
