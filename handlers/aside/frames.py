"""How the two processes speak: octets with the number of their request and their length before them, over pairs of sockets
that nobody else has."""

from collections.abc import Iterator
from struct import Struct

HEAD = Struct("!QQ")
"""The number of the request, and how many octets follow."""
BYTES_MAX = 32 * 1024 * 1024
"""Octets of one frame. A mail of ours is some kilobytes; a list of every file that a school ever sent is some megabytes."""


class Ended(Exception):
    """The other side is no more, or does not speak as it should."""


def framed(number: int, octets: bytes) -> bytes:
    """What is said of the request of this number."""
    return HEAD.pack(number, len(octets)) + octets


class Heard:
    """What the other side says, put together from whatever pieces it comes in."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, piece: bytes) -> None:
        """The next piece."""
        self._held += piece

    def frames(self) -> Iterator[tuple[int, bytes]]:
        """Those that are whole by now, each with the number of its request. Raises `Ended`."""
        while len(self._held) >= HEAD.size:
            number, length = HEAD.unpack_from(self._held)
            if length > BYTES_MAX:
                raise Ended
            end = HEAD.size + length
            if len(self._held) < end:
                return
            octets = bytes(memoryview(self._held)[HEAD.size : end])
            del self._held[:end]
            yield number, octets
