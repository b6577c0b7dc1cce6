"""What a backup and a restore leave on the disk: whole whenever the machine stops, and for their owner alone."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine

OTHER = "8302000_SENother20260901.docx"
PLAIN = "POSTROOM-BACKUP.txt"
"""What a folder of backups is, in words: no secret."""


class Disk:
    """What is made durable, and what is given a name, in order."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._synced, self.faults = list[Path](), list[str]()
        self._to_sync = set[Path]()
        self._sync, self._rename = os.fsync, os.rename
        patch.setattr(os, "fsync", self.sync)
        patch.setattr(os, "rename", self.rename)

    def sync(self, descriptor: int) -> None:
        """Also what was given a name in it."""
        self._sync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        self._synced.append(path)
        self._to_sync.discard(path)

    def rename(self, before: Path, after: Path) -> None:
        """All of it must be on the disk by now."""
        parts = [before, *(path for path in before.rglob("*"))] if before.is_dir() else [before]
        self.faults += [f"{path} was not on the disk" for path in parts if path not in self._synced]
        self._rename(before, after)
        self._to_sync.add(after.parent)

    @property
    def unsynced(self) -> list[str]:
        """Everything that would not survive a machine that stops now."""
        return self.faults + [f"the names in {folder} are not on the disk" for folder in self._to_sync]


def test_nothing_bears_its_name_before_all_of_it_is_on_the_disk(
    office: CommandLine, clean: CommandLine, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.take_in()
    office.take_in(OTHER)
    with monkeypatch.context() as patch:
        disk = Disk(patch)
        office.run("backup", str(place))
        assert disk.unsynced == []
        clean.run("restore", str(place), "--keys", str(office.settings.keys.path))
        assert disk.unsynced == []


def for_others(*folders: Path) -> list[Path]:
    """What somebody else on this machine could read, or look into."""
    found = [path for folder in folders for path in (folder, *folder.rglob("*"))]
    return [path for path in found if stat.S_IMODE(path.lstat().st_mode) & 0o077 and path.name != PLAIN]


def test_a_backup_and_what_is_put_back_are_for_their_owner_alone(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    office.take_in()
    office.run("backup", str(place))
    assert for_others(place) == []
    shutil.copytree(office.config, clean.config)
    storage = clean.config / "storage.toml"
    apart = storage.read_text().replace("../var/ledger", "../record/ledger").replace("../var/keys", "../keys/keys")
    storage.write_text(apart.replace("../var/vault", "../vault"))
    clean.run("restore", str(place), "--keys", str(office.settings.keys.path))
    assert for_others(*(clean.config.parent / one for one in ("record", "keys", "vault"))) == []
