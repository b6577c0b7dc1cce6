"""Blocks as HTML (docs.slack.dev/reference/block-kit/blocks)."""

from collections.abc import Callable, Iterable

from tests.slack.world import Json
from tests.slack_pictures.elements import element
from tests.slack_pictures.markup import Markup, joined, tag, words
from tests.slack_pictures.rich import rich


def drawn(blocks: Iterable[Json]) -> Markup:
    """These, one below the other."""
    return joined(tag("div", BLOCKS[block["type"]](block), look="block") for block in blocks)


def _header(block: Json) -> Markup:
    return tag("h2", words(block["text"]))


def _section(block: Json) -> Markup:
    text = [tag("p", words(block["text"]))] if "text" in block else []
    fields = (
        [tag("div", *(tag("p", words(one)) for one in block["fields"]), look="fields")] if "fields" in block else []
    )
    beside = [tag("div", element(block["accessory"]), look="accessory")] if "accessory" in block else []
    return tag("div", tag("div", *text, *fields), *beside, look="beside")


def _context(block: Json) -> Markup:
    return tag("div", *(tag("span", words(one)) for one in block["elements"]), look="context")


def _actions(block: Json) -> Markup:
    return tag("div", *map(element, block["elements"]), look="actions")


def _input(block: Json) -> Markup:
    optional = [tag("span", " (optional)", look="small")] if block.get("optional") else []
    hint = [tag("p", words(block["hint"]), look="small")] if "hint" in block else []
    return tag(
        "div", tag("p", tag("b", words(block["label"])), *optional), element(block["element"]), *hint, look="input"
    )


def _divider(_block: Json) -> Markup:
    return tag("hr")


BLOCKS: dict[str, Callable[[Json], Markup]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "divider": _divider,
    "rich_text": rich,
}
