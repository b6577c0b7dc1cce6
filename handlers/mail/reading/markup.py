"""HTML letters reduced to lines of text (lesson L39).

Not by the standard library's parser: a letter of 32 KB made on purpose keeps it busy for 12 seconds, four times as
long for twice the size, and another makes it raise. What is done here takes time in proportion to the letter.
"""

import html
import re
from typing import NamedTuple

from handlers.mail.reading import attribution
from handlers.mail.reading.clients import (
    ATTRIBUTION_ELEMENT,
    FRAME_ELEMENTS,
    QUOTATION_MARKS,
    QUOTED_BELOW_ELEMENTS,
    QUOTED_BELOW_STYLE,
    QUOTED_ELEMENTS,
    SIGNATURE_BEGINS,
    SIGNATURE_ELEMENTS,
)

TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<[!?][^<>]*>|<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9:-]*)(?P<attributes>[^<>]*)>", re.DOTALL
)
MARKS = re.compile(
    r"""(?<![\w-])(?:class|id|type|name)\s*=\s*(?:"([^"]{0,500})"|'([^']{0,500})'|([^\s"'>]{1,500}))""", re.IGNORECASE
)
HUGE_REFERENCE = re.compile(r"&#(?:[0-9]{8}|[xX][0-9a-fA-F]{7})[0-9a-fA-F]*;?")
"""No character has such a number, and the library's function would raise on it."""
BLANKS = re.compile(r"[ \t\r\n\f]+")

UNSEEN = frozenset({"script", "style", "title", "template", "svg", "textarea", "select", "noscript"})
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "table",
    "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
CELLS = frozenset({"td", "th"})
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "wbr"})
"""Elements without an end, which hold nothing."""

ABOVE_FORWARDED = FRAME_ELEMENTS | {ATTRIBUTION_ELEMENT}
FORWARDS = re.compile(r"(?:<[^<>]{0,500}>|\s|&nbsp;){0,20}-{3,}")
"""What Gmail writes above a forwarded letter, in every language, begins with dashes."""
LAST_PIECES = 20
"""Pieces of what was read last, in which the line above a quotation is looked for."""
ENDING = 8
"""Pieces, and characters of each, in which its end is."""
QUOTATION = ">"
"""Stands for a quotation that was passed over."""
SIGNATURE = "--"
"""Stands above a signature that has a beginning only."""
OLD_BELOW = "-----Original Message-----"
"""Stands where all that follows is old, also in later parts of the mail: Apple Mail divides a page around its files."""


class Page(NamedTuple):
    """An HTML letter, read."""

    lines: str
    """Its words, a line for each of its own."""
    marked: bool
    """Its program told by marks what is old in it, or a signature."""


def lines_of(page: str) -> str:
    """The words of an HTML letter, a line for each of its own, without what its program marks as old or as a signature.

    In place of a quotation there is a line `>`, above a signature without an end a line `--`, and at the end, if all that
    follows would be old, a line that says so.
    """
    return read(page).lines


def read(page: str) -> Page:
    """The same, and whether its program marked anything."""
    reader = _Reader(page)
    at = 0
    for token in TOKEN.finditer(page):
        reader.words(page[at : token.start()])
        at = token.end()
        if token["tag"]:
            reader.tag(token["tag"].lower(), token["attributes"], at, ends=bool(token["end"]))
        if reader.over:
            break
    else:
        reader.words(page[at:])
    return Page(reader.all_said(), reader.marked)


class _Reader:
    """What was read so far, and whether the present place is for nobody to read."""

    def __init__(self, page: str) -> None:
        self.said: list[str] = []
        self.over = False
        self.marked = False
        self._page = page
        self._passing = ""
        """The tag of the element that is passed over; "" while reading."""
        self._framed = False
        """What is passed over is a frame, which may be read from its first quotation on."""
        self._quoted = False
        """It is a quotation."""
        self._depth = 0
        self._preformatted = 0

    def all_said(self) -> str:
        """What was read, once the page is at its end."""
        if self.over or (self._passing and self._quoted):
            self._stand_in(OLD_BELOW)
        return "".join(self.said)

    def words(self, raw: str) -> None:
        """Text between tags."""
        if self._passing or not raw:
            return
        said = html.unescape(HUGE_REFERENCE.sub("\ufffd", raw))
        if not self._preformatted:
            said = BLANKS.sub(" ", said)
            if not self.said or self.said[-1][-1] in " \n":
                said = said.removeprefix(" ")
        if said:
            self.said.append(said)

    def tag(self, tag: str, attributes: str, at: int, *, ends: bool) -> None:
        """The beginning or end of an element; `at`: where the page goes on after it."""
        marks = set() if ends else _marks(attributes)
        if self._passing and not (self._framed and tag == "blockquote" and marks & QUOTATION_MARKS):
            self._pass_over(tag, ends=ends)
            return
        if not ends and self._begins_old(tag, attributes, marks, at):
            return
        if tag == "br":
            self.said.append("\n")
        elif tag in BLOCKS:
            self._begin_line()
        elif tag in CELLS and not ends:
            self.words(" ")
        if marks & SIGNATURE_BEGINS:
            self._stand_in(SIGNATURE)
        if tag == "pre":
            self._preformatted = 0 if ends else 1

    def _begins_old(self, tag: str, attributes: str, marks: set[str], at: int) -> bool:
        """Whether what begins here is not to be read; then it is passed over, or all is over."""
        forwards = marks & ABOVE_FORWARDED and FORWARDS.match(self._page, at)
        styled = tag == "div" and QUOTED_BELOW_STYLE.search(attributes)
        self.over = bool(marks & QUOTED_BELOW_ELEMENTS or forwards or styled)
        quoted = marks & QUOTED_ELEMENTS or (tag == "blockquote" and self._is_quotation(marks))
        framed = tag != "blockquote" and bool(marks & FRAME_ELEMENTS)
        old = quoted or framed or ATTRIBUTION_ELEMENT in marks or marks & SIGNATURE_ELEMENTS
        self.marked = self.marked or bool(self.over or old or marks & SIGNATURE_BEGINS)
        if quoted:
            self._stand_in(QUOTATION)
        if (old or tag in UNSEEN) and tag not in VOID and not attributes.endswith("/"):
            self._passing, self._depth, self._framed, self._quoted = tag, 1, framed, bool(quoted or framed)
        return self.over or bool(self._passing)

    def _is_quotation(self, marks: set[str]) -> bool:
        """Whether a blockquote is one: marked so, or below a line that says who wrote."""
        return bool(marks & QUOTATION_MARKS) or (self._ends_in_colon() and attribution.ends(self._last_lines()))

    def _ends_in_colon(self) -> bool:
        """Whether the last of what was read may be such a line."""
        return "".join(piece[-ENDING:] for piece in self.said[-ENDING:]).rstrip().endswith(attribution.ENDS)

    def _last_lines(self) -> list[str]:
        """The last of what was read."""
        pieces = (piece[-attribution.CHARACTERS_MAX :] for piece in self.said[-LAST_PIECES:])
        return "".join(pieces).replace("\u00a0", " ").split("\n")[-2 * attribution.LINES_MAX :]

    def _pass_over(self, tag: str, *, ends: bool) -> None:
        """Look for the end of the element that is passed over; others like it may be within."""
        if tag == self._passing:
            self._depth += -1 if ends else 1 - (tag in UNSEEN)
        if not self._depth:
            self._passing = ""
            self._begin_line()

    def _stand_in(self, line: str) -> None:
        """A line in place of what is not read, or above it."""
        self._begin_line()
        self.said.append(f"{line}\n")

    def _begin_line(self) -> None:
        if self.said and self.said[-1][-1] != "\n":
            self.said.append("\n")


def _marks(attributes: str) -> set[str]:
    """What an element is called, in lower case: its class, id, name and type."""
    return {mark.lower() for found in MARKS.findall(attributes) for mark in "".join(found).split()}
