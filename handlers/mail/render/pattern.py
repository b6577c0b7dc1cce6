"""What the layout comes to, once its style is written into it, for each thing that letters are made of; and letters put
together from that.
"""

import re
from collections.abc import Callable

from bot.wording import Action, Block, Bullets, Button, Heading, Letter, Line, Paragraph, Rule, Span, Table
from bot.wording.letter import BESIDE_CHARACTERS_MAX, NARROW_CHARACTERS_MAX

EDGE, WORDS = "\ue000", "\ue001"
"""Characters that nobody writes: they mark, in specimens, where one block ends, and where words stand."""
LEVELS = (1, 2, 3)
"""Of headings."""
LABELS = (NARROW_CHARACTERS_MAX, BESIDE_CHARACTERS_MAX, BESIDE_CHARACTERS_MAX + 1)
"""Characters of a table's longest label, one number for each look that it may have."""


class Pattern:
    """One layout."""

    def __init__(self, laid_out: Callable[[Letter], str]) -> None:
        """`laid_out`: a letter as a whole page."""
        self._laid_out = laid_out
        edge = Paragraph((Span(EDGE),))
        page = laid_out(Letter(EDGE, (edge, edge), EDGE))
        to_title, to_authority, to_paragraph, gap, rest = page.split(EDGE)
        self._after, self._before = _first_line(gap)
        begin, self._title = _last_line(to_title)
        self._title_end, lines = _first_line(to_authority)
        between, self._authority = _last_line(lines)
        self._authority_end = to_paragraph.removesuffix(self._before)
        self.fixed = (begin, between, rest.removeprefix(self._after))
        """Whole lines that are the same in all letters: before, between and after what `title` and `body` give."""
        self._learn()

    def _learn(self) -> None:
        word: Line = (Span(WORDS),)
        paragraph = self._pieces(Paragraph(word))
        self._paragraph = (paragraph[0], paragraph[1])
        self._code, self._strong, self._link = (
            [piece.removeprefix(paragraph[0]).removesuffix(paragraph[1]) for piece in self._pieces(Paragraph((span,)))]
            for span in (Span(WORDS, code=True), Span(WORDS, strong=True), Span(WORDS, link=WORDS))
        )
        self._headings = {level: self._pieces(Heading(word, level)) for level in LEVELS}
        self._action = self._pieces(Action(WORDS, WORDS))
        self._bullets = self._pieces(Bullets((word, word)))
        self._no_bullets = self._whole(Bullets(()))
        tables = [[Table((((Span(WORDS * length),), word),) * rows) for rows in (1, 3)] for length in LABELS]
        self._tables = {one.look: (self._pieces(one), self._pieces(more)) for one, more in tables}
        self._no_table = self._whole(Table(()))
        self._rule = self._whole(Rule())

    def _whole(self, block: Block) -> str:
        """The block within a page."""
        edge = Paragraph((Span(EDGE),))
        _, between, _ = self._laid_out(Letter("", (edge, block, edge), "")).split(EDGE)
        return between.removeprefix(self._after).removesuffix(self._before)

    def _pieces(self, block: Block) -> list[str]:
        """What stands before, between and after its words."""
        return re.split(f"{WORDS}+", self._whole(block))

    def title(self, letter: Letter) -> str:
        """The line with the subject."""
        return f"{self._title}{escaped(letter.subject)}{self._title_end}"

    def body(self, letter: Letter) -> str:
        """The lines with all else that a letter says."""
        authority = f"{self._authority}{escaped(letter.authority)}{self._authority_end}"
        return authority + "".join([self._block(block) for block in letter.blocks])

    def _block(self, block: Block) -> str:
        match block:
            case Table(rows):
                return self._table(block, rows) if rows else self._no_table
            case Paragraph() | Button():
                before, after = self._paragraph
                return f"{before}{self._line(block.line)}{after}"
            case Heading(line, level):
                before, after = self._headings[level]
                return f"{before}{self._line(line)}{after}"
            case Rule():
                return self._rule
            case Action(label, url):
                before, between, after = self._action
                return f"{before}{attribute(url)}{between}{escaped(label)}{after}"
            case Bullets(items):
                before, between, after = self._bullets
                return f"{before}{between.join(map(self._line, items))}{after}" if items else self._no_bullets

    def _table(self, table: Table, rows: tuple[tuple[Line, Line], ...]) -> str:
        """The last row has no line below it."""
        cells = [(self._line(label), self._line(value)) for label, value in rows]
        *others, (label, value) = cells
        alone, many = self._tables[table.look]
        if not others:
            return f"{alone[0]}{label}{alone[1]}{value}{alone[2]}"
        begin, within, next_row, _, to_last, within_last, end = many
        first = next_row.join([f"{one}{within}{other}" for one, other in others])
        return f"{begin}{first}{to_last}{label}{within_last}{value}{end}"

    def _line(self, line: Line) -> str:
        return "".join([self._span(span) for span in line])

    def _span(self, span: Span) -> str:
        words = escaped(span.text)
        if span.code:
            words = words.join(self._code)
        elif span.strong:
            words = words.join(self._strong)
        if span.link:
            before, between, after = self._link
            words = f"{before}{attribute(span.link)}{between}{words}{after}"
        return words


def _first_line(text: str) -> tuple[str, str]:
    """It, and what follows it."""
    end = text.index("\n") + 1
    return text[:end], text[end:]


def _last_line(text: str) -> tuple[str, str]:
    """What comes before it, and it."""
    begin = text.rindex("\n") + 1
    return text[:begin], text[begin:]


def escaped(words: str) -> str:
    """Words as HTML has them between elements (HTML Living Standard, «Serializing HTML fragments»)."""
    return words.replace("&", "&amp;").replace("\xa0", "&nbsp;").replace("<", "&lt;").replace(">", "&gt;")


def attribute(value: str) -> str:
    """The same within an element's attribute."""
    return value.replace("&", "&amp;").replace("\xa0", "&nbsp;").replace('"', "&quot;")
