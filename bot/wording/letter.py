"""A letter in blocks: what every channel draws in its own way. All text in it is literal, never markup."""

from dataclasses import dataclass
from typing import ClassVar, Literal


class BadTemplate(Exception):
    """A template that is not written as letters are: says how."""


@dataclass(frozen=True, slots=True)
class Span:
    """Some words of one look."""

    text: str
    strong: bool = False
    code: bool = False
    """To be typed or copied exactly as it stands, such as a command."""
    link: str = ""
    """Where the words lead, as a URL; empty: nowhere."""


NARROW_CHARACTERS_MAX = 6
"""Of a label: every number, and every code of a service, is no longer."""
BESIDE_CHARACTERS_MAX = 12
"""Of a label that stands beside its value on any screen; above it on a telephone where it is longer."""

Line = tuple[Span, ...]
"""Words that run on."""


def spoken(line: Line) -> str:
    """The words alone."""
    return "".join(span.text for span in line)


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins the letter, a part of it, or a part of that."""

    kind: ClassVar[str] = "heading"
    line: Line
    level: int = 2
    """1: the verdict, with which a letter begins; 2 and 3 below it."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One thought."""

    kind: ClassVar[str] = "paragraph"
    line: Line


@dataclass(frozen=True, slots=True)
class Bullets:
    """Things of one sort."""

    kind: ClassVar[str] = "bullets"
    items: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Facts: rows of a label and its value."""

    kind: ClassVar[str] = "table"
    rows: tuple[tuple[Line, Line], ...]

    @property
    def look(self) -> Literal["codes", "facts", "lines"]:
        """What its labels are, by the room that the longest needs: numbers or codes, words, whole sayings."""
        longest = max((len(spoken(label)) for label, _ in self.rows), default=0)
        if longest <= NARROW_CHARACTERS_MAX:
            return "codes"
        return "facts" if longest <= BESIDE_CHARACTERS_MAX else "lines"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line drawn across."""

    kind: ClassVar[str] = "rule"


@dataclass(frozen=True, slots=True)
class Button:
    """Something the reader can have done by one word. In chat a button, in mail «Reply `word argument` to label.»"""

    kind: ClassVar[str] = "button"
    word: str
    argument: str
    label: str = ""
    """What the word does, as it follows «to»."""
    shown: str = ""
    """What the button says in chat."""
    warning: str = ""
    """What its reader is asked to confirm first; empty: nothing."""
    primary: bool = False
    """It is what most will want to press."""

    @property
    def line(self) -> Line:
        """How mail says it."""
        command = f"{self.word} {self.argument}".strip()
        return (Span("Reply "), Span(command, code=True), Span(f" to {self.label}."))


@dataclass(frozen=True, slots=True)
class Action:
    """Something the reader does by following a link that stands by itself. In HTML it looks like a button."""

    kind: ClassVar[str] = "action"
    label: str
    url: str


Block = Heading | Paragraph | Bullets | Table | Rule | Button | Action


@dataclass(frozen=True, slots=True)
class Letter:
    """One notice in words."""

    subject: str
    """One line."""
    blocks: tuple[Block, ...]
    authority: str
    """Who speaks."""

    @property
    def buttons(self) -> tuple[Button, ...]:
        """What the reader can have done, in the order it is said."""
        return tuple(block for block in self.blocks if isinstance(block, Button))
