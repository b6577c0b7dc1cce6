"""What is destroyed is nowhere: neither its key nor its bytes are in any file, however deep one looks."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest

from bot.vault import FRAME, Damaged, Destroyed, FolderShelf, Keys, MasterKey, Unavailable, Vault, open_vault
from bot.vault import keys as keys_module
from tests.vault import contents, files, noise, octets, on_shelf, store


def wrapped_keys(folder: Path) -> dict[str, bytes]:
    with closing(sqlite3.connect(folder / "keys.db")) as database:
        return dict(database.execute("SELECT object_id, wrapped FROM keys").fetchall())


@contextmanager
def reader(folder: Path) -> Iterator[sqlite3.Connection]:
    """Another process that is in the middle of reading the key file, and so keeps its log in use."""
    with closing(sqlite3.connect(folder / "keys.db", isolation_level=None, check_same_thread=False)) as database:
        database.execute("BEGIN")
        database.execute("SELECT count(*) FROM keys").fetchall()
        yield database


@pytest.fixture
def hasty(tmp_path: Path, master: MasterKey, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    """A vault that does not wait long for another process."""
    monkeypatch.setattr(keys_module, "_CHECKPOINT_WAIT_SECONDS", 0)
    opened = Vault(FolderShelf(tmp_path / "shelf"), Keys(tmp_path / "keys.db", master, busy_seconds=0.001))
    yield opened
    opened.close()


def test_after_destroying_neither_key_nor_bytes_are_in_any_file(vault: Vault, tmp_path: Path) -> None:
    store(vault, "gone", noise(2 * FRAME))
    store(vault, "kept", b"kept")
    key = wrapped_keys(tmp_path)["gone"]
    cipher_text = next(path for path in files(tmp_path) if path.name == "gone").read_bytes()
    pieces = [cipher_text[at : at + 32] for at in range(12, len(cipher_text) - 32, 8192)]
    before = octets(tmp_path)
    assert key in before
    assert all(piece in before for piece in pieces)

    vault.destroy(["gone"])

    after = octets(tmp_path)
    assert not any(part in after for part in (key, key[:16], key[16:32], key[-16:]))
    assert not any(piece in after for piece in pieces)
    assert (tmp_path / "keys.db-wal").stat().st_size == 0
    assert on_shelf(tmp_path) == ["kept"]
    assert contents(vault, "kept") == b"kept"


def test_what_is_destroyed_says_so_at_once_wherever_its_bytes_lie(vault: Vault) -> None:
    in_row = store(vault, "row", b"contents", inline_max=1000).inline
    store(vault, "shelf", b"contents")
    vault.destroy(["row", "shelf"])

    for object_id, inline in (("row", in_row), ("shelf", None), ("never-was", None)):
        assert not vault.holds(object_id)
        with pytest.raises(Destroyed, match=object_id):
            vault.read(object_id, inline)


def test_no_trace_of_many_keys_stays_in_pages_that_were_split_and_joined(tmp_path: Path, master: MasterKey) -> None:
    keys, random, gone = Keys(tmp_path / "keys.db", master), Random(3), dict[str, bytes]()
    for _ in range(12):
        names = [f"{random.getrandbits(64):016x}" for _ in range(150)]
        keys.keep([keys.find_or_make(name) for name in names])
        living = wrapped_keys(tmp_path)
        doomed = random.sample(sorted(living), len(living) // 2)
        keys.erase(doomed)
        gone |= {name: living[name] for name in doomed}

    everything, living = octets(tmp_path), wrapped_keys(tmp_path)
    keys.close()
    assert all(everything.count(key) == 1 for key in living.values())
    assert [name for name, key in gone.items() if key[12:28] in everything or key[-16:] in everything] == []


def test_destroying_twice_is_as_good_as_once(vault: Vault, tmp_path: Path) -> None:
    store(vault, "a", b"contents")
    for _ in range(3):
        vault.destroy(["a"])
    vault.destroy(["never-was"])
    vault.destroy([])

    assert on_shelf(tmp_path) == []
    assert list(vault.object_ids()) == []


def test_an_id_destroyed_can_be_written_again_under_a_new_key(vault: Vault) -> None:
    old = store(vault, "a", b"old", inline_max=1000).inline
    vault.destroy(["a"])
    store(vault, "a", b"new")

    assert contents(vault, "a") == b"new"
    with pytest.raises(Damaged):
        contents(vault, "a", old)


def test_a_log_in_use_is_unavailable_and_destroying_again_ends_it(hasty: Vault, tmp_path: Path) -> None:
    store(hasty, "a", b"contents")
    key = wrapped_keys(tmp_path)["a"]
    with reader(tmp_path), pytest.raises(Unavailable, match="in use by another process"):
        hasty.destroy(["a"])
    assert on_shelf(tmp_path) == ["a"], "the bytes go only after the key has verifiably gone"
    assert key in octets(tmp_path)

    hasty.destroy(["a"])

    assert key not in octets(tmp_path)
    assert on_shelf(tmp_path) == []


def test_a_log_in_use_for_a_moment_is_waited_for(hasty: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(hasty, "a", b"contents")
    key = wrapped_keys(tmp_path)["a"]
    with reader(tmp_path) as database:

        def leave(_: float) -> None:
            if database.in_transaction:
                database.execute("ROLLBACK")

        monkeypatch.setattr(time, "sleep", leave)
        hasty.destroy(["a"])

    assert key not in octets(tmp_path)


def test_a_writing_under_way_does_not_bring_a_destroyed_key_back(vault: Vault, tmp_path: Path) -> None:
    old = store(vault, "a", b"old", inline_max=1000).inline
    writing = vault.begin("a")
    writing.write(b"new")
    vault.destroy(["a"])

    with pytest.raises(Unavailable, match="a: stored or destroyed"):
        vault.finish(writing)

    assert not vault.holds("a")
    assert on_shelf(tmp_path) == []
    with pytest.raises(Destroyed):
        vault.read("a", old)


def test_destroyed_while_about_to_be_read_is_destroyed_not_damaged(vault: Vault) -> None:
    store(vault, "a", b"contents")
    reading = vault.read("a")
    vault.destroy(["a"])

    with pytest.raises(Destroyed):
        next(reading)


def test_everything_with_a_key_or_bytes_is_listed_once(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_module, "_PAGE", 2)
    for name in ("both", "both2", "bytes"):
        store(vault, name, b"contents")
    for name in ("key", "key2"):
        store(vault, name, b"contents", inline_max=1000)
    with closing(sqlite3.connect(tmp_path / "keys.db", isolation_level=None)) as database:
        database.execute("DELETE FROM keys WHERE object_id = 'bytes'")
    draft = vault.begin("draft")
    draft.write(noise(2 * FRAME))

    assert sorted(vault.object_ids()) == ["both", "both2", "bytes", "key", "key2"]
    draft.abandon()


def test_what_is_destroyed_stays_so_after_a_new_start(tmp_path: Path, master: MasterKey) -> None:
    vault = open_vault(tmp_path / "shelf", tmp_path / "keys.db", master)
    store(vault, "a", b"contents")
    vault.destroy(["a"])
    vault.close()

    vault = open_vault(tmp_path / "shelf", tmp_path / "keys.db", master)
    with pytest.raises(Destroyed):
        vault.read("a")
    vault.close()
