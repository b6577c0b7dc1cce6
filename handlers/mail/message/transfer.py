"""Content transfer encodings undone in a stream (RFC 2045, section 6): bounded memory, wherever the stream is split."""

import binascii
import re
from typing import Protocol

import pybase64

from bot.arrival import Unreadable
from handlers.mail.message.uuencode import UUEncode

LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
FOREIGN = bytes(set(range(256)) - set(LETTERS) - set(b"="))
PADDINGS_MAX = 10_000
"""Paddings in the midst of one part's base64; each costs time of its own."""

UNDECIDED = re.compile(rb"=(?:[0-9A-Fa-f]|[ \t]{0,100}\r?)?\Z")
"""What may yet become an escape or a soft line break."""
STRAY = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]{0,100}\r?\n)")
SOFT_BREAK = re.compile(rb"=[ \t]{0,100}\r?\n")


class Decoder(Protocol):
    """Undoes one part's encoding, block by block."""

    @property
    def whole(self) -> bool | None:
        """Whether the end has come, where the encoding itself tells; None where it does not."""

    def decode(self, block: bytes) -> bytes:
        """What can be told of the contents so far. Unreadable: hostile."""

    def end(self) -> bytes:
        """What was still undecided."""


class Identity:
    """7bit, 8bit, binary, and whatever is not known."""

    whole = None

    def decode(self, block: bytes) -> bytes:
        """The block itself."""
        return block

    def end(self) -> bytes:
        """Nothing is ever undecided."""
        return b""


class Base64:
    """Forgiving as RFC 2045, section 6.8 asks: foreign characters are passed over, wrong or absent padding is put right."""

    def __init__(self) -> None:
        self.whole: bool | None = None
        """A padding ends it; one letter alone is no end."""
        self._waiting = b""
        self._paddings = 0

    def decode(self, block: bytes) -> bytes:
        """Whole groups of four letters."""
        if not self._waiting and (contents := _whole_lines(block)) is not None:
            self.whole = None if contents else self.whole
            return contents
        return self._letters(block.translate(None, FOREIGN))

    def end(self) -> bytes:
        """The last group, padded or not; one letter alone says nothing."""
        waiting, self._waiting = self._waiting, b""
        self.whole = False if len(waiting) == 1 else self.whole
        return binascii.a2b_base64(waiting.ljust(4, b"=")) if len(waiting) > 1 else b""

    def _letters(self, letters: bytes) -> bytes:
        """A padding ends a group: what follows begins anew, as where a program joined pieces each encoded by itself."""
        *padded, rest = letters.split(b"=", PADDINGS_MAX + 1)
        self._paddings += len(padded)
        if self._paddings > PADDINGS_MAX:
            raise Unreadable("its base64 is broken off more often than any program does it")
        found = [piece for run in padded for piece in (self._groups(run), self.end())]
        if padded:
            self.whole = True
        if rest:
            self.whole = None
        return b"".join([*found, self._groups(rest)])

    def _groups(self, letters: bytes) -> bytes:
        """Whole groups of four; the rest waits."""
        letters = self._waiting + letters
        whole = len(letters) & ~3
        self._waiting = letters[whole:]
        return pybase64.b64decode(letters[:whole])


def _whole_lines(block: bytes) -> bytes | None:
    """The contents, if the block is whole groups without padding: by far the commonest case, and the fastest.

    Foreign characters, line ends first of all, are dropped by the decoder itself.
    """
    if block.find(b"=") >= 0:
        return None
    try:
        return pybase64.b64decode(block)
    except binascii.Error:
        return None


class QuotedPrintable:
    """RFC 2045, section 6.7; an `=` that begins nothing stands for itself."""

    whole = None

    def __init__(self) -> None:
        self._waiting = b""

    def decode(self, block: bytes) -> bytes:
        """Everything up to an escape or soft line break that the block leaves open."""
        block = self._waiting + block
        undecided = UNDECIDED.search(block, max(0, len(block) - 102))
        end = undecided.start() if undecided else len(block)
        self._waiting = block[end:]
        return _escapes(block[:end])

    def end(self) -> bytes:
        """What was left open stands for itself, but for a soft line break."""
        waiting, self._waiting = self._waiting, b""
        return _escapes(waiting + b"\n" if waiting.strip() == b"=" else waiting)


def _escapes(block: bytes) -> bytes:
    """Escapes decoded; beforehand nothing is left on which the library's function would depend on what follows."""
    if block.find(b"=") < 0:
        return block
    return binascii.a2b_qp(SOFT_BREAK.sub(b"", STRAY.sub(b"=3D", block)))


DECODERS: dict[str, type[Decoder]] = {
    "base64": Base64, "quoted-printable": QuotedPrintable,
    "x-uuencode": UUEncode, "x-uue": UUEncode, "uuencode": UUEncode, "uue": UUEncode,
}  # fmt: skip


def decoder(encoding: str) -> Decoder:
    """For a Content-Transfer-Encoding in lower case."""
    return DECODERS.get(encoding, Identity)()
