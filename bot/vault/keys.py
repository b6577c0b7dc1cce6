"""A key for each stored object, in a SQLite file of its own. Without its key an object is noise, wherever copies of it lie.

The file is never attached to the ledger's, so no backup of the ledger brings a destroyed key back.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.vault.disk import Unavailable, disk_errors
from bot.vault.keyfile import for_reading
from bot.vault.keylock import KeyLock
from bot.vault.master import MasterKey
from bot.vault.pair import DIFFERENT, Pair, Unpaired
from bot.vault.seal import Damaged
from bot.vault.wrapping import Earlier, Wrapping, label_of

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
    turn: threading.Event = field(default_factory=threading.Event)
    """Set once it is answered, or it is this caller's turn to commit for all who wait."""
    answered: bool = False
    refusal: str | None = "the commit that should have held its keys did not end"


class Keys:
    """The key file, with its mirror where there is one. Every method may be called from any thread and raises Unavailable
    where the files cannot serve.

    Several processes may have them open at once.
    """

    def __init__(self, path: Path, master: MasterKey, *, mirror: Path | None = None, busy_seconds: float = 5.0) -> None:
        """Open the file, or make it with mode 0600; with a mirror neither is ever made. Raises BadMasterKey if its keys
        were made with another master key, and Unpaired if the two do not belong together."""
        self._master, self._wrap = master, Wrapping(master)
        self._lock, self._looking = threading.Lock(), threading.Lock()  # never the other way about
        self._queueing, self._waiting, self._led = threading.Lock(), list[_Request](), False
        self._at_work = KeyLock(path, alone=False)
        try:
            self._pair = Pair(path, mirror, (master.fingerprint,), busy_seconds=busy_seconds)
            self._reader = self._opened_for_reading(path)
        except BaseException:
            self._at_work.close()
            raise

    def _opened_for_reading(self, path: Path) -> sqlite3.Connection:
        try:
            return for_reading(path)
        except BaseException:
            self._pair.close()
            raise

    @property
    def mirror_trouble(self) -> str:
        """Why the mirror cannot be had; empty where all is well, or none is configured."""
        return self._pair.trouble_now()

    def close(self) -> None:
        """Close the files."""
        with self._lock, self._looking:
            self._reader.close()
            self._pair.close()
            self._at_work.close()

    def find(self, object_id: str) -> ObjectKey | None:
        """The key of an object, or None. Raises BadMasterKey, and Damaged if the wrapped key was changed."""
        rows = self._rows("SELECT wrapped, master FROM keys WHERE object_id = ?", object_id)
        if not rows:
            return None
        wrapped, master = rows[0]
        self._pair.check_master(master)
        try:
            return ObjectKey(object_id, self._wrap.unwrap(wrapped, object_id), wrapped, fresh=False)
        except Damaged:
            raise Damaged(f"{object_id}: its key in {self._pair.path} was changed") from None

    def find_or_make(self, object_id: str) -> ObjectKey:
        """The key of an object, or a new one that is nowhere but in memory until it is kept."""
        return self.find(object_id) or self.make(object_id)

    def make(self, object_id: str) -> ObjectKey:
        """A new key for an object that has none, nowhere but in memory until it is kept."""
        secret = AESGCM.generate_key(256)
        return ObjectKey(object_id, secret, self._wrap.wrap(secret, object_id), fresh=True)

    def holds(self, object_id: str) -> bool:
        """Is the key of this object there?"""
        return bool(self._rows("SELECT 1 FROM keys WHERE object_id = ?", object_id))

    def keep(self, keys: Sequence[ObjectKey]) -> None:
        """Make keys durable. All threads that wait share one commit.

        Raises Unavailable also if a key is no longer the object's: another writing of it ended first, or it was
        destroyed meanwhile. Trying again from the start then finds the right one.
        """
        request = _Request(keys)
        with self._queueing:
            self._waiting.append(request)
            if not self._led:
                self._led = True
                request.turn.set()
        request.turn.wait()
        if not request.answered:
            self._commit_waiting()
        if request.refusal:
            raise Unavailable(request.refusal)

    def erase(self, object_ids: Sequence[str]) -> None:
        """Delete keys so that their octets are in no file: overwritten in the pages, and the write-ahead log emptied.

        Idempotent, and the log is emptied though no key was there: an earlier try may have ended between the two.
        """
        doing = "destroying keys"
        with self._lock, disk_errors(doing), self._pair.step(doing) as databases:
            for database in databases:
                database.executemany("DELETE FROM keys WHERE object_id = ?", [(name,) for name in object_ids])
        for tried in range(_CHECKPOINT_TRIES):
            if tried:
                time.sleep(_CHECKPOINT_WAIT_SECONDS)
            if self._emptied_logs():
                return
        raise Unavailable(f"destroying keys: the log of {self._pair.path} stays in use by another process")

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

    def earlier(self, purpose: str) -> tuple[Earlier, ...]:
        """What the master keys before the present one derived for this purpose, oldest first. Raises Damaged."""
        with self._lock, disk_errors("looking up what earlier master keys derived"):
            rows = self._database.execute(
                "SELECT master, until, wrapped FROM earlier WHERE purpose = ? ORDER BY place", (purpose,)
            ).fetchall()
        return tuple(
            Earlier(master, datetime.fromisoformat(until), self._wrap.unwrap(wrapped, label_of(purpose, master)))
            for master, until, wrapped in rows
        )

    def _rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """What the key file holds by now, by a connection of its own: nobody who looks waits for a commit's sync."""
        with self._looking, disk_errors("looking up a key"):
            return self._reader.execute(query, values).fetchall()

    @property
    def _database(self) -> sqlite3.Connection:
        return self._pair.primary.database

    def _commit_waiting(self) -> None:
        """Commit for all who wait by now; whoever has come meanwhile waits for the first of them to do the same."""
        with self._lock:
            with self._queueing:
                requests, self._waiting = self._waiting, []
            try:
                for request, refusal in zip(requests, self._refusals(requests), strict=True):
                    request.refusal = refusal
            finally:
                with self._queueing:
                    following = self._waiting[:1]
                    self._led = bool(following)
                for request in requests:
                    request.answered = True
                for request in (*following, *requests):
                    request.turn.set()

    def _refusals(self, requests: Sequence[_Request]) -> list[str | None]:
        """Insert all their keys in one step. Why not, for each whose keys cannot be stored."""
        doing = "storing keys"
        try:
            with disk_errors(doing), self._pair.step(doing) as databases:
                return [self._inserted(databases, request) for request in requests]
        except Unavailable as error:
            return [str(error)] * len(requests)

    def _inserted(self, databases: Sequence[sqlite3.Connection], request: _Request) -> str | None:
        """Insert what is new; why not, if another key stands in its place."""
        for key in request.keys:
            if not (key.fresh and self._insert(databases, key)) and self._stored(key) != key.wrapped:
                return f"{key.object_id}: stored or destroyed by another at the same time"
        return None

    def _insert(self, databases: Sequence[sqlite3.Connection], key: ObjectKey) -> bool:
        insert = "INSERT INTO keys (object_id, wrapped, master) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        row = (key.object_id, key.wrapped, self._master.fingerprint)
        inserted = {database.execute(insert, row).rowcount for database in databases}
        if len(inserted) > 1:
            raise Unpaired(DIFFERENT.format(path=self._pair.path, mirror=self._pair.mirror_path))
        return inserted == {1}

    def _stored(self, key: ObjectKey) -> bytes | None:
        rows = self._database.execute("SELECT wrapped FROM keys WHERE object_id = ?", (key.object_id,))
        return next((wrapped for (wrapped,) in rows), None)

    def _emptied_logs(self) -> bool:
        with self._lock, self._looking:
            return self._pair.empty_logs()
