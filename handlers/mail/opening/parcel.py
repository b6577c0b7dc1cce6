"""Outlook's parcel opened as a part of a mail: its files become files of the mail, its words spare words of the letter (L35)."""

from dataclasses import dataclass

from bot.arrival import Unreadable
from handlers.mail.message.head import Head
from handlers.mail.message.leaves import Contents
from handlers.mail.message.mime import PARTS_MAX
from handlers.mail.message.parameters import Field, Name, without_path
from handlers.mail.message.part import Inside, Part
from handlers.mail.opening.candidates import Candidate, Candidates
from handlers.mail.unwrapping import tnef
from handlers.mail.unwrapping.source import Broken, Source

NAMELESS = Name()
OBJECT = "winmail-object"
"""The fault of what only Outlook can open."""


@dataclass(frozen=True)
class Unpacked:
    """What a parcel held besides files."""

    words: tnef.Words | None = None
    missing: str = ""
    """Why something may be missing, as the name of a fault."""


@dataclass(frozen=True)
class Packed(Part):
    """A file in a parcel, as if it were a part of the mail."""

    title: Name = NAMELESS
    shown_as: str = ""

    @property
    def name(self) -> Name:
        """Its name as sent."""
        return self.title

    @property
    def content_id(self) -> str:
        """By what name the letter refers to it."""
        return self.shown_as


def unpack(part: Part, contents: Contents, inside: Inside, candidates: Candidates) -> Unpacked:
    """Take what the parcel holds. Unreadable: the mail is hostile."""
    unpacking, words = _Unpacking(part, inside, candidates), None
    try:
        for event in tnef.events(Source(contents.blocks)):
            if isinstance(event, tnef.Words):
                words = words or event
            else:
                unpacking.take(event)
    except Broken:
        candidates.broken(part.number, "", "winmail-broken" if contents.whole else "cut-short")
        return Unpacked(words)
    return Unpacked(words, unpacking.missing if unpacking.count else "winmail-empty")


class _Unpacking:
    """The files of one parcel."""

    def __init__(self, part: Part, inside: Inside, candidates: Candidates) -> None:
        self._part, self._inside, self._candidates = part, inside, candidates
        self.count = 0
        self.missing = ""
        """Why something without a name may be missing, as the name of a fault."""
        self._file: Candidate | None = None

    def take(self, event: tnef.Begin | bytes | tnef.End) -> None:
        """What is called how is told when it ends."""
        if isinstance(event, tnef.End):
            self._end(event)
        elif self._file and isinstance(event, bytes):
            self._file.sink.write(event)
        else:
            self._file = self._candidates.begin(self._packed(tnef.End()))

    def _end(self, told: tnef.End) -> None:
        """It is whole; or there is something that is no file outside Outlook."""
        if self._file:
            self._file.part = self._packed(told, number=self._file.part.number)
            self._file.end(whole=told.had, fault="winmail-broken")
        elif (packed := self._packed(told)).name.text:
            self._candidates.absent(packed.number, packed.name.text, OBJECT)
        else:
            self.missing = OBJECT
        self._file = None

    def _packed(self, told: tnef.End, number: str = "") -> Packed:
        if not number:
            number = f"{self._part.number}.{self._next()}"
        placed = "inline" if told.hidden else "" if told.content_id else "attachment"
        return Packed(
            number=number, head=Head((("Content-Disposition", placed),)), kind=Field(told.kind or "application/octet-stream"),
            alternative=None, related=False, embedded=self._part.embedded, title=without_path(told.name, cut=False),
            shown_as=told.content_id,
        )  # fmt: skip

    def _next(self) -> int:
        self.count += 1
        self._inside.reading.heads += 1
        if self._inside.reading.heads > PARTS_MAX:
            raise Unreadable("it has more parts or header fields than any program writes")
        return self.count
