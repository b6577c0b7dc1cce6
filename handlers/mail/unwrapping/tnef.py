"""Outlook's parcel, `winmail.dat`, unpacked in a stream (MS-OXTNEF; lesson L35).

A parcel is a row of attributes. A file's contents usually come before its name, so its name is told when it ends.
"""

import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from handlers.mail.message.parameters import NAME_MAX
from handlers.mail.unwrapping.properties import BINARY, OBJECT, STRING, Property, properties
from handlers.mail.unwrapping.source import TAKEN_MAX, Broken, Source

SIGNATURE = 0x223E9F78
ATTRIBUTES_MAX = 20_000
"""Attributes of one parcel: ten for each of more files than are taken."""
NESTED_MAX = 5
"""Messages attached to messages within one parcel (lesson L37)."""

OF_MESSAGE, OF_FILE = 1, 2
BODY, CODEPAGE, MESSAGE_PROPERTIES = 0x800C, 0x9007, 0x9003
FILE_BEGINS, FILE_TITLE, FILE_CONTENTS, FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
"""The lower half of an attribute's number; the upper is its type."""

PLAIN_BODY, PAGE_BODY = 0x1000, 0x1013
CONTENTS = 0x3701
DISPLAY_NAME, SHORT_NAME, LONG_NAME = 0x3001, 0x3704, 0x3707
CONTENT_TYPE, CONTENT_ID, HIDDEN = 0x370E, 0x3712, 0x7FFE
NAMES = (LONG_NAME, "title", SHORT_NAME, DISPLAY_NAME)
"""Where the name of a file may stand, the most trustworthy first."""
MESSAGE_INTERFACE = bytes.fromhex("0703020000000000c000000000000046")
"""Says that an object is a message, itself packed as a parcel."""
SUMMED = 256
"""Octets whose sum Adler's checksum (RFC 1950) tells exactly: it counts modulo 65521."""


@dataclass(frozen=True)
class Words:
    """What the letter says."""

    text: str
    is_page: bool


@dataclass(frozen=True)
class Begin:
    """A file begins; its contents follow, block by block, then its `End`."""


@dataclass(frozen=True)
class End:
    """A file has ended, or there was none of which this tells."""

    name: str = ""
    kind: str = ""
    """Its content type, in lower case, where that is said."""
    content_id: str = ""
    hidden: bool = False
    """Outlook shows it in the letter only."""
    had: bool = False
    """Its contents came, whole; without them it is something that only Outlook can open."""


Event = Words | Begin | bytes | End


@dataclass
class _File:
    """What is known of the present file."""

    names: dict[int | str, str] = field(default_factory=dict)
    end: End = field(default_factory=End)
    is_message: bool = False
    begun: bool = False


def events(source: Source, depth: int = 0) -> Iterator[Event]:
    """What a parcel holds, those of attached messages too (their words are not the letter's). Broken: it is damaged; what
    has ended before is whole."""
    if source.number(4) != SIGNATURE:
        raise Broken("it is no parcel of Outlook's")
    source.skip(2)
    yield from _Parcel(source, depth).events()


class _Parcel:
    """Where the reading stands."""

    def __init__(self, source: Source, depth: int) -> None:
        self.source, self.depth = source, depth
        self.codepage = "windows-1252"
        self.file: _File | None = None

    def events(self) -> Iterator[Event]:
        """Attribute by attribute; what follows the last is for nobody to read."""
        for _ in range(ATTRIBUTES_MAX):
            level = self.source.some(1)
            if level not in (b"\x01", b"\x02"):
                yield from self._end()
                return
            number, length = self.source.number(4) & 0xFFFF, self.source.number(4)
            yield from self._message(number, length) if level[0] == OF_MESSAGE else self._of_file(number, length)
        raise Broken("more attributes than any program writes")

    def _message(self, number: int, length: int) -> Iterator[Event]:
        body = Source(self.source.stream(length))
        if number == CODEPAGE:
            self.codepage = f"cp{body.number(4)}".replace("cp65001", "utf-8")
        elif self.depth == 0 and number == BODY:
            yield from _words(self._text(body.take(min(length, TAKEN_MAX))), is_page=False)
        elif self.depth == 0 and number == MESSAGE_PROPERTIES:
            yield from self._body(body)
        self._leave(body)

    def _body(self, body: Source) -> Iterator[Words]:
        """The letter's words; where its properties are damaged, its files may be sound all the same."""
        with suppress(Broken):
            for one in properties(body):
                if one.number in (PLAIN_BODY, PAGE_BODY):
                    yield from _words(one.text(self.codepage), is_page=one.number == PAGE_BODY)

    def _of_file(self, number: int, length: int) -> Iterator[Event]:
        if number == FILE_BEGINS:
            yield from self._end()
            self.file = _File()
        file = self.file = self.file or _File()
        if number == FILE_CONTENTS and not file.begun:
            yield from self._contents(length)
            return
        body = Source(self.source.stream(length))
        if number == FILE_TITLE:
            file.names["title"] = self._text(body.take(min(length, NAME_MAX)))
        elif number == FILE_PROPERTIES:
            with suppress(Broken):  # what is missing of the file shows in its end
                for one in properties(body):
                    yield from self._property(file, one)
        self._leave(body)

    def _property(self, file: _File, one: Property) -> Iterator[Event]:
        match one.number:
            case number if number in (DISPLAY_NAME, SHORT_NAME, LONG_NAME):
                file.names[number] = one.text(self.codepage)[:NAME_MAX]
            case n if n == CONTENT_TYPE:
                file.end = replace(file.end, kind=one.text(self.codepage)[:NAME_MAX].lower())
            case n if n == CONTENT_ID:
                file.end = replace(file.end, content_id=one.text(self.codepage)[:NAME_MAX].strip("<> "))
            case n if n == HIDDEN:
                file.end = replace(file.end, hidden=bool(one.integer()))
            case n if n == CONTENTS and one.kind == OBJECT and not file.begun:
                yield from self._object(file, one)
            case n if n == CONTENTS and one.kind == BINARY and not file.begun:
                file.begun = True
                yield Begin()
                yield from one.value.stream(one.length)
                file.end = replace(file.end, had=True)
            case _:
                pass

    def _object(self, file: _File, one: Property) -> Iterator[Event]:
        """A message attached to this one: its files count, it is none (lesson L37)."""
        if one.length < len(MESSAGE_INTERFACE) or one.value.take(len(MESSAGE_INTERFACE)) != MESSAGE_INTERFACE:
            return
        file.is_message = self.depth < NESTED_MAX
        try:
            yield from events(one.value, self.depth + 1) if file.is_message else ()
        except Broken:
            yield End()

    def _contents(self, length: int) -> Iterator[Event]:
        assert self.file  # noqa: S101 - its caller has seen to it
        self.file.begun = True
        yield Begin()
        total = 0
        for block in self.source.stream(length):
            total += _sum(block)
            yield block
        self.file.end = replace(self.file.end, had=total & 0xFFFF == self.source.number(2))

    def _end(self) -> Iterator[End]:
        """The present file has no more attributes."""
        file, self.file = self.file, None
        if file and (file.begun or not file.is_message):
            name = next((said for place in NAMES if (said := file.names.get(place, ""))), "")
            yield replace(file.end, name=name)

    def _text(self, octets: bytes) -> str:
        return Property(0, STRING, len(octets), Source([octets])).text(self.codepage)

    def _leave(self, body: Source) -> None:
        """Pass over what was not read of an attribute, and its checksum, which the last of a parcel may lack."""
        while body.some(TAKEN_MAX):
            pass
        for _ in range(2):
            self.source.some(1)


def _words(text: str, *, is_page: bool) -> Iterator[Words]:
    if text.strip():
        yield Words(text, is_page)


def _sum(block: bytes) -> int:
    """The sum of the octets."""
    return sum(zlib.adler32(block[at : at + SUMMED], 0) & 0xFFFF for at in range(0, len(block), SUMMED))
