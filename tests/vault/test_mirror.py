"""The keys kept twice: what one disk loses the other has, and nothing counts that only one of them has."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.vault import (
    BadMasterKey,
    Destroyed,
    MasterKey,
    Unavailable,
    Unpaired,
    Vault,
    compare,
    mirror,
    open_vault,
)
from bot.vault.equalising import make_equal
from bot.vault.keyfile import KeyFile
from tests.vault import contents, octets, store


class Disks:
    """A post office whose keys lie on two disks."""

    def __init__(self, folder: Path, master: MasterKey) -> None:
        self.folder, self.master = folder, master
        self.keys, self.second = folder / "one" / "keys.db", folder / "two" / "keys.db"
        for place in (self.keys, self.second):
            place.parent.mkdir()
        self.mirror()

    def mirror(self) -> str:
        """Ask for the mirror; which file was made or changed."""
        return mirror(self.keys, self.second, self.master).copy.parent.name

    def open(self) -> Vault:
        return open_vault(self.folder / "shelf", self.keys, self.master, self.second)

    def take_away(self) -> None:
        (self.folder / "two").rename(self.folder / "away")

    def bring_back(self) -> None:
        (self.folder / "away").rename(self.folder / "two")


@pytest.fixture
def disks(tmp_path: Path, master: MasterKey) -> Disks:
    return Disks(tmp_path, master)


@pytest.fixture
def both(disks: Disks) -> Iterator[Vault]:
    opened = disks.open()
    yield opened
    opened.close()


def test_what_is_stored_is_in_both_and_what_is_destroyed_in_neither(disks: Disks, both: Vault) -> None:
    store(both, "a", b"contents")
    (wrapped,) = row(disks.keys, "a")
    assert row(disks.second, "a") == (wrapped,)

    both.destroy(["a"])

    assert wrapped not in octets(disks.folder)


def row(path: Path, object_id: str) -> tuple[bytes]:
    with closing(sqlite3.connect(path)) as database:
        found: tuple[bytes] = database.execute("SELECT wrapped FROM keys WHERE object_id = ?", (object_id,)).fetchone()
        return found


def test_without_the_mirror_nothing_is_stored_or_destroyed_and_everything_is_read(disks: Disks, both: Vault) -> None:
    store(both, "a", b"contents")
    disks.take_away()

    for act in (lambda: store(both, "b", b"more"), lambda: both.destroy(["a"])):
        with pytest.raises(Unavailable, match="Is its disk mounted"):
            act()
    assert not both.holds("b")
    assert contents(both, "a") == b"contents"
    assert "postroom keys mirror" in both.mirror_trouble


def test_the_mirror_is_used_again_once_it_is_back(disks: Disks, both: Vault) -> None:
    disks.take_away()
    with pytest.raises(Unavailable):
        store(both, "a", b"contents")
    disks.bring_back()

    assert not both.mirror_trouble
    store(both, "a", b"contents")
    assert compare(disks.keys, disks.second) == 0


def test_an_empty_mount_point_is_no_new_mirror(disks: Disks, both: Vault) -> None:
    disks.take_away()
    disks.second.parent.mkdir()
    with pytest.raises(Unavailable, match="Is its disk mounted"):
        store(both, "a", b"contents")
    both.close()

    opened = disks.open()
    assert "Is its disk mounted" in opened.mirror_trouble
    assert not list(disks.second.parent.iterdir())
    opened.close()


def test_a_mirror_is_made_while_others_are_at_work(disks: Disks, both: Vault) -> None:
    store(both, "a", b"contents")
    shutil.rmtree(disks.second.parent)
    disks.second.parent.mkdir()

    assert disks.mirror() == "two"

    store(both, "b", b"more")
    assert compare(disks.keys, disks.second) == 0
    assert disks.second.stat().st_mode & 0o777 == 0o600


def test_neither_is_copied_over_the_other_while_somebody_is_at_work_with_both(disks: Disks, both: Vault) -> None:
    with pytest.raises(Unavailable, match="postroom serve"):
        disks.mirror()
    store(both, "a", b"contents")


def test_a_lost_key_file_is_never_begun_anew_and_is_made_from_its_mirror(disks: Disks) -> None:
    with closing(disks.open()) as vault:
        store(vault, "a", b"contents")
        store(vault, "b", b"more")
        vault.destroy(["b"])
    shutil.rmtree(disks.keys.parent)
    disks.keys.parent.mkdir()
    with pytest.raises(Unpaired, match="postroom keys mirror"):
        disks.open()
    assert not disks.keys.exists()

    assert disks.mirror() == "one"

    with closing(disks.open()) as vault:
        assert contents(vault, "a") == b"contents"
        with pytest.raises(Destroyed):
            vault.read("b")


@pytest.mark.parametrize("old", ["one", "two"])
def test_an_older_copy_of_either_is_refused_and_brought_up_to_the_newer(disks: Disks, old: str) -> None:
    with closing(disks.open()) as vault:
        store(vault, "a", b"contents")
    shutil.copytree(disks.folder / old, disks.folder / "copy")
    (wrapped,) = row(disks.keys, "a")
    with closing(disks.open()) as vault:
        vault.destroy(["a"])
        store(vault, "b", b"more")
    shutil.rmtree(disks.folder / old)
    shutil.copytree(disks.folder / "copy", disks.folder / old)
    shutil.rmtree(disks.folder / "copy")
    with pytest.raises(Unpaired, match=f"{old}/keys.db is an older copy"):
        disks.open()

    assert disks.mirror() == old

    with closing(disks.open()) as vault:
        assert contents(vault, "b") == b"more"
        assert not vault.holds("a")
    assert wrapped not in octets(disks.folder)


def test_an_older_mirror_that_turns_up_while_at_work_is_a_trouble(disks: Disks, both: Vault) -> None:
    shutil.copytree(disks.folder / "two", disks.folder / "old")
    for name in ("a", "b"):
        store(both, name, b"contents")
    disks.take_away()
    (disks.folder / "old").rename(disks.folder / "two")

    with pytest.raises(Unavailable, match="older copy"):
        store(both, "c", b"more")

    assert "older copy" in both.mirror_trouble


def test_the_mirror_of_another_post_office_is_refused(disks: Disks, tmp_path: Path, master: MasterKey) -> None:
    (tmp_path / "other").mkdir()
    other = Disks(tmp_path / "other", master)
    shutil.copy(other.second, disks.second)

    for act in (disks.open, disks.mirror):
        with pytest.raises(Unpaired, match="another key file"):
            act()


def test_a_mirror_that_was_never_finished_is_refused_and_finished(disks: Disks) -> None:
    with closing(sqlite3.connect(disks.second, isolation_level=None)) as database:
        database.execute("DELETE FROM file")
    with pytest.raises(Unpaired, match="never finished"):
        disks.open()

    disks.mirror()

    disks.open().close()


def test_a_mirror_under_another_master_key_is_never_copied(disks: Disks, tmp_path: Path) -> None:
    stranger = MasterKey.generate(tmp_path / "stranger")
    shutil.rmtree(disks.keys.parent)
    disks.keys.parent.mkdir()

    with pytest.raises(BadMasterKey, match=disks.master.fingerprint):
        mirror(disks.keys, disks.second, stranger)


def test_a_folder_that_is_not_there_is_not_made(disks: Disks) -> None:
    disks.take_away()
    with pytest.raises(Unpaired, match="Is its disk mounted"):
        disks.mirror()


def test_files_that_came_to_differ_are_found_and_made_equal(disks: Disks, both: Vault) -> None:
    store(both, "a", b"contents")
    with closing(sqlite3.connect(disks.second, isolation_level=None)) as database:
        database.execute("UPDATE keys SET object_id = 'b'")
    assert compare(disks.keys, disks.second) == 1
    with pytest.raises(Unavailable, match="do not hold the same keys"):
        store(both, "b", b"more")
    both.close()

    disks.mirror()

    assert compare(disks.keys, disks.second) == 0


def test_what_another_process_has_brought_further_meanwhile_is_not_taken_back(disks: Disks, both: Vault) -> None:
    """It had seen that the mirror was ahead; by now the key file is."""
    store(both, "a", b"contents")
    behind = disks.folder / "behind.db"
    shutil.copy(disks.second, behind)
    store(both, "b", b"more")
    with closing(KeyFile(behind)) as source, closing(KeyFile(disks.keys)) as copy:
        make_equal(source, copy)
    assert contents(both, "b") == b"more"
    assert compare(disks.keys, disks.second) == 0


def rows(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT * FROM keys ORDER BY object_id").fetchall()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM keys WHERE object_id = 'a'",
        "INSERT INTO keys SELECT 'c', wrapped, master FROM keys WHERE object_id = 'a'",
        "UPDATE keys SET wrapped = zeroblob(60) WHERE object_id = 'a'",
        "UPDATE keys SET master = 'another' WHERE object_id = 'a'",
    ],
)
def test_whatever_came_to_differ_is_found_and_made_equal(disks: Disks, change: str) -> None:
    with closing(disks.open()) as vault:
        store(vault, "a", b"contents")
        store(vault, "b", b"contents")
    before = rows(disks.keys)
    with closing(sqlite3.connect(disks.second, isolation_level=None)) as database:
        database.execute(change)
    assert compare(disks.keys, disks.second) == 1

    disks.mirror()

    assert rows(disks.keys) == rows(disks.second) == before


def test_no_trace_of_a_destroyed_key_stays_in_a_mirror_that_is_brought_up_to_the_newer(disks: Disks) -> None:
    with closing(disks.open()) as vault:
        for number in range(40):
            store(vault, f"o{number}", b"contents")
    wrapped = [octets_ for _, octets_, _ in rows(disks.keys)]
    old = disks.folder / "old.db"
    shutil.copy(disks.second, old)
    with closing(disks.open()) as vault:
        vault.destroy([f"o{number}" for number in range(40)])
    shutil.copy(old, disks.second)
    disks.mirror()
    found = octets(disks.second.parent)
    assert not [one for one in wrapped if isinstance(one, bytes) and one in found]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_makes_belongs_to_whom_the_other_belongs_to(disks: Disks) -> None:
    """`sudo postroom keys mirror`: Postroom's own user must be able to use it."""
    os.chown(disks.keys, 12345, 12345)
    disks.second.unlink()
    disks.mirror()
    assert (disks.second.stat().st_uid, disks.second.stat().st_gid) == (12345, 12345)
