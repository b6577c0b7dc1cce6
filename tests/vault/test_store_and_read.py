"""What was stored is what is read, whatever its size and however it came."""

import hashlib
import os
import stat
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.vault import FRAME, Left, MasterKey, Vault, open_vault
from tests.vault import contents, files, noise, octets, on_shelf, store

SIZES = (0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 5 * FRAME)
OVERHEAD = 12 + 16
"""Header and one tag: what sealing adds to contents of up to one frame."""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("inline_max", [0, 1 << 30], ids=["shelf", "inline"])
def test_contents_come_back_as_they_were(vault: Vault, size: int, inline_max: int) -> None:
    sealed = store(vault, "a", noise(size), inline_max=inline_max)

    assert contents(vault, "a", sealed.inline) == noise(size)
    assert (sealed.object_id, sealed.size, sealed.sha256) == ("a", size, hashlib.sha256(noise(size)).hexdigest())
    assert (sealed.inline is None) == (inline_max == 0)


@pytest.mark.parametrize(("size", "frames"), list(zip(SIZES, (1, 1, 1, 1, 2, 2, 5), strict=True)))
def test_sealing_adds_a_header_and_a_tag_for_each_frame(vault: Vault, size: int, frames: int) -> None:
    inline = store(vault, "a", noise(size), inline_max=1 << 30).inline

    assert inline is not None
    assert len(inline) == 12 + size + 16 * frames


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    folder = tmp_path_factory.mktemp("vault")
    opened = open_vault(folder / "shelf", folder / "keys.db", MasterKey.generate(folder / "master.key"))
    yield opened
    opened.close()


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(SIZES), st.lists(st.integers(0, 5 * FRAME), max_size=6), st.sampled_from((0, 5000, 1 << 30)))
def test_how_the_contents_were_cut_makes_no_difference(
    lasting: Vault, size: int, cuts: list[int], inline_max: int
) -> None:
    whole, bounds = noise(size), sorted({0, size, *(cut for cut in cuts if cut < size)})
    writing = lasting.begin("cut", inline_max=inline_max)
    for start, end in pairwise(bounds):
        writing.write(memoryview(whole)[start:end])
        assert (writing.size, writing.sha256) == (end, hashlib.sha256(whole[:end]).hexdigest())
    (sealed,) = lasting.finish(writing)

    assert contents(lasting, "cut", sealed.inline) == whole
    assert all(len(frame) == FRAME for frame in list(lasting.read("cut", sealed.inline))[:-1])


def test_what_fits_the_row_touches_no_file(vault: Vault, tmp_path: Path) -> None:
    sealed = store(vault, "fits", noise(5000), inline_max=5000 + OVERHEAD)

    assert sealed.inline is not None
    assert len(sealed.inline) == 5000 + OVERHEAD
    assert on_shelf(tmp_path) == []


def test_one_octet_more_than_fits_the_row_goes_to_the_shelf(vault: Vault, tmp_path: Path) -> None:
    sealed = store(vault, "spills", noise(5001), inline_max=5000 + OVERHEAD)

    assert sealed.inline is None
    assert on_shelf(tmp_path) == ["spills"]
    assert contents(vault, "spills") == noise(5001)


def test_a_hash_is_made_only_where_it_is_asked_for(vault: Vault) -> None:
    writing = vault.begin("spool", hash_contents=False)
    writing.write(b"raw message")
    (sealed,) = vault.finish(writing)

    assert (sealed.sha256, sealed.size) == ("", 11)


def test_writing_again_replaces_what_was_there(vault: Vault, tmp_path: Path) -> None:
    store(vault, "a", noise(FRAME, seed=1))
    store(vault, "a", noise(3 * FRAME, seed=2))

    assert contents(vault, "a") == noise(3 * FRAME, seed=2)
    assert on_shelf(tmp_path) == ["a"]


def test_what_was_referred_to_can_be_read_until_the_new_one_is_finished_and_by_the_old_row_ever_after(
    vault: Vault,
) -> None:
    first = store(vault, "a", b"first", inline_max=100)
    writing = vault.begin("a")
    writing.write(b"second")
    assert contents(vault, "a", first.inline) == b"first"

    vault.finish(writing)

    assert contents(vault, "a", first.inline) == b"first"
    assert contents(vault, "a") == b"second"


def test_no_nonce_repeats_when_the_same_is_written_again(vault: Vault) -> None:
    sealed = [store(vault, "a", noise(100), inline_max=200).inline for _ in range(20)]

    assert len({inline[4:12] for inline in sealed if inline}) == 20


def test_a_reader_is_not_disturbed_by_a_writing_that_ends(vault: Vault) -> None:
    store(vault, "a", noise(3 * FRAME, seed=1))
    reading = vault.read("a")
    first = next(reading)
    store(vault, "a", noise(3 * FRAME, seed=2))

    assert first + b"".join(reading) == noise(3 * FRAME, seed=1)


def test_an_abandoned_writing_leaves_neither_bytes_nor_a_key(vault: Vault, tmp_path: Path) -> None:
    writing = vault.begin("a")
    writing.write(noise(3 * FRAME))
    assert len(on_shelf(tmp_path)) == 1

    writing.abandon()
    writing.abandon()

    assert on_shelf(tmp_path) == []
    assert not vault.holds("a")


def test_to_abandon_what_is_finished_does_nothing(vault: Vault) -> None:
    writing = vault.begin("a")
    writing.write(b"kept")
    vault.finish(writing)
    writing.abandon()

    assert contents(vault, "a") == b"kept"


def test_nothing_can_be_added_after_the_end(vault: Vault) -> None:
    writing = vault.begin("a")
    vault.finish(writing)

    with pytest.raises(ValueError, match="after its end"):
        writing.write(b"more")
    with pytest.raises(ValueError, match="ended twice"):
        vault.finish(writing)


def test_clear_contents_are_in_no_file_at_any_time(vault: Vault, tmp_path: Path) -> None:
    clear = noise(3 * FRAME + 500)
    writing = vault.begin("a")
    writing.write(clear)
    pieces = [clear[at : at + 16] for at in range(0, len(clear) - 16, 4096)]
    assert not any(piece in octets(tmp_path) for piece in pieces[:20])

    vault.finish(writing)

    everything = octets(tmp_path)
    assert len(everything) > len(clear)
    assert not any(piece in everything for piece in pieces)


def test_only_their_owner_can_read_the_files(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        master = MasterKey.generate(tmp_path / "master.key")
        vault = open_vault(tmp_path / "shelf", tmp_path / "keys.db", master)
        store(vault, "a", b"contents")
        writing = vault.begin("draft")
        writing.write(noise(2 * FRAME))
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files(tmp_path)}
    writing.abandon()
    vault.close()

    assert {"master.key", "keys.db", "keys.db-wal", "keys.db-shm", "a"} < modes.keys()
    assert set(modes.values()) == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("shelf/**")} == {0o700}


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../a", "a/b", "/etc/passwd", "a~b", ".a", "a\0", "a\n", "å", "a" * 201]
)
def test_no_id_can_be_a_path(vault: Vault, name: str) -> None:
    for act in (vault.begin, vault.read):
        with pytest.raises(ValueError, match="not an object id"):
            act(name)
    with pytest.raises(Left):
        vault.destroy([name])


@pytest.mark.parametrize("name", ["a", "A-b_c.d", "in.42-raw", "9" * 200])
def test_every_id_we_make_is_taken(vault: Vault, name: str) -> None:
    store(vault, name, b"contents")

    assert contents(vault, name) == b"contents"


def test_memory_stays_flat_whatever_the_size(vault: Vault) -> None:
    chunk = noise(1 << 18)
    tracemalloc.start()
    try:
        writing = vault.begin("large", inline_max=1 << 18)
        for _ in range(160):
            writing.write(chunk)
        vault.finish(writing)
        assert sum(len(frame) for frame in vault.read("large")) == 160 << 18
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 6 * FRAME


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SIZES[1:]), st.data())
def test_reading_may_begin_at_any_octet(lasting: Vault, size: int, data: st.DataObject) -> None:
    start = data.draw(st.one_of(st.integers(0, size - 1), st.sampled_from([size - 1, min(FRAME, size - 1)])))
    writing = lasting.begin("part")
    writing.write(noise(size))
    lasting.finish(writing)

    assert b"".join(lasting.read("part", start=start)) == noise(size)[start:]
