"""Reads the Markdown of a filled-in template into blocks (https://spec.commonmark.org, and tables)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from bot.wording.letter import Action, Block, Bullets, Button, Heading, Line, Paragraph, Rule, Span, Table, spoken

PutBack = Callable[[str], str]

HEADING_LEVELS = {"h1": 1, "h2": 2, "h3": 3}
DO = "do:"
"""How the target of a link begins that is a button: the command that it stands for follows."""
WEB = ("https://", "http://")
"""How the address of a page begins, other than that of a mailbox."""


class BadTemplate(Exception):
    """A template that is not written as letters are: says how."""


def _markdown() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    # A link's target holds values set aside, which must come through as they are.
    reader.normalizeLink = lambda url: url  # type: ignore[method-assign] # markdown-it's documented way to override
    return reader


MARKDOWN = _markdown()
PARSED_MAX = 64
"""So many texts are kept as they were parsed: values are set aside, so letters of one kind are mostly the same text."""
PARSED_CHARACTERS_MAX = 8000
"""A longer text is one of many files, seldom of as many again, and its tree is large."""


def blocks(markdown: str, put_back: PutBack) -> tuple[Block, ...]:
    """What the Markdown says, values put back. Raises `BadTemplate` at Markdown that letters do not use."""
    parse = _parsed if len(markdown) <= PARSED_CHARACTERS_MAX else _parsed.__wrapped__
    return tuple(_block(node, put_back) for node in parse(markdown).children)


@lru_cache(PARSED_MAX)
def _parsed(markdown: str) -> SyntaxTreeNode:
    """Whoever reads the tree changes nothing of it."""
    return SyntaxTreeNode(MARKDOWN.parse(markdown))


def _block(node: SyntaxTreeNode, put_back: PutBack) -> Block:
    if node.type not in BLOCKS:
        raise BadTemplate(f"letters have no {node.type}")
    return BLOCKS[node.type](node, put_back)


def _heading(node: SyntaxTreeNode, put_back: PutBack) -> Heading:
    if node.tag not in HEADING_LEVELS:
        raise BadTemplate(f"letters have no headings below {max(HEADING_LEVELS)}")
    return Heading(_line(node, put_back), HEADING_LEVELS[node.tag])


def _paragraph(node: SyntaxTreeNode, put_back: PutBack) -> Paragraph | Button | Action:
    line = _line(node, put_back)
    return _pressed(node, line, put_back) or _button(line) or _action(line) or Paragraph(line)


def _pressed(node: SyntaxTreeNode, line: Line, put_back: PutBack) -> Button | None:
    """`[Recall](<do:recall PR-7K3Q-M2XD> "The contents are destroyed at once.")`, and nothing besides; strong where it is
    what most will want to press."""
    if len(line) != 1 or not line[0].link.startswith(DO):
        return None
    word, _, argument = line[0].link.removeprefix(DO).partition(" ")
    titles = (str(one.attrs.get("title") or "") for one in node.walk() if one.type == "link")
    return Button(word, argument, shown=line[0].text, warning=put_back("".join(titles)), primary=line[0].strong)


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


def _bullets(node: SyntaxTreeNode, put_back: PutBack) -> Bullets:
    return Bullets(tuple(_line(_only(item), put_back) for item in node.children))


def _only(item: SyntaxTreeNode) -> SyntaxTreeNode:
    if [child.type for child in item.children] != ["paragraph"]:
        raise BadTemplate("a bullet holds one paragraph and nothing else")
    return item.children[0]


def _table(node: SyntaxTreeNode, put_back: PutBack) -> Table:
    rows = [[_line(cell, put_back) for cell in row.children] for part in node.children for row in part.children]
    if any(len(row) != 2 for row in rows):
        raise BadTemplate("a table has two columns: a label and its value")
    return Table(tuple((label, value) for label, value in rows if label or value))


def _rule(_node: SyntaxTreeNode, _put_back: PutBack) -> Rule:
    return Rule()


BLOCKS: dict[str, Callable[[SyntaxTreeNode, PutBack], Block]] = {
    "heading": _heading,
    "paragraph": _paragraph,
    "bullet_list": _bullets,
    "table": _table,
    "hr": _rule,
}


def _line(node: SyntaxTreeNode, put_back: PutBack) -> Line:
    """The words of a heading, a paragraph or a cell, neighbours of one look joined."""
    found = [span for inline in node.children for span in _spans(inline, Span(""), put_back)]
    alike = groupby(found, key=lambda span: replace(span, text=""))
    joined = (replace(look, text="".join(span.text for span in spans)) for look, spans in alike)
    return tuple(span for span in joined if span.text)


def _spans(node: SyntaxTreeNode, look: Span, put_back: PutBack) -> Iterator[Span]:
    for child in node.children:
        match child.type:
            case "text":
                yield replace(look, text=put_back(child.content))
            case "code_inline":
                yield replace(look, text=put_back(child.content), code=True)
            case "softbreak":
                yield replace(look, text=" ")
            case "strong":
                yield from _spans(child, replace(look, strong=True), put_back)
            case "link":
                yield from _spans(child, replace(look, link=put_back(str(child.attrs["href"]))), put_back)
            case other:
                raise BadTemplate(f"letters have no {other}")
