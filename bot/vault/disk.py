"""What the vault's files share: one exception for a disk that cannot do it now, and folders that keep what they were told."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Unavailable(Exception):
    """The disk or the key file cannot do it now (full, failing, locked). Nothing was promised; try again later."""


@contextmanager
def disk_errors(doing: str) -> Iterator[None]:
    """Turn every failure of the disk or of SQLite into `Unavailable`, saying what was being done."""
    try:
        yield
    except (OSError, sqlite3.DatabaseError) as error:
        raise Unavailable(f"{doing}: {error}") from error


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: what was created, renamed or removed there survives a power failure.

    Raises OSError.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
