"""A letter as plain text: 72 columns, in which commands and names are never broken."""

import re
import textwrap
from collections.abc import Iterator

from bot.wording import Action, Block, Bullets, Button, Heading, Letter, Line, Paragraph, Rule, Span, Table

WIDTH = 72
"""Columns, so that a reply that quotes it twice still fits 78 (RFC 5322, section 2.1.1)."""
LABEL_MAX = 26
"""Columns for the labels of a table; a longer label takes a line of its own."""
UNDERLINES = {1: "=", 2: "-"}
"""What headings are underlined with, by their level."""
UNDERLINE_MIN = 5
"""Columns; a shorter row of marks could be taken for the beginning of a signature."""
GLUE = "\x1f"
"""Stands for a space at which no line may be broken; no letter contains it, for values are freed of controls."""
ODD = re.compile(r"^ |(?:^| )[^\S ]+(?: |$)")
"""Words that begin with a space, or have white space of another kind between two."""
REPLY_ABOVE = "-- Please reply above this line --"
"""What is below it is not taken for a new comment when the answer quotes it (lesson L40)."""


def text(letter: Letter) -> str:
    """All of the letter but its subject."""
    parts = [REPLY_ABOVE, letter.authority, *("\n".join(_lines(block)) for block in letter.blocks)]
    return "\n\n".join(parts) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(line, level):
            heading = _wrapped(line)
            yield from heading
            if level in UNDERLINES:
                yield UNDERLINES[level] * max(UNDERLINE_MIN, min(WIDTH, max(map(len, heading), default=0)))
        case Paragraph(line) | Button(line=line):
            yield from _wrapped(line)
        case Action(label, url):
            yield from _wrapped((Span(f"{label}:"),))
            yield url
        case Bullets(items):
            for item in items:
                yield from _wrapped(item, "- ", "  ")
        case Table(rows):
            yield from _table(rows)
        case Rule():
            yield "-" * (WIDTH // 2)


def _table(rows: tuple[tuple[Line, Line], ...]) -> Iterator[str]:
    labels = ["".join(map(_words, label)).replace(GLUE, " ") for label, _ in rows]
    width = max((len(label) for label in labels if len(label) <= LABEL_MAX), default=0)
    indent = " " * (width + 2)
    for label, (_, value) in zip(labels, rows, strict=True):
        if len(label) > width:
            yield label
            yield from _wrapped(value, indent, indent)
        else:
            yield from _wrapped(value, label.ljust(width + 2), indent)


def _wrapped(line: Line, first: str = "", rest: str = "") -> list[str]:
    words = "".join(map(_words, line))
    if len(first) + len(words) <= WIDTH:
        return [(first + words).replace(GLUE, " ").rstrip()]
    return [one.replace(GLUE, " ").rstrip() for one in _broken(words, first, rest) or [first]]


def _broken(words: str, first: str, rest: str) -> list[str]:
    """As many words on each line as it holds, the spaces between them kept. A longer word stands alone, past the edge.

    `textwrap.wrap` does the same (a test compares the two) in ten times the time; it still does it where a word is nothing
    but white space of another kind, which it may drop.
    """
    if ODD.search(words):
        return textwrap.wrap(
            words, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
        )
    lines, indent = [], first
    while len(words) > (room := WIDTH - len(indent)):
        end = words.rfind(" ", 0, room + 1)
        if end < 0:
            end = words.find(" ")
        if end < 0:
            break
        lines.append(indent + words[:end])
        words, indent = words[end:].lstrip(" "), rest
    return [*lines, indent + words] if words else lines


def _words(span: Span) -> str:
    """The span as text: a command in backticks, a link by its address unless the words are the address."""
    words = f"`{span.text}`" if span.code else span.text
    if span.link and span.link.removeprefix("mailto:") != span.text:
        words = f"{words} ({span.link})"
    return words.replace(" ", GLUE) if span.code or span.strong else words
