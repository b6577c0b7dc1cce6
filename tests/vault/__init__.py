"""The vault's promises, at its public door and, where a promise is about the disk, at the disk."""

import os
from collections.abc import Iterator
from pathlib import Path

from bot.vault import Sealed, Vault


def store(vault: Vault, object_id: str, contents: bytes, *, inline_max: int = 0) -> Sealed:
    """Write an object in one go and finish it."""
    writing = vault.begin(object_id, inline_max=inline_max)
    writing.write(contents)
    (sealed,) = vault.finish(writing)
    return sealed


def contents(vault: Vault, object_id: str, inline: bytes | None = None) -> bytes:
    """All of an object, in one piece."""
    return b"".join(vault.read(object_id, inline))


def noise(size: int, seed: int = 0) -> bytes:
    """Contents of that size in which no stretch of 16 octets repeats: the same for the same seed."""
    line = b"%02d-%012d." * (size // 16 + 1)
    return (line % tuple(n for at in range(size // 16 + 1) for n in (seed, at)))[:size]


def files(folder: Path) -> Iterator[Path]:
    """Every file below a folder, hidden ones too."""
    return (Path(at) / name for at, _, names in os.walk(folder) for name in names)


def octets(folder: Path) -> bytes:
    """What every file below a folder holds, one after the other."""
    return b"\0".join(path.read_bytes() for path in files(folder))


def on_shelf(folder: Path) -> list[str]:
    """The names of all files on the shelf, drafts too."""
    return sorted(path.name for path in files(folder / "shelf"))
