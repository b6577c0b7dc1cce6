"""A receipt is noticed while it streams past, in memory that no file can fill."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.receipts import RECEIPT_BYTES_MAX, Glance
from tests.receipts import issued

RECEIPT = issued().octets


def seen(octets: bytes, size: int = 1000) -> bytes | None:
    """What a glance has kept at the end."""
    glance = Glance()
    for at in range(0, len(octets), size):
        glance.see(octets[at : at + size])
    return glance.contents()


@given(st.integers(1, 2000))
def test_however_it_is_cut_into_pieces_it_is_noticed(size: int) -> None:
    assert seen(RECEIPT, size) == RECEIPT


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n\t ", b" " * 64, b"\xef\xbb\xbf" + b" " * 64])
def test_marks_and_blanks_before_it_do_not_hide_it(before: bytes) -> None:
    assert seen(before + RECEIPT, 1) == before + RECEIPT


@pytest.mark.parametrize("octets", [b"", b"{", b"PK\x03\x04", b"x" + RECEIPT, b" " * 65 + RECEIPT, b'{"name": 1}'])
def test_anything_else_is_not_kept(octets: bytes) -> None:
    assert seen(octets) is None


def test_the_largest_is_noticed_and_no_larger_one() -> None:
    largest = RECEIPT + b" " * (RECEIPT_BYTES_MAX - len(RECEIPT))
    for size in (70_000, len(largest) + 1):
        assert seen(largest, size) == largest
        assert seen(largest + b" ", size) is None


def test_no_file_fills_the_memory() -> None:
    for first in (b"{" + b" " * 100, b"[" * 100, b" " * 100):
        glance = Glance()
        for _ in range(40):
            glance.see(first + b" " * 100_000)
        assert glance._seen is None
