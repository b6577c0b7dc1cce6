"""What is in a generation of a backup. Its manifest is written last: without one it is no backup."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.vault.disk import sync_path

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
        """Which parts are not as they were written."""
        for name, part in self.manifest.parts.items():
            path = self.folder / name
            if not path.is_file():
                yield f"{path} is missing"
            elif part_of(path) != part:
                yield f"{path} is not as it was written"


def generations(place: Path) -> list[Generation]:
    """All complete ones, oldest first. Raises `BackupFailed` where a manifest cannot be read."""
    folders = (place / GENERATIONS).glob(f"*/{MANIFEST}")
    return [read(path.parent) for path in sorted(folders) if not path.parent.name.endswith(HALF)]


def read(folder: Path) -> Generation:
    """The generation in this folder. Raises `BackupFailed`."""
    path = folder / MANIFEST
    try:
        return Generation(folder, Manifest.model_validate_json(path.read_bytes()))
    except (OSError, ValidationError) as fault:
        raise BackupFailed(
            f"{path} cannot be read as the manifest of a backup ({type(fault).__name__}). Move {folder} away; an "
            "earlier generation beside it may be whole."
        ) from fault


def part_of(path: Path) -> Part:
    """How a file is now."""
    with path.open("rb") as file:
        return Part(sha256=hashlib.file_digest(file, "sha256").hexdigest(), size=os.fstat(file.fileno()).st_size)


def write(folder: Path, manifest: Manifest) -> None:
    """Complete a generation, durably."""
    path = folder / MANIFEST
    path.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    path.chmod(0o600)
    for one in (path, folder):
        sync_path(one)
