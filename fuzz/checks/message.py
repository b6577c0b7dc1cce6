"""Any octets opened as a mail (lessons L31 to L39): files only from parts that were read whole, and nothing left behind."""

import hashlib
import re
from dataclasses import dataclass, field

from bot.arrival import Kept, Opened, Unreadable
from handlers.mail.message.parameters import NAME_MAX
from handlers.mail.reading.letter import TEXT_BYTES_MAX
from handlers.mail.receive import open_message

NEVER_SHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\ufeff]")


@dataclass
class Sink:
    """Contents of one part, in memory."""

    contents: bytearray = field(default_factory=bytearray)
    kept: Kept | None = None
    abandoned: bool = False

    def write(self, data: bytes) -> None:
        """More of it."""
        assert data
        assert self.kept is None
        self.contents += data

    def finish(self) -> Kept:
        """That was all."""
        assert self.kept is None
        assert not self.abandoned
        sha256 = hashlib.sha256(self.contents).hexdigest()
        self.kept = Kept(size=len(self.contents), sha256=sha256, object_id=sha256[:8])
        return self.kept

    def abandon(self) -> None:
        """It is no file."""
        self.abandoned = True


def check(data: bytes) -> None:
    """However the octets come in pieces, the same is read of them."""
    whole, sinks = _opened([data])
    size = 1 + len(data) % 97
    pieces, _ = _opened([data[at : at + size] for at in range(0, len(data), size)])
    assert whole == pieces
    if whole is None:
        assert all(sink.abandoned for sink in sinks.values())
        return
    _check_text(whole.text)
    _check_files(whole, sinks, data)


def _opened(chunks: list[bytes]) -> tuple[Opened | None, dict[str, Sink]]:
    sinks: dict[str, Sink] = {}

    def sink_for(part: str) -> Sink:
        assert part not in sinks
        return sinks.setdefault(part, Sink())

    try:
        return open_message(chunks, sink_for), sinks
    except Unreadable:
        return None, sinks


def _check_text(text: str) -> None:
    assert len(text) <= TEXT_BYTES_MAX
    assert text == text.strip()
    assert not NEVER_SHOWN.search(text)


def _check_files(opened: Opened, sinks: dict[str, Sink], data: bytes) -> None:
    """Each file is one part's, whole; every other part's contents were abandoned, those of a broken file too."""
    files = {file.part: file for file in opened.attachments if not file.absent}
    absent = [file for file in opened.attachments if file.absent]
    assert len({file.part for file in opened.attachments}) == len(opened.attachments)
    assert set(files) == {part for part, sink in sinks.items() if not sink.abandoned}
    assert sum(file.size for file in files.values()) <= len(data) + 2 * len(files)
    assert not (opened.only_pictures and files)
    assert not any(file.object_id for file in absent)
    for part, file in files.items():
        assert sinks[part].kept == Kept(size=file.size, sha256=file.sha256, object_id=file.object_id)
        assert len(file.name) <= NAME_MAX
        assert not set(file.name) & {"/", "\\", "\r", "\n"}
