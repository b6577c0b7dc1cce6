"""A disk that is full or failing gives Unavailable, leaves nothing half done, and is no trouble once it works again."""

import errno
import io
import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from bot.vault import FRAME, FolderShelf, Keys, MasterKey, Unavailable, Vault, open_vault
from bot.vault.seal import Sealer, unseal
from tests.vault import contents, noise, on_shelf, store

OLD, NEW = noise(100, seed=1), noise(5 * FRAME, seed=2)


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """A disk that takes no file larger than that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def broken(*_: object, **__: object) -> NoReturn:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_disk_that_fills_while_writing_is_unavailable_and_leaves_nothing(vault: Vault, tmp_path: Path) -> None:
    writing = vault.begin("a")
    with no_file_beyond(2 * FRAME), pytest.raises(Unavailable, match="storing"):
        writing.write(NEW)

    assert on_shelf(tmp_path) == []
    assert not vault.holds("a")
    with pytest.raises(ValueError, match="after its end"):
        writing.write(b"more")


def test_a_disk_that_fills_at_the_last_frame_is_unavailable_and_leaves_what_was_there(
    vault: Vault, tmp_path: Path
) -> None:
    store(vault, "a", OLD)
    writing = vault.begin("a")
    writing.write(NEW)
    with no_file_beyond(4 * FRAME + 500), pytest.raises(Unavailable, match="storing"):
        vault.finish(writing)

    assert on_shelf(tmp_path) == ["a"]
    assert contents(vault, "a") == OLD
    store(vault, "a", NEW)
    assert contents(vault, "a") == NEW


def test_a_disk_without_room_for_keys_is_unavailable_and_serves_again_later(vault: Vault, tmp_path: Path) -> None:
    store(vault, "before", OLD)
    inline, spilled = vault.begin("inline", inline_max=1000), vault.begin("spilled")
    inline.write(OLD)
    spilled.write(noise(2 * FRAME))
    with no_file_beyond((tmp_path / "keys.db-wal").stat().st_size):
        with pytest.raises(Unavailable, match="keys"):
            vault.finish(inline)
        with pytest.raises(Unavailable, match="storing"):
            vault.finish(spilled)

    assert on_shelf(tmp_path) == ["before"]
    assert contents(vault, "before") == OLD
    assert contents(vault, "inline", store(vault, "inline", OLD, inline_max=1000).inline) == OLD


@pytest.mark.parametrize("name", ["fsync", "open"])
def test_a_failing_disk_is_unavailable_and_leaves_what_was_there(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    store(vault, "a", OLD)
    with monkeypatch.context() as patch:
        patch.setattr(os, name, broken)
        with pytest.raises(Unavailable, match="Input/output error"):
            store(vault, "a", NEW)

    assert on_shelf(tmp_path) == ["a"]
    assert contents(vault, "a") == OLD


@pytest.mark.parametrize("name", ["rename", "unlink"])
def test_a_name_that_cannot_be_changed_is_unavailable(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    store(vault, "a", OLD)
    with monkeypatch.context() as patch:
        patch.setattr(Path, name, broken)
        with pytest.raises(Unavailable, match="Input/output error"):
            store(vault, "a", NEW) if name == "rename" else vault.destroy(["a"])

    assert on_shelf(tmp_path) == ["a"]
    assert vault.holds("a") == (name == "rename"), "the key goes first"


def test_one_failing_writing_takes_none_of_its_batch_with_it_halfway(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writings = [vault.begin(name) for name in ("a", "b", "c")]
    real, synced = os.fsync, list[int]()

    def second_breaks(descriptor: int) -> None:
        synced.append(descriptor)
        broken() if len(synced) == 2 else real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", second_breaks)
        with pytest.raises(Unavailable):
            vault.finish(*writings)

    assert on_shelf(tmp_path) == []


def test_a_disk_that_cannot_be_read_is_unavailable_not_damaged(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(vault, "a", OLD)
    monkeypatch.setattr(os, "fdopen", broken)

    with pytest.raises(Unavailable):
        contents(vault, "a")


def test_a_key_file_locked_by_another_process_is_unavailable(tmp_path: Path, master: MasterKey) -> None:
    vault = Vault(FolderShelf(tmp_path / "shelf"), Keys(tmp_path / "keys.db", master, busy_seconds=0.001))
    with closing(sqlite3.connect(tmp_path / "keys.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for act in (lambda: store(vault, "a", OLD), lambda: vault.destroy(["a"])):
            with pytest.raises(Unavailable, match="locked"):
                act()

    assert on_shelf(tmp_path) == []
    store(vault, "a", OLD)
    assert contents(vault, "a") == OLD
    vault.close()


def test_a_place_where_nothing_can_be_made_is_unavailable_and_named(tmp_path: Path, master: MasterKey) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(Unavailable, match="file/shelf"):
        open_vault(tmp_path / "file" / "shelf", tmp_path / "keys.db", master)
    with pytest.raises(Unavailable, match=r"nowhere/keys\.db"):
        open_vault(tmp_path / "shelf", tmp_path / "nowhere" / "keys.db", master)


class WornOut(io.BytesIO):
    """Sealed contents on a disk that fails in one way."""

    failing = ""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(size) if self.failing != "read" else worn_out()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return super().seek(offset, whence) if self.failing != "seek" else worn_out()


def worn_out() -> NoReturn:
    raise OSError(errno.EIO, "the disk is worn out")


@pytest.mark.parametrize("failing", ["read", "seek"])
def test_contents_that_the_disk_does_not_give_are_unavailable_and_not_damaged(failing: str) -> None:
    sealer = Sealer(b"k" * 32, "a")
    source = WornOut(sealer.header + sealer.last(bytearray(b"contents")))
    source.failing = failing
    with pytest.raises(Unavailable):
        list(unseal(source, b"k" * 32, "a", start=FRAME))
