"""A new master key: everything that the old one seals is sealed anew, and no contents are touched.

1. The new key is made, durably, beside the old one (`master.key.new`).
2. In one step, in the key file and its mirror, every key is sealed anew, and what must outlive the old master key (what it
   derived to seal history, say) is sealed under the new one.
3. The logs are emptied, so that nothing sealed under the old key is left in any file, and all is verified.
4. The new key takes the old one's name, and the old one's octets are overwritten.

Cut off before the step of 2, the old key opens everything; cut off after it, the new one does, and to run it again ends it
(docs/decisions/0014).
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.vault.disk import Unavailable, disk_errors, give_like, sync_path
from bot.vault.equalising import differences
from bot.vault.keylock import KeyLock
from bot.vault.master import BadMasterKey, MasterKey
from bot.vault.pair import DIFFERENT, Pair, Unpaired
from bot.vault.seal import Damaged
from bot.vault.wrapping import Wrapping, label_of

KEPT = ("history", "checkpoints")
"""The purposes for which what an earlier master key derived is still needed: to verify what was sealed by it."""
PAGE = 1000

Progress = Callable[[int], None]
"""Told how many keys are sealed anew so far."""


@dataclass(frozen=True)
class Rotation:
    """What was done."""

    keys: int
    damaged: int
    """Keys that the old master key did not open, either: they were left as they are."""
    before: str
    """Fingerprint of the old master key."""
    after: str
    """Fingerprint of the new one."""


def successor_of(key_file: Path) -> Path:
    """Where the new master key is until it takes the old one's place."""
    return key_file.with_name(f"{key_file.name}.new")


def rotate(
    path: Path,
    mirror: Path | None,
    key_file: Path,
    *,
    now: datetime,
    announce: Callable[[MasterKey], None],
    tell: Progress,
) -> Rotation:
    """Change the master key, or end a change that was cut off. `announce` is given the new key before anything depends on it.

    Raises Unavailable while another process is at work with the keys, or a disk cannot serve; BadMasterKey; Unpaired.
    """
    key_file = key_file.resolve()
    with KeyLock(path, alone=True), disk_errors("changing the master key"):
        old = MasterKey.load(key_file)
        masters = [old, *_begun(key_file)]
        pair = Pair(path, mirror, [master.fingerprint for master in masters])
        try:
            new = _new(pair, key_file, masters)
            announce(new)
            if pair.state().master == old.fingerprint:
                _seal_anew(pair, old, new, now, tell)
            keys, damaged = _verified(pair, old, new)
        finally:
            pair.close()
        _put_in_place(key_file)
    return Rotation(keys, damaged, old.fingerprint, new.fingerprint)


def _begun(key_file: Path) -> Iterator[MasterKey]:
    """The new key of a change that was cut off. One that was not written to its end has sealed nothing."""
    with suppress(BadMasterKey):
        yield MasterKey.load(successor_of(key_file))


def _new(pair: Pair, key_file: Path, masters: Sequence[MasterKey]) -> MasterKey:
    if pair.trouble:
        raise Unavailable(pair.trouble)
    if pair.state().master != masters[0].fingerprint:
        return masters[1]
    successor_of(key_file).unlink(missing_ok=True)  # nothing is sealed with it
    return MasterKey.generate(successor_of(key_file))


def _seal_anew(pair: Pair, old: MasterKey, new: MasterKey, now: datetime, tell: Progress) -> None:
    if _unequal(pair):
        raise Unpaired(DIFFERENT.format(path=pair.path, mirror=pair.mirror_path))
    doing, was, will_be = "sealing keys anew", Wrapping(old), Wrapping(new)
    with disk_errors(doing), pair.step(doing) as databases:
        for rows in _pages(databases[0], tell):
            anew = [(_resealed(was, will_be, wrapped, name), new.fingerprint, name) for name, wrapped in rows]
            for database in databases:
                database.executemany("UPDATE keys SET wrapped = ?, master = ? WHERE object_id = ?", anew)
        earlier = [*_earlier(databases[0], was, will_be), *_derived(old, will_be, now)]
        for database in databases:
            database.executemany("INSERT OR REPLACE INTO earlier VALUES (?, ?, ?, ?)", earlier)
            database.execute("UPDATE file SET master = ?", (new.fingerprint,))


def _pages(database: sqlite3.Connection, tell: Progress = lambda _: None) -> Iterator[list[tuple[str, bytes]]]:
    after, count = "", 0
    query = "SELECT object_id, wrapped FROM keys WHERE object_id > ? ORDER BY object_id LIMIT ?"
    while rows := database.execute(query, (after, PAGE)).fetchall():
        yield rows
        after, count = rows[-1][0], count + len(rows)
        tell(count)


def _resealed(was: Wrapping, will_be: Wrapping, wrapped: bytes, label: str) -> bytes:
    """A key that cannot be opened is left: it is as lost under the one as under the other."""
    try:
        return will_be.wrap(was.unwrap(wrapped, label), label)
    except Damaged:
        return wrapped


def _earlier(database: sqlite3.Connection, was: Wrapping, will_be: Wrapping) -> Iterator[tuple[str, str, str, bytes]]:
    for purpose, master, until, wrapped in database.execute("SELECT * FROM earlier").fetchall():
        yield purpose, master, until, _resealed(was, will_be, wrapped, label_of(purpose, master))


def _derived(old: MasterKey, will_be: Wrapping, now: datetime) -> Iterator[tuple[str, str, str, bytes]]:
    for purpose in KEPT:
        label = label_of(purpose, old.fingerprint)
        yield purpose, old.fingerprint, now.isoformat(), will_be.wrap(old.derive(purpose), label)


def _verified(pair: Pair, old: MasterKey, new: MasterKey) -> tuple[int, int]:
    """How many keys there are, and how many no master key opens. Nothing that the old key sealed is left in any file."""
    if not pair.empty_logs():
        raise Unavailable(f"{pair.path}: another process reads it, so its log cannot be emptied")
    was, is_now, keys, damaged = Wrapping(old), Wrapping(new), 0, 0
    for rows in _pages(pair.primary.database):
        keys += len(rows)
        unopened = [(name, wrapped) for name, wrapped in rows if not _opens(is_now, wrapped, name)]
        damaged += len(unopened)
        if left := [name for name, wrapped in unopened if _opens(was, wrapped, name)]:
            raise Damaged(f"{pair.path}: {left[0]} was not sealed anew; the old master key stays in its place")
    if _unequal(pair):
        raise Unpaired(DIFFERENT.format(path=pair.path, mirror=pair.mirror_path))
    return keys, damaged


def _opens(wrapping: Wrapping, wrapped: bytes, name: str) -> bool:
    try:
        wrapping.unwrap(wrapped, name)
    except Damaged:
        return False
    return True


def _unequal(pair: Pair) -> bool:
    mirror = pair.mirror()
    return mirror is not None and differences(pair.primary, mirror) > 0


def _put_in_place(key_file: Path) -> None:
    """The new key takes the old one's name at once; then nothing is left of the old one in the blocks that held it, as far
    as the disk does as it is told."""
    old = _opened_to_write(key_file)
    give_like(successor_of(key_file), key_file)
    successor_of(key_file).replace(key_file)
    sync_path(key_file.parent)
    if old is not None:
        with os.fdopen(old, "r+b", buffering=0) as file:
            file.write(bytes(os.fstat(old).st_size))
            os.fsync(old)


def _opened_to_write(key_file: Path) -> int | None:
    try:
        return os.open(key_file, os.O_RDWR | os.O_CLOEXEC)
    except OSError:  # its own owner may not write it: it is unlinked all the same
        return None
