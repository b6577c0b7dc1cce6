"""What the vault's files share: one exception for a disk that cannot do it now, and one way to sync."""

import errno
import os
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path


class Unavailable(Exception):
    """The disk or the key file cannot do it now (full, failing, locked). Nothing was promised; try again later."""


class InUse(Unavailable):
    """Another process is at work with the key file. Nothing was changed."""


class Left(Unavailable):
    """Some objects could not be destroyed; all others are."""

    def __init__(self, why: Mapping[str, str]) -> None:
        self.why = dict(why)
        super().__init__(f"destroying: {next(iter(self.why.values()))}")


@contextmanager
def disk_errors(doing: str) -> Iterator[None]:
    """Turn every failure of the disk or of SQLite into `Unavailable`, saying what was being done."""
    try:
        yield
    except (OSError, sqlite3.DatabaseError) as error:
        raise Unavailable(f"{doing}: {error}") from error


def open_regular(path: Path) -> BufferedReader:
    """A file to be read. A link may lead anywhere, a pipe would keep its reader waiting for ever, and a device may do anything:
    none of them is opened. Raises OSError."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise OSError(errno.EINVAL, "This is no regular file", str(path))
    # what was put in its place since it was looked at is neither waited for nor followed
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


def sync_path(path: Path) -> None:
    """Make durable what a file holds, or the names in a folder: what was created, renamed or removed there.

    Raises OSError.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def give_like(path: Path, model: Path) -> None:
    """Let whom the model belongs to own this, too: what root makes, Postroom's own user must be able to use.

    Raises OSError.
    """
    wanted, found = model.stat(), path.stat()
    if (wanted.st_uid, wanted.st_gid) != (found.st_uid, found.st_gid) and os.geteuid() == 0:
        os.chown(path, wanted.st_uid, wanted.st_gid)
