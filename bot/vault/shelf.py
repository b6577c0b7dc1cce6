"""Where sealed bytes lie. A shelf sees cipher text and ids only; the folder is one, an object store can be another."""

import fcntl
import hashlib
import os
import re
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Protocol

from bot.vault.disk import Left, disk_errors, open_regular, sync_path

_OBJECT_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_DRAFT_MARK = "~"  # no object id holds it, so no draft can be taken for an object


def is_object_id(text: str) -> bool:
    """Whether it can name an object: what cannot is nobody's contents, wherever it comes from."""
    return _OBJECT_ID.fullmatch(text) is not None


def checked(object_id: str) -> str:
    """The id, if it can name an object and never be a path. Raises ValueError: ids are made by us, so this is our bug."""
    if not is_object_id(object_id):
        raise ValueError(f"not an object id: {object_id!r}")
    return object_id


class Draft(Protocol):
    """Bytes on their way to the shelf, under no name yet. Every method but `discard` raises Unavailable."""

    def write(self, data: bytes | bytearray) -> None:
        """Append."""

    def sync(self) -> None:
        """Make the bytes durable; nothing can be appended after."""

    def publish(self) -> None:
        """Give them their name, in place of what may have borne it; durable once the shelf has settled."""

    def discard(self) -> None:
        """Remove what is not published. Never fails, and may be called at any time."""


class Shelf(Protocol):
    """Keeps sealed bytes by object id. Every method raises Unavailable where the disk cannot do it."""

    def draft(self, object_id: str) -> Draft:
        """Begin to write an object. What stands under its name stays until the draft is published."""

    def settle(self, object_ids: Iterable[str]) -> None:
        """Make the names of published drafts durable, all in one go."""

    def open(self, object_id: str) -> BinaryIO | None:
        """The sealed bytes, to be closed by the caller; None if there are none."""

    def remove(self, object_ids: Iterable[str]) -> None:
        """Remove objects durably, those that are there. Raises Left once all that can be removed are."""

    def object_ids(self) -> Iterator[str]:
        """The id of every object, in no order; what else may lie there is passed over."""

    def sweep(self, before: datetime) -> int:
        """Remove the drafts last written before then, which a crash left behind. Says how many."""


class FolderDraft:
    """A file beside the one it is to replace, so that renaming is one step within one folder."""

    def __init__(self, final: Path) -> None:
        self._final = final
        self._temporary = final.with_name(f"{final.name}{_DRAFT_MARK}{secrets.token_hex(8)}")
        self._published = False
        with disk_errors("beginning to store"):
            self._file = FileIO(self._temporary, "xb", opener=partial(os.open, mode=0o600))
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # until it is closed: nobody sweeps it meanwhile

    def write(self, data: bytes | bytearray) -> None:
        """Append, however many writes the system makes of it."""
        with disk_errors("storing"), memoryview(data) as rest:
            done = 0
            while done < len(rest):
                done += self._file.write(rest[done:])

    def sync(self) -> None:
        """Make the bytes durable."""
        with disk_errors("storing"):
            os.fsync(self._file.fileno())

    def publish(self) -> None:
        """Rename over what bears the name, and close the file."""
        with disk_errors("storing"):
            self._temporary.rename(self._final)
            self._published = True
            self._file.close()

    def discard(self) -> None:
        """Close and remove the file, if it was not published."""
        with suppress(OSError):
            self._file.close()
        if not self._published:
            with suppress(OSError):  # one that cannot be removed now is swept later
                self._temporary.unlink(missing_ok=True)


class FolderShelf:
    """A folder of 256 folders, so that none grows long. Files 0600, folders 0700."""

    def __init__(self, root: Path) -> None:
        """Make what is missing. Raises Unavailable."""
        self._root = root
        with disk_errors(f"preparing {root}"):
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for number in range(256):
                (root / f"{number:02x}").mkdir(mode=0o700, exist_ok=True)
            sync_path(root)  # always: an earlier start may have been cut off before it
            sync_path(root.parent)

    def draft(self, object_id: str) -> FolderDraft:
        """Begin a file beside the final one."""
        return FolderDraft(self._path(object_id))

    def settle(self, object_ids: Iterable[str]) -> None:
        """Sync each folder concerned once."""
        with disk_errors("storing"):
            for folder in sorted({self._path(object_id).parent for object_id in object_ids}):
                sync_path(folder)

    def open(self, object_id: str) -> BinaryIO | None:
        """The file, or None if there is none."""
        with disk_errors("reading sealed contents"):
            try:
                return open_regular(self._path(object_id))
            except FileNotFoundError:
                return None

    def remove(self, object_ids: Iterable[str]) -> None:
        """Unlink, then sync each folder concerned once, though nothing was there: an unlink before may not be durable."""
        left: dict[str, str] = {}
        unlinked: dict[Path, list[str]] = defaultdict(list)
        for object_id in object_ids:
            path = self._path(object_id)
            try:
                path.unlink(missing_ok=True)
                unlinked[path.parent].append(object_id)
            except OSError as fault:
                left[object_id] = f"{path}: {fault.strerror}"
        for folder, names in sorted(unlinked.items()):
            try:
                sync_path(folder)
            except OSError as fault:
                left |= dict.fromkeys(names, f"{folder}: {fault.strerror}")
        if left:
            raise Left(left)

    def object_ids(self) -> Iterator[str]:
        """The name of every file that is not a draft and not somebody else's."""
        return (entry.name for entry in self._entries() if is_object_id(entry.name))

    def sweep(self, before: datetime) -> int:
        """Unlink drafts by their time of last change, but none that is being written: the clock may have leapt."""
        swept = 0
        for entry in self._entries():
            with disk_errors("sweeping drafts"), suppress(FileNotFoundError):
                is_old = _DRAFT_MARK in entry.name and entry.stat().st_mtime < before.timestamp()
                if is_old and not _is_being_written(Path(entry)):
                    Path(entry).unlink()
                    swept += 1
        return swept

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        for number in range(256):
            with disk_errors("looking through the shelf"):
                entries = list(os.scandir(self._root / f"{number:02x}"))
            yield from entries

    def _path(self, object_id: str) -> Path:
        """The folder is told by a hash, since ids that count up would all begin alike."""
        name = checked(object_id)
        return self._root / hashlib.sha256(name.encode("ascii")).hexdigest()[:2] / name


def foreign(root: Path) -> Iterator[Path]:
    """What stands on a shelf and cannot be Postroom's: so nothing ever destroys it. Raises OSError."""
    yield from irregular(root)
    for number in range(256):
        if (folder := root / f"{number:02x}").is_dir():
            with os.scandir(folder) as entries:
                yield from (Path(one) for one in entries if not is_object_id(one.name.partition(_DRAFT_MARK)[0]))


def irregular(root: Path) -> Iterator[Path]:
    """Whatever stands on a shelf and is neither a folder of it nor a regular file: nobody's reading it can be trusted to end, or to
    stay there. Raises OSError."""
    folders = [folder for number in range(256) if os.path.lexists(folder := root / f"{number:02x}")]
    for folder in (root, *folders):
        if folder.is_symlink() or not folder.is_dir():
            yield folder
        elif folder is not root:
            with os.scandir(folder) as entries:
                yield from (Path(entry) for entry in entries if not entry.is_file(follow_symlinks=False))


def _is_being_written(draft: Path) -> bool:
    """By whichever process. Raises OSError."""
    with FileIO(draft, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
