"""A mail within `smime.p7m`: its content is read without trusting the signature around it (RFC 5652, RFC 8551; lesson L36).

BER as it really comes: lengths that are not told beforehand, and octets in pieces.
"""

from collections.abc import Iterator

from handlers.mail.unwrapping.source import TAKEN_MAX, Broken, Source, gathered

SEQUENCE, OBJECT_IDENTIFIER, OCTETS, CONTEXT_0 = 0x30, 0x06, 0x04, 0xA0
CONSTRUCTED = 0x20
END_OF_CONTENTS = 0
HIGH_TAG = 0x1F
LENGTH_OCTETS_MAX = 8
NESTED_MAX = 8
"""Octet strings within each other, and what is passed over without being read."""
ELEMENTS_MAX = 10_000
"""Elements that are passed over, and pieces of contents that may be of any size."""
PIECE_LEAST = 64
"""Octets of a piece of contents, on the average, where there are more pieces than that."""

SIGNED = bytes.fromhex("2a864886f70d010702")
KINDS = {
    SIGNED: "",
    bytes.fromhex("2a864886f70d010703"): "encrypted-smime",  # enveloped-data
    bytes.fromhex("2a864886f70d010704"): "encrypted-smime",  # signed-and-enveloped-data
    bytes.fromhex("2a864886f70d010706"): "encrypted-smime",  # encrypted-data
    bytes.fromhex("2a864886f70d0109100117"): "encrypted-smime",  # auth-enveloped-data (RFC 5083)
    bytes.fromhex("2a864886f70d0109100109"): "compressed-smime",  # compressed-data (RFC 3274)
}
"""What stands in it, by its object identifier, as the name of the fault that it is. The parameter smime-type lies."""


class Hindered(Exception):
    """It cannot be read on, as the name of a fault."""


def content(source: Source) -> Iterator[bytes]:
    """The content of signed data: a whole mail in its turn, or nothing where only certificates came.

    Hindered: it is encrypted or compressed. Broken: it is damaged.
    """
    _enter(source, SEQUENCE)
    kind = _identifier(source)
    if kind not in KINDS:
        raise Broken("no kind of content that mail programs send")
    if fault := KINDS[kind]:
        raise Hindered(fault)
    _enter(source, CONTEXT_0)
    _enter(source, SEQUENCE)
    for _ in ("version", "digest algorithms"):
        _pass_over(source)
    length = _enter(source, SEQUENCE)
    inner = source if length is None else Source(source.stream(length))
    _identifier(inner)
    following = inner.some(1)
    if following and following[0] == CONTEXT_0:
        _length(inner)
        yield from gathered(_Octets(inner).string())


class _Octets:
    """An octet string, in one piece or in many."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.pieces = self.size = 0

    def string(self) -> Iterator[bytes]:
        """Its octets."""
        tag = self.source.take(1)[0]
        if tag & ~CONSTRUCTED != OCTETS:
            raise Broken("no octets where they belong")
        yield from self._string(self.source, tag, NESTED_MAX)

    def _string(self, source: Source, tag: int, depth: int) -> Iterator[bytes]:
        length = _length(source)
        if tag == OCTETS:
            yield from self._piece(source, length)
        elif not depth:
            raise Broken("octets nested deeper than any program nests them")
        elif length is None:
            while (following := source.take(1)[0]) != END_OF_CONTENTS:
                yield from self._string(source, following, depth - 1)
            source.skip(1)
        else:
            inner = Source(source.stream(length))
            while following_octets := inner.some(1):
                yield from self._string(inner, following_octets[0], depth - 1)

    def _piece(self, source: Source, length: int | None) -> Iterator[bytes]:
        if length is None:
            raise Broken("a piece without a length")
        self.pieces += 1
        self.size += length
        if self.pieces > ELEMENTS_MAX + self.size // PIECE_LEAST:
            raise Broken("in smaller pieces than any program makes")
        yield from source.stream(length)


def _enter(source: Source, tag: int) -> int | None:
    """The length of what begins here, which must be this; None where it is not told."""
    if source.take(1)[0] != tag:
        raise Broken("it is no signed or encrypted mail")
    return _length(source)


def _identifier(source: Source) -> bytes:
    length = _enter(source, OBJECT_IDENTIFIER)
    if length is None or length > TAKEN_MAX:
        raise Broken("an identifier without end")
    return source.take(length)


def _length(source: Source) -> int | None:
    first = source.take(1)[0]
    if first < 0x80:
        return first
    octets = first & 0x7F
    if octets > LENGTH_OCTETS_MAX:
        raise Broken("a length of more octets than any program writes")
    return int.from_bytes(source.take(octets), "big") if octets else None


def _pass_over(source: Source) -> None:
    """One element, whatever it holds."""
    open_ended = 0
    for _ in range(ELEMENTS_MAX):
        tag = source.take(1)[0]
        if tag & HIGH_TAG == HIGH_TAG:
            raise Broken("a tag that no program writes here")
        length = _length(source)
        if length is None:
            open_ended += 1
        elif tag == END_OF_CONTENTS and open_ended:
            open_ended -= 1
        else:
            source.skip(length)
        if not open_ended:
            return
    raise Broken("more elements than any program writes")
