"""A raw mail opened: the new text of its letter and its files, whose contents go to the vault as they stream past.

Memory does not grow with the mail. Nothing here decides what becomes of a file.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from bot.arrival import Opened, Sink
from bot.preparing import OpenMessage
from bot.settings import Settings
from handlers.mail.message.leaves import Contents, leaves
from handlers.mail.message.part import Inside, Part
from handlers.mail.opening.candidates import Candidates
from handlers.mail.opening.hindrances import NOTE_BYTES_MAX, hindrance, says_removed
from handlers.mail.opening.parcel import unpack
from handlers.mail.opening.pasted import pasted
from handlers.mail.opening.sorting import Sort, in_letter, sort
from handlers.mail.reading.elsewhere import links
from handlers.mail.reading.footers import NOWHERE, Wordings
from handlers.mail.reading.letter import Letter
from handlers.mail.unwrapping import smime
from handlers.mail.unwrapping.source import Broken, Source


def open_message(chunks: Iterable[bytes], sink_for: Callable[[str], Sink], *, here: Wordings = NOWHERE) -> Opened:
    """Read a whole mail. `sink_for` is given the number of a part, counted from 1 and the same at every reading;
    `here` says what is put above and below letters.

    Unreadable: it is hostile; every sink has been abandoned.
    """
    opening = _Opening(sink_for, here)
    try:
        opening.read(chunks, opening.whole)
        return opening.opened()
    except BaseException:
        opening.candidates.abandon()
        raise


def reader_of(settings: Settings) -> OpenMessage:
    """How a raw mail is opened, as configured."""
    return partial(open_message, here=Wordings.of(settings.email.warnings, settings.email.disclaimers))


class _Opening:
    """What is known while the mail streams past."""

    def __init__(self, sink_for: Callable[[str], Sink], here: Wordings) -> None:
        self.whole = Inside()
        self.candidates = Candidates(sink_for)
        self._letter = Letter(here)
        self._missing: set[str] = set()
        self._pictures = self._messages = False

    def read(self, chunks: Iterable[bytes], inside: Inside) -> None:
        """A message: the mail itself, or one that was packed in it."""
        for part, contents in leaves(chunks, inside):
            self._messages = self._messages or part.embedded
            self._take(part, contents, inside)

    def _take(self, part: Part, contents: Contents, inside: Inside) -> None:
        match sort(part):
            case Sort.LETTER:
                self._letter.begin(part)
                for block in contents.blocks:
                    self._letter.write(block)
            case Sort.FILE if in_letter(part, self._letter.references):
                self._pictures = True
            case Sort.FILE:
                self._file(part, contents)
            case Sort.NOTE | Sort.HINDERED as what:
                self._instead(part, contents, is_note=what is Sort.NOTE)
            case Sort.MESSAGE | Sort.SIGNED | Sort.PARCEL as packing:
                self._packed(packing, part, contents, inside)
            case Sort.NEITHER:
                pass

    def _file(self, part: Part, contents: Contents) -> None:
        candidate = self.candidates.begin(part)
        for block in contents.blocks:
            candidate.sink.write(block)
        candidate.end(whole=contents.whole)

    def _instead(self, part: Part, contents: Contents, *, is_note: bool) -> None:
        """What stands in the place of a file; a note that it was taken out names none that its sender knows."""
        what = hindrance(part)
        if is_note:
            removed = says_removed(_beginning(contents.blocks).decode("latin-1"))
        else:
            removed = bool(what and what.fault == "removed")
        if removed:
            self._missing.add("removed")
        elif what:
            self.candidates.absent(part.number, "" if what.is_letter else part.name.text, what.fault)

    def _packed(self, packing: Sort, part: Part, contents: Contents, inside: Inside) -> None:
        """What may hold files and words of its own."""
        if packing is Sort.MESSAGE:
            self._messages = True
            self.read(contents.blocks, inside.packed(part.number, embedded=True))
        elif packing is Sort.SIGNED:
            self._signed(part, contents, inside)
        else:
            self._parcel(part, contents, inside)

    def _parcel(self, part: Part, contents: Contents, inside: Inside) -> None:
        unpacked = unpack(part, contents, inside, self.candidates)
        if unpacked.missing:
            self._missing.add(unpacked.missing)
        if unpacked.words and not part.embedded:
            self._letter.add_spare(unpacked.words.text, is_page=unpacked.words.is_page)

    def _signed(self, part: Part, contents: Contents, inside: Inside) -> None:
        """A signed mail is read like one that is not: nothing is believed for its signature's sake (lesson L36)."""
        try:
            self.read(smime.content(Source(contents.blocks)), inside.packed(part.number, embedded=part.embedded))
        except smime.Hindered as fault:
            self.candidates.absent(part.number, "", str(fault))
        except Broken:
            self.candidates.broken(part.number, "", "smime-broken" if contents.whole else "cut-short")

    def opened(self) -> Opened:
        """What the mail contains, now that all of the letter is known."""
        self._pictures |= self.candidates.drop(lambda part: in_letter(part, self._letter.references))
        text = self._letter.new_text()
        text, encoded = pasted(text)
        for number, (name, fault) in enumerate(encoded, 1):
            self.candidates.absent(f"0.{number}", name, fault)
        files = self.candidates.attachments()
        return Opened(
            text=text,
            only_old=not text and self._letter.is_only_old(),
            attachments=files,
            only_pictures=self._pictures and not files,
            missing=self._why(text, bool(files)),
        )

    def _why(self, text: str, has_files: bool) -> tuple[str, ...]:
        """Why something may be missing."""
        found = [*sorted(self._missing), *links(text, self._letter.pages())]
        if self.whole.reading.cut_short and not self.candidates.has("cut-short"):
            found.insert(0, "mail-cut-short")
        if not has_files and says_removed(text):
            found.append("removed")
        if not has_files and self._messages:
            found.append("message-without-file")
        return tuple(dict.fromkeys(found))


def _beginning(blocks: Iterator[bytes]) -> bytes:
    said = bytearray()
    for block in blocks:
        said += block[: NOTE_BYTES_MAX - len(said)]
        if len(said) == NOTE_BYTES_MAX:
            break
    return bytes(said)
