"""A new master key: everything opens under it, nothing under the old one, wherever it was cut off."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.vault import BadMasterKey, Damaged, MasterKey, Rotation, Unavailable, mirror, open_vault, rotate, successor_of
from tests.vault import child, contents, octets, store

NOON = datetime(2026, 9, 1, 11, 0, tzinfo=UTC)


@pytest.fixture(params=[False, True], ids=["alone", "mirrored"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with a vault of fifty objects; its keys lie in it, and in the folder `two` as well."""
    master = MasterKey.generate(tmp_path / "master.key")
    second = None
    if request.param:
        second = tmp_path / "two" / "keys.db"
        second.parent.mkdir()
        mirror(tmp_path / "keys.db", second, master)
    with closing(open_vault(tmp_path / "shelf", tmp_path / "keys.db", master, second)) as vault:
        for number in range(50):
            store(vault, f"o{number}", b"contents %d" % number)
    return tmp_path


def changed(folder: Path) -> Rotation:
    return rotate(
        folder / "keys.db", child.mirror_in(folder), folder / "master.key",
        now=NOON, announce=lambda _: None, tell=lambda _: None,
    )  # fmt: skip


def all_open(folder: Path) -> None:
    master = MasterKey.load(folder / "master.key")
    with closing(open_vault(folder / "shelf", folder / "keys.db", master, child.mirror_in(folder))) as vault:
        assert [contents(vault, f"o{number}") for number in range(50)] == [b"contents %d" % n for n in range(50)]


def sealed(folder: Path) -> list[bytes]:
    with closing(sqlite3.connect(folder / "keys.db")) as database:
        return [wrapped for (wrapped,) in database.execute("SELECT wrapped FROM keys")]


def test_everything_opens_under_the_new_key_and_nothing_under_the_old_is_left(filled: Path) -> None:
    before, old = sealed(filled), MasterKey.load(filled / "master.key")
    text = (filled / "master.key").read_bytes()
    shelf = octets(filled / "shelf")

    done = changed(filled)

    assert (done.keys, done.damaged, done.before) == (50, 0, old.fingerprint)
    assert done.after == MasterKey.load(filled / "master.key").fingerprint != old.fingerprint
    all_open(filled)
    assert octets(filled / "shelf") == shelf, "no contents were touched"
    everything = octets(filled)
    assert not [one for one in [*before, text] if one in everything]
    with pytest.raises(BadMasterKey, match="Put the right master key file back"):
        open_vault(filled / "shelf", filled / "keys.db", old, child.mirror_in(filled))


def test_what_old_keys_derived_outlives_them(filled: Path) -> None:
    old = MasterKey.load(filled / "master.key")
    changed(filled)
    middle = MasterKey.load(filled / "master.key")
    changed(filled)

    newest = MasterKey.load(filled / "master.key")
    with closing(open_vault(filled / "shelf", filled / "keys.db", newest, child.mirror_in(filled))) as vault:
        earlier = vault.earlier("history")
        assert [one.secret for one in earlier] == [old.derive("history"), middle.derive("history")]
        assert [one.master for one in vault.earlier("checkpoints")] == [old.fingerprint, middle.fingerprint]
        assert vault.earlier("wrap") == ()
    assert old.derive("history") not in octets(filled)


@pytest.mark.parametrize("point", child.ROTATING)
def test_cut_off_anywhere_one_of_the_two_opens_everything_and_to_run_it_again_ends_it(filled: Path, point: str) -> None:
    old = MasterKey.load(filled / "master.key").fingerprint
    ended = subprocess.run([sys.executable, "-m", "tests.vault.child", filled, "rotate", point], check=False)
    if ended.returncode == 0:
        assert point in child.MIRRORED_ONLY
        assert child.mirror_in(filled) is None
        return
    assert ended.returncode == child.KILLED

    try:
        all_open(filled)
    except BadMasterKey as fault:
        said = str(fault)
    else:
        said = "postroom keys rotate ends what was begun"
    assert "postroom keys rotate" in said
    changed(filled)

    all_open(filled)
    assert MasterKey.load(filled / "master.key").fingerprint != old
    assert not successor_of(filled / "master.key").exists()


def test_while_another_is_at_work_nothing_is_changed(filled: Path) -> None:
    master = MasterKey.load(filled / "master.key")
    opened = open_vault(filled / "shelf", filled / "keys.db", master, child.mirror_in(filled))
    with pytest.raises(Unavailable, match="postroom serve"):
        changed(filled)
    opened.close()

    assert not successor_of(filled / "master.key").exists()
    all_open(filled)


def test_while_somebody_reads_the_file_the_old_key_stays_until_it_can_be_ended(filled: Path) -> None:
    with closing(sqlite3.connect(filled / "keys.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM keys").fetchall()
        with pytest.raises(Unavailable, match="another process reads it"):
            changed(filled)
    assert successor_of(filled / "master.key").exists()

    changed(filled)

    all_open(filled)


def test_the_octets_of_the_old_key_are_overwritten_and_the_new_one_is_its_owners_alone(filled: Path) -> None:
    os.link(filled / "master.key", filled / "the same blocks")
    changed(filled)

    assert set((filled / "the same blocks").read_bytes()) == {0}
    assert (filled / "master.key").stat().st_mode & 0o777 == 0o600


def test_a_new_key_that_was_not_written_to_its_end_is_made_anew(filled: Path) -> None:
    successor_of(filled / "master.key").write_text("ab")
    changed(filled)

    all_open(filled)


def test_a_key_that_no_master_key_opens_is_counted_and_left(filled: Path) -> None:
    for path in filter(None, (filled / "keys.db", child.mirror_in(filled))):
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("UPDATE keys SET wrapped = zeroblob(60) WHERE object_id = 'o7'")

    assert changed(filled).damaged == 1

    master = MasterKey.load(filled / "master.key")
    with closing(open_vault(filled / "shelf", filled / "keys.db", master, child.mirror_in(filled))) as vault:
        assert contents(vault, "o8") == b"contents 8"
        with pytest.raises(Damaged, match="o7"):
            vault.read("o7")


def test_without_its_mirror_nothing_is_changed(filled: Path) -> None:
    if (second := child.mirror_in(filled)) is None:
        return
    second.rename(second.with_name("away"))
    with pytest.raises(Unavailable, match="Is its disk mounted"):
        rotate(
            filled / "keys.db", second, filled / "master.key", now=NOON, announce=lambda _: None, tell=lambda _: None
        )
    second.with_name("away").rename(second)

    assert not successor_of(filled / "master.key").exists()
    all_open(filled)


def test_how_far_it_is_is_told(filled: Path) -> None:
    told: list[int] = []
    rotate(
        filled / "keys.db", child.mirror_in(filled), filled / "master.key",
        now=NOON, announce=lambda _: None, tell=told.append,
    )  # fmt: skip
    assert told == [50]


def test_where_the_mirror_holds_other_keys_nothing_is_changed(filled: Path) -> None:
    if (second := child.mirror_in(filled)) is None:
        return
    before = sealed(filled)
    with closing(sqlite3.connect(second, isolation_level=None)) as database:
        database.execute("DELETE FROM keys WHERE object_id = 'o7'")
    with pytest.raises(Unavailable, match="do not hold the same keys"):
        changed(filled)
    assert sealed(filled) == before


def test_a_master_key_that_is_reached_by_a_link_is_changed_where_it_lies(filled: Path) -> None:
    (filled / "safe").mkdir()
    (filled / "master.key").rename(filled / "safe" / "master.key")
    (filled / "master.key").symlink_to(filled / "safe" / "master.key")
    changed(filled)
    assert (filled / "master.key").is_symlink()
    all_open(filled)


def test_the_new_key_has_its_name_durably_before_the_old_ones_octets_go(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync

    def watched(file: int) -> None:
        sync(file)
        synced.append(Path(f"/proc/self/fd/{file}").readlink().name)

    monkeypatch.setattr(os, "fsync", watched)
    changed(filled)
    assert "master.key.new" in synced
    assert synced[-2:] == [filled.name, "master.key (deleted)"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_new_key_belongs_to_whom_the_old_one_belonged_to(filled: Path) -> None:
    """`sudo postroom keys rotate`: Postroom's own user must be able to read it."""
    os.chown(filled / "master.key", 12345, 12345)
    changed(filled)
    found = (filled / "master.key").stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (12345, 12345, 0o600)
