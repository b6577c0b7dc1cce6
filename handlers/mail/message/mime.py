"""A message taken apart in a stream (RFC 2045, RFC 2046): its parts in order, in memory that its size does not change.

The tree is walked in one pass. What is nested is told apart by the boundaries of all that encloses it, so that a
missing closing line ends with the next boundary further out, and a boundary that begins like another is not taken for it.
"""

import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

from bot.arrival import Unreadable
from handlers.mail.message.head import HEAD_BYTES_MAX, Head
from handlers.mail.message.parameters import Field
from handlers.mail.message.part import DEPTH_MAX, TOO_DEEP, Cut, Inside, Part, encoding_of

__all__ = ["DEPTH_MAX", "Cut", "Inside", "Part", "parts"]

BLOCK_BYTES = 1 << 17
"""Octets looked at in one go: some four times as many are held meanwhile, and more at once are no quicker."""
BOUNDARY_MAX = 256
"""Octets of a boundary; RFC 2046 allows 70."""
PADDING_MAX = 128
"""Blanks after a boundary, which RFC 2046 lets a relay add."""
LINE_MAX = BOUNDARY_MAX + PADDING_MAX + 8
"""Octets of a line that may be a boundary's."""
PARTS_MAX = 1000
"""Header sections in one message: of itself, its parts, attached messages and theirs (lesson L37)."""
HEADS_BYTES_MAX = 1 << 22
"""Octets of all header sections together."""

END_OF_HEAD = re.compile(rb"\n(\r?\n)")
NO_HEAD = re.compile(rb"\r?\n(?!\r?\n|[!-9;-~]+[ \t]*:|[ \t]|>?From )[^\n]*\n")
"""A first line that is no field: then there are no fields at all, and the text begins with it."""
LINE_END = re.compile(rb"\A\r?\n")
BOUNDARY_LINE = rb"\n--(?P<boundary>%b)(?P<close>--)?[ \t]{0,%d}(?=\r?\n)"
GUESS = rb"[!-~]{1,256}?"
"""Stands for the boundary of a multipart whose header does not name it: the first line that looks like one."""

MESSAGE = "message/rfc822"
MESSAGES = {MESSAGE, "message/global"}
"""RFC 2046, section 5.2.1; RFC 6532, section 3.7."""
PLAIN = {"", "7bit", "8bit", "binary"}
"""Encodings under which an attached message stands there as it is (RFC 2046, section 5.2.1)."""


@dataclass
class Enclosure:
    """What the present place is in: a multipart or an attached message."""

    number: int
    type: str
    boundary: bytes | None
    """b"" for an attached message, which has none; None while it is yet to be guessed."""


def parts(chunks: Iterable[bytes], inside: Inside | None = None) -> Iterator[Part | bytes | Cut]:
    """Each part, followed by its contents as they stand (still encoded), block by block. Unreadable: hostile."""
    walk = _Walk(inside or Inside())
    for chunk in chunks:
        for start in range(0, len(chunk), BLOCK_BYTES):
            yield from walk.feed(chunk[start : start + BLOCK_BYTES])
    yield from walk.end()


class _Walk:
    """Where the walk stands. The buffer begins with a line end or in mid-line, never at the start of a line."""

    def __init__(self, inside: Inside) -> None:
        self.inside = inside
        self.buffer = b"\n"
        self.enclosures: list[Enclosure] = []
        self.boundary_line: re.Pattern[bytes] | None = None
        self.in_head = True
        self.skipping = False
        """Before the first boundary or after the last: for nobody to read."""
        self.fresh = False
        """The line end at the start of the buffer is that of the empty line which ended the header."""
        self.heads = self.leaves = 0

    def feed(self, block: bytes) -> Iterator[Part | bytes | Cut]:
        """As much as can be told so far."""
        self.buffer += block
        while (yield from self._head() if self.in_head else self._body()):
            pass

    def end(self) -> Iterator[Part | bytes | Cut]:
        """What is left at the end of the message."""
        yield from self.feed(b"\n")  # a boundary's line may lack its end
        if self.in_head:
            yield from self._enter(self.buffer)
        else:
            yield from self._contents(self.buffer[:-1])
        yield from self._unclosed(self.enclosures)
        if not self.inside.embedded:  # an attached message may have been stored so long ago
            self.inside.reading.cut_short |= _is_unclosed(self.enclosures)

    def _unclosed(self, enclosures: list[Enclosure]) -> Iterator[Cut]:
        """What ends here without having been closed, and with it the part that was being read, if one was."""
        if _is_unclosed(enclosures) and not self.skipping and not self.in_head:
            yield Cut.SHORT

    def _head(self) -> Generator[Part | bytes | Cut, None, bool]:
        """Take a header section, if it is all there."""
        seen = self.buffer[:HEAD_BYTES_MAX]
        if (end := self._end_of_head(seen)) is not None:
            self.buffer, self.fresh = self.buffer[end:], True
            yield from self._enter(seen[:end])
            return True
        if len(self.buffer) > HEAD_BYTES_MAX:
            raise Unreadable("a header section in it is far longer than any program writes")
        return False

    def _end_of_head(self, seen: bytes) -> int | None:
        """Where the header ends, and the line end before the contents begins."""
        if NO_HEAD.match(seen):
            return 0
        end = END_OF_HEAD.search(seen)
        boundary = self._boundary(seen[: end.start() + 1] if end else seen)
        return boundary[0] if boundary else end.start(1) if end else None

    def _enter(self, raw: bytes) -> Iterator[Part]:
        """Go into what this header begins: a multipart, an attached message, or contents."""
        head = self._counted(raw)
        kind = Field.parse(head.first("Content-Type") or "")
        if kind.value and "/" not in kind.value and not kind.value.startswith("text") and kind.get("name"):
            kind = Field("application/octet-stream", kind.parameters)  # malformed, but certainly no letter
        if "/" not in kind.value:  # RFC 2045, section 5.2; in a digest RFC 2046, section 5.1.5
            digest = self.enclosures and self.enclosures[-1].type == "multipart/digest"
            kind = Field(MESSAGE if digest else "text/plain", kind.parameters)
        attached = kind.value in MESSAGES and encoding_of(head) in PLAIN
        multipart = kind.value.startswith("multipart/")
        self.in_head, self.skipping = attached, multipart
        if attached or multipart:
            self._enclose(
                Enclosure(self.heads, MESSAGE if attached else kind.value, b"" if attached else _boundary_of(kind))
            )
        else:
            self.leaves += 1
            yield self._part(head, kind)

    def _counted(self, raw: bytes) -> Head:
        """The header, within what is allowed altogether."""
        head, read = Head.parse(raw.lstrip(b"\r\n")), self.inside.reading
        self.heads += 1
        read.heads += 1
        read.heads_bytes += len(raw)
        if read.heads > PARTS_MAX or read.heads_bytes > HEADS_BYTES_MAX or head.cut:
            raise Unreadable("it has more parts or header fields than any program writes")
        return head

    def _enclose(self, enclosure: Enclosure) -> None:
        if len(self.enclosures) + self.inside.depth >= DEPTH_MAX:
            raise Unreadable(TOO_DEEP)
        self.enclosures.append(enclosure)
        self.boundary_line = _boundary_line(self.enclosures)

    def _part(self, head: Head, kind: Field) -> Part:
        types = [enclosure.type for enclosure in self.enclosures]
        prefix = self.inside.prefix
        alternatives = (f"{prefix}{each.number}" for each in self.enclosures if each.type == "multipart/alternative")
        return Part(
            number=f"{prefix}{self.leaves}",
            head=head,
            kind=kind,
            alternative=next(alternatives, None),
            related="multipart/related" in types,
            embedded=self.inside.embedded or MESSAGE in types,
            encrypted="multipart/encrypted" in types,
        )

    def _body(self) -> Generator[Part | bytes | Cut, None, bool]:
        """Hand on contents up to the next boundary, or as far as none can begin."""
        if found := self._boundary(self.buffer):
            at, line = found
            yield from self._contents(self.buffer[:at])
            self.buffer = self.buffer[line.end() :]
            yield from self._pass(line)
            return True
        held = _line_end_before(self.buffer, self.buffer.rfind(b"\n", max(0, len(self.buffer) - LINE_MAX)))
        yield from self._contents(self.buffer[:held])
        self.buffer = self.buffer[held:]
        return False

    def _contents(self, block: bytes) -> Iterator[bytes]:
        if self.fresh and block:
            block, self.fresh = LINE_END.sub(b"", block, count=1), False
        if block and not self.skipping:
            yield block

    def _boundary(self, text: bytes) -> tuple[int, re.Match[bytes]] | None:
        """The first boundary's line, and where the line end that belongs to it begins."""
        # Most of a large message is base64, which has no dash: that is told in no time.
        if self.boundary_line is None or (dash := text.find(b"-")) < 0:
            return None
        if (start := text.find(b"\n--", max(0, dash - 1))) < 0:
            return None
        line = self.boundary_line.search(text, start)
        return (_line_end_before(text, line.start()), line) if line else None

    def _pass(self, line: re.Match[bytes]) -> Iterator[Cut]:
        """Go past a boundary: into the next part, or out of the multipart; and out of all that was left unclosed in it.

        A multipart that its program forgot to close is whole all the same; an attached message that was stored cut is not.
        """
        boundary = line["boundary"]
        named = [at for at, enclosure in enumerate(self.enclosures) if enclosure.boundary == boundary]
        guessed = [at for at, enclosure in enumerate(self.enclosures) if enclosure.boundary is None]
        at = (named or guessed)[-1]
        self.enclosures[at].boundary = boundary
        within = [each.type for each in self.enclosures[at + 1 :]]
        if MESSAGE in within:
            yield from self._unclosed(self.enclosures[at + 1 + within.index(MESSAGE) :])
        self.in_head, self.skipping = line["close"] is None, line["close"] is not None
        del self.enclosures[at + self.in_head :]
        self.boundary_line = _boundary_line(self.enclosures)


def _is_unclosed(enclosures: list[Enclosure]) -> bool:
    """Whether any of these is a multipart: attached messages need no end of their own."""
    return any(enclosure.boundary != b"" for enclosure in enclosures)


def _boundary_line(enclosures: list[Enclosure]) -> re.Pattern[bytes] | None:
    """What the lines look like that end a part here: exactly one of the boundaries (RFC 2046, section 5.1.1)."""
    boundaries = [GUESS if each.boundary is None else re.escape(each.boundary) for each in enclosures]
    known = b"|".join(boundary for boundary in reversed(boundaries) if boundary)
    return re.compile(BOUNDARY_LINE % (known, PADDING_MAX)) if known else None


def _boundary_of(kind: Field) -> bytes | None:
    """The boundary that a multipart's header names."""
    boundary = kind.get("boundary").rstrip().encode("utf-8", "replace")
    if len(boundary) > BOUNDARY_MAX:
        raise Unreadable("a boundary in it is longer than any program writes")
    return boundary or None


def _line_end_before(text: bytes, newline: int) -> int:
    """Where the line end begins that this line feed belongs to; without one (-1), before a carriage return at the end."""
    if newline < 0:
        return len(text) - text.endswith(b"\r")
    return newline - (text[newline - 1 : newline] == b"\r")
