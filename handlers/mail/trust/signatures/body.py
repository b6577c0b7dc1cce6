"""The body of a mail, canonicalised and hashed as it streams past (RFC 6376, section 3.4). Nothing of it is kept."""

import hashlib
from functools import cached_property

CRLF = b"\r\n"
PIECE = 1 << 16
"""Octets looked at in one go: what is made of them in between never takes more memory than a few times this."""
BLOCK = CRLF * (PIECE // 2)


class Simple:
    """The «simple» way (section 3.4.3): empty lines at the end are not counted, and the last line has an end."""

    EMPTY = CRLF
    """What a body without contents is."""

    def __init__(self) -> None:
        """Nothing has been read yet."""
        self._hash = hashlib.sha256()
        self._length = 0
        self._line_ends = 0  # as yet at the end: they count only if something follows
        self._held = b""  # of which the next piece decides what it is: one octet or two

    def write(self, chunk: bytes) -> None:
        """More of the body, in pieces of any size."""
        text = self._reduced(self._held + chunk if self._held else chunk)
        self._held = self._undecided(text)
        text = text[: len(text) - len(self._held)]
        line_ends = _line_ends(text)
        contents = len(text) - 2 * line_ends
        if contents:
            self._count_line_ends()
            self._count(memoryview(text)[:contents])
        self._line_ends += line_ends

    @cached_property
    def result(self) -> tuple[bytes, int]:
        """The SHA-256 of the whole body, canonicalised, and its length in octets. Nothing is to be written after this."""
        if last := self._last():
            self._count_line_ends()
            self._count(last)
        self._count(CRLF if self._length else self.EMPTY)
        return self._hash.digest(), self._length

    def _reduced(self, text: bytes) -> bytes:
        return text

    def _undecided(self, text: bytes) -> bytes:
        """What at the end may be the beginning of a line end."""
        return text[-1:] if text.endswith(b"\r") else b""

    def _last(self) -> bytes:
        """What was held, now that nothing follows."""
        return self._held

    def _count_line_ends(self) -> None:
        while self._line_ends:
            blank = memoryview(BLOCK)[: 2 * self._line_ends]
            self._count(blank)
            self._line_ends -= len(blank) // 2

    def _count(self, octets: bytes | memoryview) -> None:
        self._hash.update(octets)
        self._length += len(octets)


class Relaxed(Simple):
    """The «relaxed» way (section 3.4.4): white space at the end of a line is nothing, elsewhere it is one space.

    Nearly all of a large mail is base64, which has none: to see that costs next to nothing.
    """

    EMPTY = b""

    def write(self, chunk: bytes) -> None:
        """More of the body, in pieces of any size."""
        if b" " not in chunk and b"\t" not in chunk:
            super().write(chunk)
            return
        for at in range(0, len(chunk), PIECE):
            super().write(chunk[at : at + PIECE])

    def _reduced(self, text: bytes) -> bytes:
        if b"\t" in text:
            text = text.replace(b"\t", b" ")
        if b" " not in text:
            return text
        while b"  " in text:  # halves each run of spaces: a piece is soon done
            text = text.replace(b"  ", b" ")
        return text.replace(b" \r\n", CRLF)

    def _undecided(self, text: bytes) -> bytes:
        return next((end for end in (b" \r", b"\r", b" ") if text.endswith(end)), b"")

    def _last(self) -> bytes:
        return b"" if self._held == b" " else self._held


def _line_ends(text: bytes) -> int:
    """How many CRLF the text ends with."""
    if not text.endswith(CRLF + CRLF):
        return int(text.endswith(CRLF))
    tail = text[len(text.rstrip(CRLF)) :]
    feeds, returns = tail[::-2], tail[-2::-2]
    return min(len(feeds) - len(feeds.lstrip(b"\n")), len(returns) - len(returns.lstrip(b"\r")))
