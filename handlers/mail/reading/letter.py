"""The letter itself, gathered while a mail streams past: its words within a limit, and what its pages refer to."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from urllib.parse import unquote

from handlers.mail.message.charset import letter_decoded
from handlers.mail.message.part import Part
from handlers.mail.reading.footers import NOWHERE, Wordings
from handlers.mail.reading.markup import Page, lines_of, read
from handlers.mail.reading.text import is_only_old, new_text

TEXT_BYTES_MAX = 1 << 18
"""Octets of a letter that are kept; nobody writes that much, only quotes it."""
REFERENCES_MAX = 1000
"""Pictures of one letter that are remembered."""

REFERENCE = re.compile(rb"cid:([^\s\"'<>)]++)", re.IGNORECASE)
"""Taken whole, however long: what is within one is not looked at again, so that the time is linear."""
REFERENCE_MAX = 310
"""Octets of such a reference."""


@dataclass
class Piece:
    """One text part."""

    part: Part
    octets: bytearray = field(default_factory=bytearray)
    cut: bool = False

    def read(self) -> Page:
        """Its lines as text."""
        return read(self.decoded()) if self.is_page else Page(self.decoded(), marked=False)

    def decoded(self) -> str:
        """It as it came, in its character set."""
        return letter_decoded(bytes(self.octets), self.part.kind.get("charset"), cut=self.cut)

    @property
    def is_page(self) -> bool:
        """HTML."""
        return self.part.kind.value == "text/html"


class Letter:
    """All text parts of a mail."""

    def __init__(self, here: Wordings = NOWHERE) -> None:
        self._here = here
        self.references: set[str] = set()
        """Content ids, in lower case, of what its pages show."""
        self._pieces: list[Piece] = []
        self._spare = ""
        self._room = TEXT_BYTES_MAX
        self._seam = b""

    def begin(self, part: Part) -> None:
        """A text part begins."""
        self._pieces.append(Piece(part))
        self._seam = b""

    def write(self, octets: bytes) -> None:
        """More of it. An attached message's text is not this letter's, but its pages show pictures too."""
        piece = self._pieces[-1]
        if piece.is_page:
            self._refer(octets)
        if not piece.part.embedded:
            piece.cut = piece.cut or len(octets) > self._room
            piece.octets += octets[: self._room]
            self._room = max(0, self._room - len(octets))

    def add_spare(self, text: str, *, is_page: bool) -> None:
        """Words that count only where the letter has none of its own: those that Outlook packed (lesson L35)."""
        self._spare = self._spare or (lines_of(text) if is_page else text)

    def new_text(self) -> str:
        """What this person wrote: of each multipart/alternative one part."""
        return new_text(self._said(), self._here)

    def is_only_old(self) -> bool:
        """Whether nothing of it is new."""
        return is_only_old(self._said(), self._here)

    def _said(self) -> str:
        own = (piece for piece in self._pieces if not piece.part.embedded)
        groups = groupby(own, key=lambda piece: piece.part.alternative or piece.part.number)
        said = "\n".join(_said(pieces, self._here) for _, pieces in groups)
        return said if said.strip() else self._spare

    def pages(self) -> Iterator[str]:
        """Its pages as they came, with all their markup."""
        return (piece.decoded() for piece in self._pieces if piece.is_page and not piece.part.embedded)

    def _refer(self, octets: bytes) -> None:
        """Remember what the page shows, also where that stands across two blocks."""
        page = self._seam + octets
        for found in REFERENCE.finditer(page):
            is_whole = found.end() < len(page) and len(found[0]) < REFERENCE_MAX
            if is_whole and len(self.references) < REFERENCES_MAX:
                self.references.add(unquote(html.unescape(found[1].decode("latin-1"))).lower())
        self._seam = page[-REFERENCE_MAX:]


def _said(pieces: Iterable[Piece], here: Wordings) -> str:
    """What parts say that say the same in several ways; parts of no alternative come here one by one.

    The page counts where its program marked in it what is old, for plain text can tell less of that; else the plain text.
    What is blank never counts.
    """
    both = list(pieces)
    pages = [piece.read() for piece in both if piece.is_page]
    page = "\n".join(each.lines for each in pages)
    plain = "\n".join(piece.read().lines for piece in both if not piece.is_page)
    if any(each.marked for each in pages) and new_text(page, here):
        return page
    return plain if plain.strip() else page
