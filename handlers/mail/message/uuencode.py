"""uuencode as a transfer encoding (`x-uuencode`): no standard of mail ever had it, and old programs send it all the same."""

import binascii
import re

BEGIN = re.compile(rb"begin [0-7]{3,4} ")
END = b"end"
LINE_MAX = 256
"""Octets of a line; programs write 62."""


class UUEncode:
    """Undone line by line: what stands before its beginning and after its end is passed over."""

    def __init__(self) -> None:
        self.whole: bool | None = False
        """It has a beginning, an end, and nothing between that is none of it."""
        self._line = b""
        self._begun = self._sound = False

    def decode(self, block: bytes) -> bytes:
        """The contents of whole lines."""
        *lines, last = (self._line + block).split(b"\n")
        self._sound = self._sound and len(last) <= LINE_MAX
        self._line = last[: LINE_MAX + 1]
        return b"".join(map(self._decoded, lines))

    def end(self) -> bytes:
        """The last line, where its end is missing."""
        return self._decoded(self._line)

    def _decoded(self, line: bytes) -> bytes:
        line = line.rstrip(b"\r")
        if not self._begun:
            self._begun = self._sound = bool(BEGIN.match(line))
        elif line.rstrip() == END:
            self._begun, self.whole = False, self._sound
        elif line:
            return self._octets(line)
        return b""

    def _octets(self, line: bytes) -> bytes:
        """A line says how much it holds; some programs write more behind that."""
        letters = ((line[0] - 32 & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[:letters])
        except binascii.Error:
            self._sound = False
            return b""
