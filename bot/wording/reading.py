"""Reads the Markdown of a filled-in template into blocks (https://spec.commonmark.org, and tables)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from operator import attrgetter

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from bot.wording.letter import (
    Action,
    BadTemplate,
    Block,
    Bullets,
    Button,
    Heading,
    Line,
    Paragraph,
    Rule,
    Span,
    Table,
    spoken,
)
from bot.wording.values import HOLDER

PutBack = Callable[[str], str]

HEADING_LEVELS = {"h1": 1, "h2": 2, "h3": 3}
DO = "do:"
"""How the target of a link begins that is a button: the command that it stands for follows."""
WEB = ("https://", "http://")
"""How the address of a page begins, other than that of a mailbox."""


LOOK = attrgetter("strong", "code", "link")
"""All of a span but its words."""


def _markdown() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    # A link's target holds values set aside, which must come through as they are.
    reader.normalizeLink = lambda url: url  # type: ignore[method-assign] # markdown-it's documented way to override
    return reader


MARKDOWN = _markdown()
PARSED_MAX = 64
"""So many texts are kept as they were parsed: values are set aside, so letters of one kind are mostly the same text."""
PARSED_CHARACTERS_MAX = 8000
"""A longer text is one of many files, seldom of as many again, and what is kept of it is large."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A line in which some value is still set aside."""

    spans: Line

    def filled(self, put_back: PutBack) -> Line:
        return _joined(
            [Span(put_back(one.text), one.strong, one.code, one.link and put_back(one.link)) for one in self.spans]
        )


@dataclass(frozen=True, slots=True)
class _Draft:
    """A block as it was parsed: what makes it of its lines, values put back. Those without values are lines already."""

    make: Callable[..., Block]
    lines: tuple[Line | _Open, ...] = ()

    def filled(self, put_back: PutBack) -> Block:
        return self.make(*[line.filled(put_back) if isinstance(line, _Open) else line for line in self.lines])


def blocks(markdown: str, put_back: PutBack) -> tuple[Block, ...]:
    """What the Markdown says, values put back. Raises `BadTemplate` at Markdown that letters do not use.

    `put_back`: changes nothing of a text but the characters that hold values.
    """
    parse = _parsed if len(markdown) <= PARSED_CHARACTERS_MAX else _parsed.__wrapped__
    return tuple([one.filled(put_back) if isinstance(one, _Draft) else one for one in parse(markdown)])


@lru_cache(PARSED_MAX)
def _parsed(markdown: str) -> tuple[_Draft | Block, ...]:
    """Blocks without values are made once."""
    drafts = [_draft(node) for node in SyntaxTreeNode(MARKDOWN.parse(markdown)).children]
    return tuple(one if any(isinstance(line, _Open) for line in one.lines) else one.filled(str) for one in drafts)


def _draft(node: SyntaxTreeNode) -> _Draft:
    if node.type not in DRAFTS:
        raise BadTemplate(f"letters have no {node.type}")
    return DRAFTS[node.type](node)


def _heading(node: SyntaxTreeNode) -> _Draft:
    if node.tag not in HEADING_LEVELS:
        raise BadTemplate(f"letters have no headings below {max(HEADING_LEVELS)}")
    return _Draft(partial(Heading, level=HEADING_LEVELS[node.tag]), (_line(node),))


def _paragraph(node: SyntaxTreeNode) -> _Draft:
    titles = (str(one.attrs.get("title") or "") for one in node.walk() if one.type == "link")
    return _Draft(_said, (_line(node), _settled((Span("".join(titles)),))))


def _said(line: Line, titles: Line) -> Paragraph | Button | Action:
    return _pressed(line, titles) or _button(line) or _action(line) or Paragraph(line)


def _pressed(line: Line, titles: Line) -> Button | None:
    """`[Recall](<do:recall PR-7K3Q-M2XD> "The contents are destroyed at once.")`, and nothing besides; strong where it is
    what most will want to press."""
    if len(line) != 1 or not line[0].link.startswith(DO):
        return None
    word, _, argument = line[0].link.removeprefix(DO).partition(" ")
    return Button(word, argument, shown=line[0].text, warning=spoken(titles), primary=line[0].strong)


def _button(line: Line) -> Button | None:
    """«Reply `word argument` to …», where nothing else is to be typed."""
    if len(line) < 3 or line[0] != Span("Reply ") or not line[1].code or any(span.code for span in line[2:]):
        return None
    said = spoken(line[2:])
    if not said.startswith(" to ") or not said.endswith("."):
        return None
    word, _, argument = line[1].text.partition(" ")
    return Button(word, argument, said.removeprefix(" to ").removesuffix("."))


def _action(line: Line) -> Action | None:
    """`[Open this file](https://…)`, and nothing besides."""
    (url, *others) = dict.fromkeys(span.link for span in line) or [""]
    return Action(spoken(line), url) if url.startswith(WEB) and not others else None


def _bullets(node: SyntaxTreeNode) -> _Draft:
    return _Draft(lambda *items: Bullets(items), tuple(_line(_only(item)) for item in node.children))


def _only(item: SyntaxTreeNode) -> SyntaxTreeNode:
    if [child.type for child in item.children] != ["paragraph"]:
        raise BadTemplate("a bullet holds one paragraph and nothing else")
    return item.children[0]


def _table(node: SyntaxTreeNode) -> _Draft:
    rows = [[_line(cell) for cell in row.children] for part in node.children for row in part.children]
    if any(len(row) != 2 for row in rows):
        raise BadTemplate("a table has two columns: a label and its value")
    return _Draft(_rows, tuple(cell for row in rows for cell in row))


def _rows(*cells: Line) -> Table:
    return Table(tuple([row for row in zip(cells[::2], cells[1::2], strict=True) if row != ((), ())]))


DRAFTS: dict[str, Callable[[SyntaxTreeNode], _Draft]] = {
    "heading": _heading,
    "paragraph": _paragraph,
    "bullet_list": _bullets,
    "table": _table,
    "hr": lambda _: _Draft(Rule),
}


def _line(node: SyntaxTreeNode) -> Line | _Open:
    """The words of a heading, a paragraph or a cell."""
    return _settled(tuple(span for inline in node.children for span in _spans(inline, Span(""))))


def _settled(spans: Line) -> Line | _Open:
    is_open = any(HOLDER.search(words) for span in spans for words in (span.text, span.link))
    return _Open(spans) if is_open else _joined(spans)


def _joined(spans: Sequence[Span]) -> Line:
    """Neighbours of one look are one span, and none is empty."""
    joined: list[Span] = []
    for span in spans:
        if joined and LOOK(joined[-1]) == LOOK(span):
            joined[-1] = replace(span, text=joined[-1].text + span.text)
        else:
            joined.append(span)
    return tuple([span for span in joined if span.text])


def _spans(node: SyntaxTreeNode, look: Span) -> Iterator[Span]:
    for child in node.children:
        match child.type:
            case "text":
                yield replace(look, text=child.content)
            case "code_inline":
                yield replace(look, text=child.content, code=True)
            case "softbreak":
                yield replace(look, text=" ")
            case "strong":
                yield from _spans(child, replace(look, strong=True))
            case "link":
                yield from _spans(child, replace(look, link=str(child.attrs["href"])))
            case other:
                raise BadTemplate(f"letters have no {other}")
