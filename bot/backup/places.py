"""Which folder may become a backup, and whose it is."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from bot.backup.manifest import GENERATIONS, VAULT, BackupFailed
from bot.settings import Settings

MARK = "POSTROOM-BACKUP.txt"
LOCK = ".lock"
WORDS = """This folder holds backups of Postroom, written by `postroom backup`. Change nothing in it.

Each folder in generations/ is one state of the record; one whose name ends with ~ is incomplete. vault/ holds
the sealed contents of all of them. Neither the keys nor the master key are here: keep a live mirror of the keys ([keys]
mirror) on another disk, and the master key in a safe. `postroom restore` puts a backup back.
"""


def check(place: Path, settings: Settings) -> None:
    """Raises `BackupFailed` where a backup there would harm what is at work, or something else."""
    path = place.resolve()
    for what, theirs in _ours(settings):
        if path == theirs or theirs in path.parents:
            raise BackupFailed(f"{place} lies in {what} ({theirs}). Name a folder elsewhere, best on another disk.")
        if path in theirs.parents:
            raise BackupFailed(f"{place} holds {what} ({theirs}). Name a folder elsewhere, best on another disk.")
    if place.exists() and not place.is_dir():
        raise BackupFailed(f"{place} is no folder. Name one that is empty, new, or a backup already.")
    for name in (MARK, LOCK, GENERATIONS, VAULT):
        if (place / name).is_symlink():  # whoever serves that disk would have us write where they point
            raise BackupFailed(f"{place / name} is a link, which is not followed. Put what it leads to in its place.")
    if place.is_dir() and not (place / MARK).is_file() and any(place.iterdir()):
        raise BackupFailed(
            f"{place} holds something else, which is not touched. Name a folder that is empty, new, or a backup already."
        )


def _ours(settings: Settings) -> Iterator[tuple[str, Path]]:
    """What is at work, and where; a backup may lie beside it and never in it."""
    yield "the vault", settings.vault.folder.resolve()
    yield "the configuration", settings.directory.resolve()
    yield "the record", settings.ledger.file.resolve()
    yield "the keys", settings.keys.path.resolve()
    yield "the master key", settings.keys.master_key_file.resolve()
    if settings.keys.mirror:  # it would go wherever the folder is copied
        yield "the mirror of the keys", settings.keys.mirror.resolve()


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)


@contextmanager
def held(place: Path) -> Iterator[None]:
    """Make the folder ready, and keep others from writing there meanwhile. Raises `BackupFailed`, OSError."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (place / MARK).exists():
        with (place / MARK).open("x", encoding="utf-8") as mark:
            mark.write(WORDS)
    (place / GENERATIONS).mkdir(mode=0o700, exist_ok=True)
    with FileIO(place / LOCK, "ab", opener=_opened) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed(f"Another backup is being written to {place}. Wait for it to end.") from None
        yield
