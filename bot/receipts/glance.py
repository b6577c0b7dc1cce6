"""Notices a receipt among the files of a message while they stream past."""

import re

from bot.receipts.document import FORMAT_KEY

RECEIPT_BYTES_MAX = 1 << 20
"""Octets of a receipt: more than one comes to for as many files as a message may bring, with the longest names."""
BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]{0,64}\{")
HEAD_BYTES = 68
"""So many octets show whether it begins so."""
MARK = f'"{FORMAT_KEY}"'.encode()


class Glance:
    """Contents kept for as long as they may be those of a receipt."""

    def __init__(self) -> None:
        self._seen: bytearray | None = bytearray()

    def see(self, data: bytes) -> None:
        """The next piece of them."""
        if self._seen is None:
            return
        self._seen += data[: RECEIPT_BYTES_MAX + 1]
        too_long = len(self._seen) > RECEIPT_BYTES_MAX
        if too_long or (len(self._seen) >= HEAD_BYTES and not BEGINS.match(self._seen)):
            self._seen = None

    def contents(self) -> bytes | None:
        """All of them, where they are worth judging."""
        return bytes(self._seen) if self._seen and MARK in self._seen else None
