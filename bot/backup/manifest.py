"""What is in a generation of a backup. Its manifest is written last: without one it is no backup."""

import hashlib
import hmac
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.orm import Session

from bot.ledger import checkpoints
from bot.ledger.checkpoints import SigningKeys
from bot.vault import irregular
from bot.vault.disk import open_regular, sync_path

GENERATIONS, VAULT, LEDGER, CONFIG, MANIFEST = "generations", "vault", "ledger.db", "config", "manifest.json"
HALF = "~"
"""Ends the name of a generation that is being written or removed."""


class BackupFailed(Exception):
    """No backup could be taken or put back: says why, and what to do."""


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Part(_Facts):
    """One file of a generation."""

    sha256: str
    size: int


class Head(_Facts):
    """The checkpoint over all that the record had."""

    number: int
    seal: str


class Counts(_Facts):
    """How much was in it."""

    files: int
    files_kept: int
    """Of which the contents were kept."""
    history: int
    inbox_open: int
    outbox_open: int
    objects: int
    """Sealed objects in the vault, and their octets where they were new."""
    objects_new: int
    octets_new: int


class Manifest(_Facts):
    """What one generation is."""

    format: Literal[1] = 1
    taken_at: datetime
    """Everything that was committed before is in it."""
    postroom: str
    """The version that took it."""
    authority: str
    shape: str
    """Of the database (`postroom migrate`)."""
    master: str
    """Fingerprint of the master key that opens the keys."""
    head: Head
    parts: dict[str, Part]
    """By the path within the generation."""
    counts: Counts
    seal: str = ""
    """What nobody can write who has no master key: so a backup that lay elsewhere brings nobody onto the list."""

    def sealed(self, keys: SigningKeys) -> Self:
        """The same with the seal of `master`."""
        return self.model_copy(update={"seal": self._mac(keys.known[self.master])})

    def is_ours(self, keys: SigningKeys) -> bool:
        """Whether one of these keys sealed it as it is."""
        key = keys.known.get(self.master)
        return key is not None and hmac.compare_digest(self.seal.encode(), self._mac(key).encode())

    def _mac(self, key: bytes) -> str:
        said = self.model_dump_json(exclude={"seal"})
        return hmac.digest(key, b"manifest of a backup " + said.encode(), "sha256").hex()


@dataclass(frozen=True)
class Generation:
    """One complete backup."""

    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """By which it can be asked for."""
        return self.folder.name

    def damages(self) -> Iterator[str]:
        """Which parts are not as they were written, and what is none of them. No link is followed, and no name is a path."""
        found = {str(path.relative_to(self.folder)): path for path in self.folder.rglob("*") if not _is_folder(path)}
        for name, part in self.manifest.parts.items():
            path = found.pop(name, None)
            if path is None or path.is_symlink() or not path.is_file():
                yield f"{self.folder / name} is missing"
            elif part_of(path) != part:
                yield f"{path} is not as it was written"
        found.pop(MANIFEST, None)
        yield from (f"{path} does not belong to it" for path in found.values())

    def copy(self, name: str, into: Path) -> None:
        """Copy one part, as it was written. Raises `BackupFailed` where it was exchanged since it was looked at; OSError."""
        with open_regular(self.folder / name) as file, into.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        if part_of(into) != self.manifest.parts[name]:
            into.unlink()
            raise BackupFailed(f"{self.folder / name} changes while it is put back. See who else writes there.")


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def generations(place: Path) -> list[Generation]:
    """All complete ones, oldest first. Raises `BackupFailed` where a manifest cannot be read."""
    folders = (place / GENERATIONS).glob(f"*/{MANIFEST}")
    return [read(path.parent) for path in sorted(folders) if not path.parent.name.endswith(HALF)]


def read(folder: Path) -> Generation:
    """The generation in this folder. Raises `BackupFailed`."""
    path = folder / MANIFEST
    try:
        with open_regular(path) as file:
            return Generation(folder, Manifest.model_validate_json(file.read()))
    except (OSError, ValidationError) as fault:
        raise BackupFailed(
            f"{path} cannot be read as the manifest of a backup ({type(fault).__name__}). Move {folder} away; an "
            "earlier generation beside it may be whole."
        ) from fault


def strangers(place: Path) -> Iterator[str]:
    """What lies among the contents of backups and cannot be: whoever put it there would have us wait for ever, or read elsewhere.
    Raises OSError."""
    for path in irregular(place / VAULT) if os.path.lexists(place / VAULT) else ():
        yield f"{path} is no regular file"


def part_of(path: Path) -> Part:
    """How a file is now."""
    with open_regular(path) as file:
        return Part(sha256=hashlib.file_digest(file, "sha256").hexdigest(), size=os.fstat(file.fileno()).st_size)


def write(folder: Path, manifest: Manifest) -> None:
    """Complete a generation, durably."""
    path = folder / MANIFEST
    path.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    path.chmod(0o600)
    for one in (path, folder):
        sync_path(one)


def left_behind(tx: Session, there: Sequence[Generation]) -> Iterator[str]:
    """Which backups know more than this record: it was taken back to an earlier state, or is another."""
    for one in there:
        head = one.manifest.head
        if not checkpoints.known_since(tx, head.number, head.seal):
            yield (
                f"the backup {one.name} has checkpoint {head.number}, and this record has not: it was put back to an "
                "earlier state, or is another record"
            )
