"""HTML letters reduced to lines of text (lesson L39).

Not by the standard library's parser: a letter of 32 KB made on purpose keeps it busy for 12 seconds, four times as
long for twice the size, and another makes it raise. What is done here takes time in proportion to the letter.
"""

import html
import re

from handlers.mail.clients import QUOTED_BELOW_ELEMENTS, QUOTED_ELEMENTS, SIGNATURE_ELEMENTS

TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<[!?][^<>]*>|<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9:-]*)(?P<attributes>[^<>]*)>", re.DOTALL
)
MARKS = re.compile(
    r"""\b(?:class|id|type)\s*=\s*(?:"([^"]{0,500})"|'([^']{0,500})'|([^\s"'>]{1,500}))""", re.IGNORECASE
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


def lines_of(page: str) -> str:
    """The words of an HTML letter, a line for each of its own, without what its program marks as old or as a signature."""
    reader = _Reader()
    at = 0
    for token in TOKEN.finditer(page):
        reader.words(page[at : token.start()])
        at = token.end()
        if token["tag"]:
            reader.tag(token["tag"].lower(), token["attributes"], ends=bool(token["end"]))
        if reader.over:
            break
    else:
        reader.words(page[at:])
    return "".join(reader.said)


class _Reader:
    """What was read so far, and whether the present place is for nobody to read."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.over = False
        self._passing = ""
        """The tag of the element that is passed over; "" while reading."""
        self._depth = 0
        self._preformatted = 0

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

    def tag(self, tag: str, attributes: str, *, ends: bool) -> None:
        """The beginning or end of an element."""
        if self._passing:
            self._pass_over(tag, ends=ends)
            return
        if not ends and self._begins_old(tag, attributes):
            return
        if tag == "br":
            self.said.append("\n")
        elif tag in BLOCKS:
            self._begin_line()
        elif tag in CELLS and not ends:
            self.words(" ")
        if tag == "pre":
            self._preformatted = 0 if ends else 1

    def _begins_old(self, tag: str, attributes: str) -> bool:
        """Whether what begins here is not to be read; then it is passed over, or all is over."""
        marks = {mark.lower() for found in MARKS.findall(attributes) for mark in "".join(found).split()}
        self.over = bool(marks & QUOTED_BELOW_ELEMENTS)
        cited = tag == "blockquote" and "cite" in marks
        unread = tag in UNSEEN or cited or marks & (QUOTED_ELEMENTS | SIGNATURE_ELEMENTS)
        if unread and not attributes.endswith("/"):
            self._passing, self._depth = tag, 1
        return self.over or bool(self._passing)

    def _pass_over(self, tag: str, *, ends: bool) -> None:
        """Look for the end of the element that is passed over; others like it may be within."""
        if tag == self._passing:
            self._depth += -1 if ends else 1 - (tag in UNSEEN)
        if not self._depth:
            self._passing = ""
            self._begin_line()

    def _begin_line(self) -> None:
        if self.said and self.said[-1][-1] != "\n":
            self.said.append("\n")
