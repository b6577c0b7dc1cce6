"""The MAPI properties in an Outlook parcel: numbers with values, read in a stream (MS-OXTNEF, section 2.1.3.4)."""

from collections.abc import Iterator
from dataclasses import dataclass

from handlers.mail.message.charset import decoded
from handlers.mail.unwrapping.source import TAKEN_MAX, Broken, Source

PROPERTIES_MAX = 5000
"""Properties of one message or file; Outlook writes some hundreds."""
VALUES_MAX = 10_000
"""Values of one property, each with a length of its own."""
NAMED = 0x8000
"""From this number on a property brings its name along."""
MANY = 0x1000
"""Set in the type of a property that has several values."""

STRING, UNICODE, BINARY, OBJECT = 0x1E, 0x1F, 0x0102, 0x0D
LENGTHS = {
    0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16,
}  # fmt: skip
"""Octets of a value of each type of one length, filled up to four."""


@dataclass
class Property:
    """One property, and where its value is to be read."""

    number: int
    kind: int
    length: int
    """Octets of the value."""
    value: Source

    def text(self, codepage: str) -> str:
        """The value in words; "" where it is none. Broken: it ends within."""
        if self.kind not in {STRING, UNICODE, BINARY}:
            return ""
        octets = self.value.take(min(self.length, TAKEN_MAX & ~1))
        charset = {UNICODE: "utf-16-le", BINARY: "utf-8"}.get(self.kind, codepage)  # pages are in whatever they say
        words = decoded(octets, charset, cut=self.length > len(octets))
        return words.partition("\0")[0]

    def integer(self) -> int:
        """The value as a number; 0 where it is none."""
        return self.value.number(self.length) if self.kind in LENGTHS else 0


def properties(source: Source) -> Iterator[Property]:
    """Each property that has one value; its value must be read before the next is asked for, if it is wanted. Broken: it
    ends within, or is no list of properties."""
    count = source.number(4)
    if count > PROPERTIES_MAX:
        raise Broken("more properties than any program writes")
    for _ in range(count):
        kind, number = source.number(2), source.number(2)
        if number >= NAMED:
            _skip_name(source)
        if kind & MANY:
            _skip_values(source, kind & ~MANY)
        else:
            yield from _single(source, number, kind)


def _single(source: Source, number: int, kind: int) -> Iterator[Property]:
    if kind in LENGTHS:
        length, padded = LENGTHS[kind], LENGTHS[kind]
    elif source.number(4) == 1:  # so many values of their own length
        length = source.number(4)
        padded = _padded(length)
    else:
        raise Broken("several values where one belongs")
    value = Source(source.stream(padded))
    yield Property(number, kind, length, value)
    while value.some(TAKEN_MAX):
        pass


def _skip_name(source: Source) -> None:
    """The name of a property: a set of names, and a number or words in it."""
    source.skip(16)
    by_words = source.number(4)
    source.skip(_padded(source.number(4)) if by_words else 4)


def _skip_values(source: Source, kind: int) -> None:
    count = source.number(4)
    if kind in LENGTHS:
        source.skip(count * LENGTHS[kind])
        return
    if count > VALUES_MAX:
        raise Broken("more values than any program writes")
    for _ in range(count):
        source.skip(_padded(source.number(4)))


def _padded(length: int) -> int:
    return (length + 3) & ~3
