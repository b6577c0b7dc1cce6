"""A raw mail opened: the new text of its letter and its files, whose contents go to the vault as they stream past.

Memory does not grow with the mail. Nothing here decides what becomes of a file.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from bot.arrival import Attachment, Kept, Opened
from handlers.mail.footers import NOWHERE, Wordings
from handlers.mail.letter import Letter
from handlers.mail.mime import Part, parts
from handlers.mail.sorting import Sort, in_letter, sort
from handlers.mail.transfer import Decoder, decoder


class Sink(Protocol):
    """Where the contents of one part go. What it raises passes through, after every sink has been abandoned."""

    def write(self, data: bytes) -> None:
        """More of the contents, decoded."""

    def finish(self) -> Kept:
        """That was all. It may still be abandoned: a letter's last part may show that this was only a logo."""

    def abandon(self) -> None:
        """It is no file, or the mail cannot be read. Never raises; harmless when repeated."""


def open_message(chunks: Iterable[bytes], sink_for: Callable[[str], Sink], *, here: Wordings = NOWHERE) -> Opened:
    """Read a whole mail. `sink_for` is given the number of a part, counted from 1 and the same at every reading;
    `here` says what is put above and below letters.

    Unreadable: it is hostile; every sink has been abandoned.
    """
    opening = _Opening(sink_for, here)
    try:
        for event in parts(chunks):
            if isinstance(event, Part):
                opening.end()
                opening.begin(event)
            else:
                opening.write(opening.decoder.decode(event))
        opening.end()
        return opening.opened()
    except BaseException:
        opening.abandon()
        raise


@dataclass
class Candidate:
    """A part that may be a file."""

    part: Part
    sink: Sink
    kept: Kept | None = None
    """Once it is whole."""


class _Opening:
    """What is known while the mail streams past."""

    def __init__(self, sink_for: Callable[[str], Sink], here: Wordings) -> None:
        self.decoder: Decoder = decoder("")
        self._sink_for = sink_for
        self._letter = Letter(here)
        self._candidates: list[Candidate] = []
        self._pictures = False
        self._write: Callable[[bytes], None] | None = None

    def begin(self, part: Part) -> None:
        """A part begins."""
        self.decoder = decoder(part.encoding)
        match sort(part):
            case Sort.LETTER:
                self._letter.begin(part)
                self._write = self._letter.write
            case Sort.FILE if in_letter(part, self._letter.references):
                self._pictures = True
            case Sort.FILE:
                self._candidates.append(Candidate(part, self._sink_for(part.number)))
                self._write = self._candidates[-1].sink.write
            case Sort.NEITHER:
                pass

    def write(self, contents: bytes) -> None:
        """More of the present part, decoded."""
        if contents and self._write:
            self._write(contents)

    def end(self) -> None:
        """The present part, if there is one, is whole."""
        self.write(self.decoder.end())
        self._write = None
        if self._candidates and self._candidates[-1].kept is None:
            self._candidates[-1].kept = self._candidates[-1].sink.finish()

    def opened(self) -> Opened:
        """What the mail contains, now that all of the letter is known."""
        files: list[Attachment] = []
        for candidate in self._candidates:
            if in_letter(candidate.part, self._letter.references):
                self._pictures = True
                candidate.sink.abandon()
            elif candidate.kept:
                files.append(_attachment(candidate.part, candidate.kept))
        text = self._letter.new_text()
        return Opened(
            text=text, only_old=not text and self._letter.is_only_old(), attachments=tuple(files),
            only_pictures=self._pictures and not files,
        )  # fmt: skip

    def abandon(self) -> None:
        """Leave nothing behind."""
        for candidate in self._candidates:
            candidate.sink.abandon()


def _attachment(part: Part, kept: Kept) -> Attachment:
    return Attachment(
        part=part.number,
        name=part.name.text,
        size=kept.size,
        sha256=kept.sha256,
        object_id=kept.object_id,
        cut=part.name.cut,
    )
