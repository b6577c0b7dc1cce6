"""What a message in quarantine holds: it is opened in memory, and nothing of it is kept."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.arrival import Hints, Kept, Opened, ReadHints, Sink, Unreadable
from bot.vault import Damaged, Destroyed, Vault

OpenMessage = Callable[[Iterator[bytes], Callable[[str], Sink]], Opened]

BEGINNINGS = (
    (b"%PDF", "PDF"), (b"PK\x03\x04", "ZIP or Office document"), (b"\xd0\xcf\x11\xe0", "older Office document"),
    (b"II*\x00", "TIFF picture"), (b"MM\x00*", "TIFF picture"), (b"\xff\xd8\xff", "JPEG picture"),
    (b"\x89PNG", "PNG picture"), (b"GIF8", "GIF picture"), (b"{\\rtf", "RTF document"), (b"MZ", "program"),
    (b"\x7fELF", "program"), (b"Rar!", "RAR archive"), (b"7z\xbc\xaf", "7z archive"), (b"<?xml", "XML"),
    (b"<html", "web page"), (b"<!DOCTYPE", "web page"),
)  # fmt: skip
"""What contents are by how they begin, whatever their name says."""
SEEN_BYTES = 64


@dataclass(frozen=True)
class Found:
    """One file in a message."""

    name: str
    size: int
    """Octets; 0 where it is not to be had."""
    kind: str
    """By its contents; empty where they are of no kind that is known."""


@dataclass(frozen=True)
class Looked:
    """What a message holds."""

    files: tuple[Found, ...] = ()
    text: str = ""
    """What was written."""
    hints: Hints = field(default_factory=Hints)
    hindrance: str = ""
    """Why it could not be looked into; empty where it could."""


class Reader(Protocol):
    """A channel, as far as it opens its raw messages without asking anybody."""

    def reader(self) -> OpenMessage:
        """How they are opened."""

    def hints(self) -> ReadHints | None:
        """How their heads are read; None where opening them asks the channel's servers."""


Readers = Mapping[str, Reader]


@dataclass
class _Glass:
    """Takes contents, and lets them go."""

    begins: bytearray = field(default_factory=bytearray)
    size: int = 0

    def write(self, data: bytes) -> None:
        """The next piece."""
        self.size += len(data)
        if len(self.begins) < SEEN_BYTES:
            self.begins += data[: SEEN_BYTES - len(self.begins)]

    def finish(self) -> Kept:
        """That was all."""
        return Kept(size=self.size, sha256="", object_id="")

    def abandon(self) -> None:
        """There is nothing to forget."""


def look_into(vault: Vault, readers: Readers, channel: str, object_id: str, sealed: bytes | None) -> Looked:
    """Open one raw message. Takes as long as reading it does. Raises `bot.vault.Unavailable`."""
    reader = readers.get(channel)
    read_hints = reader.hints() if reader else None
    if reader is None or read_hints is None:
        return Looked(hindrance="its files lie in the chat that it came from")
    try:
        hints = read_hints(vault.read(object_id, sealed))
        return _opened(reader.reader(), vault.read(object_id, sealed), hints)
    except (Damaged, Destroyed):
        return Looked(hindrance="its contents cannot be read any more")


def _opened(open_message: OpenMessage, raw: Iterator[bytes], hints: Hints) -> Looked:
    glasses: dict[str, _Glass] = {}

    def sink(part: str) -> Sink:
        return glasses.setdefault(part, _Glass())

    try:
        opened = open_message(raw, sink)
    except Unreadable as fault:
        return Looked(hints=hints, hindrance=f"it is not opened: {fault}")
    found = (Found(one.name, one.size, _kind(glasses.get(one.part))) for one in opened.attachments)
    return Looked(tuple(found), opened.text, hints)


def _kind(glass: _Glass | None) -> str:
    begins = bytes(glass.begins).lstrip() if glass else b""
    return next((kind for magic, kind in BEGINNINGS if begins.startswith(magic)), "")
