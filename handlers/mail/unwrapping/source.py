"""Octets that come in blocks, read by the piece: what binary formats need that say how long each thing is."""

from collections.abc import Iterable, Iterator

TAKEN_MAX = 1 << 18
"""Octets taken at once; longer things are streamed."""


class Broken(Exception):
    """It ends in the midst of something, or is not of its format at all."""


def gathered(pieces: Iterable[bytes], least: int = 1 << 16) -> Iterator[bytes]:
    """The same octets in blocks of at least so many: whoever reads on looks at each block as a whole. Broken: after all
    that came before has been handed on."""
    block = bytearray()
    try:
        for piece in pieces:
            block += piece
            if len(block) >= least:
                yield bytes(block)
                block.clear()
    except Broken:
        yield bytes(block)
        raise
    yield bytes(block)


class Source:
    """Read from front to back, once."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._block = memoryview(b"")

    def take(self, count: int) -> bytes:
        """So many octets. Broken: there are fewer, or that is more than anything taken at once has."""
        if count > TAKEN_MAX:
            raise Broken("longer than such a thing is")
        return b"".join(self.stream(count))

    def number(self, octets: int) -> int:
        """An unsigned number of so many octets, the least significant first."""
        return int.from_bytes(self.take(octets), "little")

    def stream(self, count: int) -> Iterator[bytes]:
        """The next octets, block by block. Broken: there are fewer."""
        while count:
            piece = self.some(count)
            if not piece:
                raise Broken("it ends in the midst of something")
            count -= len(piece)
            yield piece

    def skip(self, count: int) -> None:
        """Pass over so many octets. Broken: there are fewer."""
        for _ in self.stream(count):
            pass

    def some(self, most: int) -> bytes:
        """The next octets, at most so many; none at the end."""
        while not self._block:
            block = next(self._blocks, None)
            if block is None:
                return b""
            self._block = memoryview(block)
        piece, self._block = self._block[:most], self._block[most:]
        return bytes(piece)
