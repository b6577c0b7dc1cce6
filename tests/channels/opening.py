"""Opens mails in tests: contents stay in memory, and what became of every part is remembered."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.arrival import Kept, Opened
from handlers.mail.receive import open_message

RECORDED = Path(__file__).parent / "mail"
"""Mails as the programs of schools and officers write them."""


@dataclass
class MemorySink:
    """Keeps the contents of one part, and how it ended."""

    contents: bytearray = field(default_factory=bytearray)
    finished: bool = False
    abandoned: bool = False

    def write(self, data: bytes) -> None:
        assert not self.finished
        assert data, "an empty write says nothing"
        self.contents += data

    def finish(self) -> Kept:
        assert not self.finished
        assert not self.abandoned
        self.finished = True
        sha256 = hashlib.sha256(self.contents).hexdigest()
        return Kept(size=len(self.contents), sha256=sha256, object_id=sha256[:8])

    def abandon(self) -> None:
        self.abandoned = True


class HashSink:
    """Keeps no contents."""

    def __init__(self, part: str) -> None:
        self.part, self.size, self.hash = part, 0, hashlib.sha256()

    def write(self, data: bytes) -> None:
        self.size += len(data)
        self.hash.update(data)

    def finish(self) -> Kept:
        return Kept(size=self.size, sha256=self.hash.hexdigest(), object_id=self.part)

    def abandon(self) -> None:
        """Nothing is kept."""


@dataclass
class Vault:
    """All sinks of one mail, by part."""

    sinks: dict[str, MemorySink] = field(default_factory=dict)

    def sink_for(self, part: str) -> MemorySink:
        assert part not in self.sinks, "each part has one sink"
        self.sinks[part] = MemorySink()
        return self.sinks[part]

    def open(self, raw: bytes | Iterable[bytes]) -> Opened:
        return open_message([raw] if isinstance(raw, bytes) else raw, self.sink_for)

    def abandoned(self) -> list[str]:
        return [part for part, sink in self.sinks.items() if sink.abandoned]


def files_of(raw: bytes | Iterable[bytes]) -> list[tuple[str, bytes]]:
    """Names and contents of a mail's files."""
    vault = Vault()
    return [(file.name, bytes(vault.sinks[file.part].contents)) for file in vault.open(raw).attachments]


def text_of(raw: bytes) -> str:
    """The new text of a mail."""
    return Vault().open(raw).text


def crlf(text: str) -> bytes:
    """A mail written in a test, as it looks on the wire."""
    return text.lstrip("\n").replace("\n", "\r\n").encode()


def mixed(*parts: str, boundary: str = "b") -> bytes:
    """A multipart/mixed of these parts, each with its own header."""
    joined = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return crlf(f'Content-Type: multipart/mixed; boundary="{boundary}"\n\n{joined}--{boundary}--\n')


def attached(body: str, *, encoding: str = "base64", name: str = "a.pdf", kind: str = "application/pdf") -> str:
    """A part that is a file."""
    return (
        f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n"
        f'Content-Disposition: attachment; filename="{name}"\n\n{body}'
    )


def pieces(raw: bytes, size: int) -> Iterator[bytes]:
    """The same octets, so many at a time."""
    return (raw[at : at + size] for at in range(0, len(raw), size))
