"""Cut off at any point, the vault holds what was there before or what came after, and a retry ends it."""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.vault import FRAME, Destroyed, FolderShelf, Keys, MasterKey, Vault
from tests.vault import child, contents, noise, octets, on_shelf, store

OLD, NEW = noise(100, seed=1), noise(2 * FRAME, seed=2)
STORING = [point for point in child.POINTS if not point.startswith("key")]
DESTROYING = [point for point in child.POINTS if point.startswith("key")]
NAMED = {"after the name", "after the folder"}
LONG_AGO, LATER = datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(days=1)


def run_child(folder: Path, *words: str) -> int:
    return subprocess.run([sys.executable, "-m", "tests.vault.child", folder, *words], check=False).returncode


@pytest.mark.parametrize("point", STORING)
def test_a_first_writing_cut_off_can_be_tried_again(vault: Vault, tmp_path: Path, point: str) -> None:
    assert run_child(tmp_path, "die", point) == child.KILLED
    assert vault.holds("a") == (point != "before the key")
    if point in NAMED:
        assert contents(vault, "a") == NEW

    store(vault, "a", NEW)

    assert contents(vault, "a") == NEW


@pytest.mark.parametrize("point", STORING)
def test_a_writing_cut_off_leaves_what_was_finished_before_it(vault: Vault, tmp_path: Path, point: str) -> None:
    in_row = store(vault, "a", OLD, inline_max=1000).inline
    store(vault, "a", OLD)

    assert run_child(tmp_path, "die", point) == child.KILLED

    assert contents(vault, "a") == (NEW if point in NAMED else OLD)
    assert contents(vault, "a", in_row) == OLD
    store(vault, "a", NEW)
    assert contents(vault, "a") == NEW
    assert contents(vault, "a", in_row) == OLD


def test_a_draft_left_behind_is_no_object_and_is_swept_in_time(vault: Vault, tmp_path: Path) -> None:
    run_child(tmp_path, "die", "before the key")
    (draft,) = on_shelf(tmp_path)
    assert list(vault.object_ids()) == []

    assert vault.sweep(LONG_AGO) == 0
    assert on_shelf(tmp_path) == [draft]
    store(vault, "a", NEW)
    assert vault.sweep(LATER) == 1
    assert on_shelf(tmp_path) == ["a"]
    assert contents(vault, "a") == NEW


def test_what_is_just_being_written_is_not_swept_though_the_clock_leaps(vault: Vault) -> None:
    writing = vault.begin("a")
    writing.write(noise(2 * FRAME, seed=3))
    assert vault.sweep(LATER) == 0
    (sealed,) = vault.finish(writing)
    assert sealed.size == 2 * FRAME
    assert b"".join(vault.read("a")) == noise(2 * FRAME, seed=3)


def test_a_key_without_bytes_is_listed_and_can_be_destroyed(vault: Vault, tmp_path: Path) -> None:
    run_child(tmp_path, "die", "after the key")
    assert list(vault.object_ids()) == ["a"]

    vault.destroy(["a"])

    assert list(vault.object_ids()) == []


@pytest.mark.parametrize("point", DESTROYING)
def test_destroying_cut_off_has_destroyed_already_and_can_be_ended(vault: Vault, tmp_path: Path, point: str) -> None:
    store(vault, "a", NEW)
    stored = vault._keys.find("a")
    assert stored is not None

    assert run_child(tmp_path, "die", point) == child.KILLED
    with pytest.raises(Destroyed):
        vault.read("a")
    assert list(vault.object_ids()) == ["a"], "its bytes are there to be found as an orphan"
    vault.destroy(["a"])

    assert list(vault.object_ids()) == []
    assert stored.wrapped not in octets(tmp_path)
    assert on_shelf(tmp_path) == []


@pytest.mark.parametrize("point", DESTROYING)
def test_an_id_whose_destroying_was_cut_off_can_be_written_again(vault: Vault, tmp_path: Path, point: str) -> None:
    store(vault, "a", OLD)
    run_child(tmp_path, "die", point)

    store(vault, "a", NEW)

    assert contents(vault, "a") == NEW


def test_what_is_made_at_the_start_is_durable_before_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(Path(f"/proc/self/fd/{file}").readlink().name))

    master = MasterKey.generate(tmp_path / "master.key")
    FolderShelf(tmp_path / "shelf")
    Keys(tmp_path / "keys.db", master).close()

    assert synced == ["master.key", tmp_path.name, "shelf", tmp_path.name, tmp_path.name]


def traced(folder: Path) -> list[str]:
    """What the child did to the disk, in order, each as «call name»; drafts as «id~».

    SQLite syncs the folder of a new log too, which is left out.
    """
    log = folder / "trace"
    watched = "trace=fsync,fdatasync,rename,renameat,renameat2,ftruncate,unlink"
    command: list[str | os.PathLike[str]] = [
        "strace",
        "-f",
        "-y",
        "-o",
        log,
        "-e",
        watched,
        sys.executable,
        "-m",
        "tests.vault.child",
    ]
    subprocess.run([*command, folder, "trace"], check=True)
    call = re.compile(r"\d+ +(\w+)\((?:\d+<([^>]*)>|\"([^\"]*)\")")
    found = [match for line in log.read_text().splitlines() if (match := call.match(line))]
    names = ((match[1].replace("fdatasync", "fsync"), Path(match[2] or match[3])) for match in found)
    return [f"{what} {re.sub('~.*', '~', path.name)}" for what, path in names if path != folder]


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed (scripts/peers says how)")
def test_the_disk_sees_keys_then_bytes_then_names_and_in_destroying_keys_first(vault: Vault, tmp_path: Path) -> None:
    steps = traced(tmp_path)
    start, middle, end = (steps.index(f"unlink {name}") for name in ("finish", "destroy", "end"))
    storing, destroying = steps[start + 1 : middle], steps[middle + 1 : end]

    assert storing[:5] == ["fsync keys.db-wal", "fsync a~", "fsync b~", "rename a~", "rename b~"]
    assert storing[5:] == ["fsync 3e", "fsync ca"], "the folders of b and a, by SHA-256"
    cut = destroying.index("ftruncate keys.db-wal")
    assert destroying[0] == "fsync keys.db-wal"
    assert "fsync keys.db" in destroying[:cut]
    assert destroying[cut + 1 :] == [
        "fsync keys.db-wal",
        *("unlink a", "unlink b", "unlink c"),
        *("fsync 2e", "fsync 3e", "fsync ca"),
    ]
