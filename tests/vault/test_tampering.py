"""Whatever was done to stored bytes is noticed."""

import io
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.vault import FRAME, Damaged, Vault
from bot.vault.seal import BLOCK, Sealer, unseal
from tests.vault import contents, files, noise, store

HEADER = 12
SECRET = bytes(range(32))
CLEAR = noise(2 * FRAME + 1000)


def sealed(clear: bytes = CLEAR, object_id: str = "a") -> bytes:
    """Sealed contents under a known key."""
    sealer = Sealer(SECRET, object_id)
    parts, block = [sealer.header], bytearray(BLOCK)
    *whole, last = [clear[at : at + FRAME] for at in range(0, max(len(clear), 1), FRAME)]
    for frame in whole:
        sealer.full(bytearray(frame), block)
        parts.append(bytes(block))
    return b"".join([*parts, sealer.last(bytearray(last))])


def opened(data: bytes, object_id: str = "a") -> bytes:
    return b"".join(unseal(io.BytesIO(data), SECRET, object_id))


WHOLE = sealed()
FIRST, SECOND, LAST = WHOLE[HEADER : HEADER + BLOCK], WHOLE[HEADER + BLOCK : HEADER + 2 * BLOCK], WHOLE[-1016:]
AGAIN = sealed()
"""The same contents under the same key, written again."""

TAMPERED = {
    "nothing left": b"",
    "half a header": WHOLE[:6],
    "the header alone": WHOLE[:HEADER],
    "cut within the first frame": WHOLE[: HEADER + 5000],
    "cut after the first frame": WHOLE[: HEADER + BLOCK],
    "cut after the second frame": WHOLE[: HEADER + 2 * BLOCK],
    "cut within the last frame": WHOLE[:-1],
    "first frame gone": WHOLE[:HEADER] + SECOND + LAST,
    "frames changed places": WHOLE[:HEADER] + SECOND + FIRST + LAST,
    "a frame twice": WHOLE[:HEADER] + FIRST + FIRST + LAST,
    "the last frame alone": WHOLE[:HEADER] + LAST,
    "one octet appended": WHOLE + b"\0",
    "a whole last frame appended": WHOLE + LAST,
    "a full frame appended": WHOLE + bytes(BLOCK),
    "a frame of an earlier writing": WHOLE[:HEADER] + AGAIN[HEADER : HEADER + BLOCK] + SECOND + LAST,
    "the header of an earlier writing": AGAIN[:HEADER] + WHOLE[HEADER:],
    "another version": b"PRV\x03" + WHOLE[4:],
    "an earlier version": b"PRV\x01" + WHOLE[4:],
    "clear contents": CLEAR,
}


def test_what_nobody_touched_opens() -> None:
    assert opened(WHOLE) == opened(AGAIN) == CLEAR


@pytest.mark.parametrize("size", [0, 5, 1 << 20, (1 << 21) + 3])
def test_what_was_sealed_in_larger_frames_by_an_earlier_version_is_read(size: int) -> None:
    clear, header, cipher = noise(size), b"PRV\x01" + bytes(8), AESGCM(SECRET)
    frames = [clear[at : at + (1 << 20)] for at in range(0, max(size, 1), 1 << 20)]
    sealed_then = header + b"".join(
        cipher.encrypt(
            bytes(8) + struct.pack(">I", number), frame, b"PRV\x01" + bytes([number == len(frames) - 1]) + b"a"
        )
        for number, frame in enumerate(frames)
    )
    assert opened(sealed_then) == clear
    assert b"".join(unseal(io.BytesIO(sealed_then), SECRET, "a", start=size // 2)) == clear[size // 2 :]


@pytest.mark.parametrize("data", TAMPERED.values(), ids=TAMPERED.keys())
def test_tampering_is_damage(data: bytes) -> None:
    with pytest.raises(Damaged):
        opened(data)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2999), st.integers(1, 255))
def test_any_octet_changed_is_damage(at: int, flip: int) -> None:
    data = bytearray(sealed(CLEAR[:3000]))
    data[at] ^= flip

    with pytest.raises(Damaged):
        opened(bytes(data))


def test_one_object_cannot_stand_in_for_another_even_under_one_key() -> None:
    with pytest.raises(Damaged):
        opened(WHOLE, "b")


def test_no_frame_is_handed_out_before_it_is_proven() -> None:
    data = bytearray(WHOLE)
    data[HEADER + BLOCK + 7] ^= 1
    frames = unseal(io.BytesIO(data), SECRET, "a")

    assert next(frames) == CLEAR[:FRAME]
    with pytest.raises(Damaged, match="frame 1"):
        next(frames)


def test_contents_sealed_by_an_earlier_release_still_open() -> None:
    stored = "5052560100010203040506076c7233160b23284eeb8198b703f54891d8b3327e575b845818886dd366c31472937967f2"

    assert opened(bytes.fromhex(stored)) == b"Every child matters."


def file_of(folder: Path, object_id: str) -> Path:
    return next(path for path in files(folder) if path.name == object_id)


def flip(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize("change", [flip, lambda data: data[:-1], lambda data: data + b"x", lambda _: b""])
def test_a_file_changed_on_the_shelf_is_damage(vault: Vault, tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    store(vault, "a", b"contents")
    path = file_of(tmp_path, "a")
    path.write_bytes(change(path.read_bytes()))

    with pytest.raises(Damaged):
        contents(vault, "a")


def test_files_that_changed_places_are_damage(vault: Vault, tmp_path: Path) -> None:
    store(vault, "a", b"contents of a")
    store(vault, "b", b"contents of b")
    one, other = file_of(tmp_path, "a"), file_of(tmp_path, "b")
    one_bytes, other_bytes = one.read_bytes(), other.read_bytes()
    one.write_bytes(other_bytes)
    other.write_bytes(one_bytes)

    for object_id in ("a", "b"):
        with pytest.raises(Damaged):
            contents(vault, object_id)


def test_a_row_that_holds_another_objects_bytes_is_damage(vault: Vault) -> None:
    one = store(vault, "a", b"contents of a", inline_max=1000)
    store(vault, "b", b"contents of b", inline_max=1000)

    with pytest.raises(Damaged):
        contents(vault, "b", one.inline)


def test_a_file_that_is_missing_though_its_key_is_there_is_damage(vault: Vault, tmp_path: Path) -> None:
    store(vault, "a", b"contents")
    file_of(tmp_path, "a").unlink()

    with pytest.raises(Damaged, match="missing"):
        contents(vault, "a")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE keys SET wrapped = (SELECT wrapped FROM keys WHERE object_id = 'b') WHERE object_id = 'a'",
        "UPDATE keys SET wrapped = zeroblob(60) WHERE object_id = 'a'",
        "UPDATE keys SET wrapped = x'00' WHERE object_id = 'a'",
        "UPDATE keys SET wrapped = x'' WHERE object_id = 'a'",
    ],
)
def test_a_key_that_was_changed_is_damage(vault: Vault, tmp_path: Path, change: str) -> None:
    store(vault, "a", b"contents of a")
    store(vault, "b", b"contents of b")
    with sqlite3.connect(tmp_path / "keys.db") as database:
        database.execute(change)
    database.close()

    with pytest.raises(Damaged, match="key"):
        contents(vault, "a")
    assert contents(vault, "b") == b"contents of b"
