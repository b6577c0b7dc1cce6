"""HTML from values: whatever is no `Markup` yet is text, and becomes literal."""

from collections.abc import Iterable
from html import escape

from tests.slack.world import Json

VOID = {"input", "hr", "meta", "link"}


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def literal(content: str) -> Markup:
    """The text as it is read."""
    return content if isinstance(content, Markup) else Markup(escape(content).replace("\n", "<br>"))


def joined(parts: Iterable[str]) -> Markup:
    """These, one after the other."""
    return Markup("".join(map(literal, parts)))


def tag(name: str, /, *content: str, look: str = "", **attributes: str) -> Markup:
    """An element; `look`: its classes."""
    pairs = ({"class": look} if look else {}) | {
        key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()
    }
    written = "".join(f' {key}="{escape(value)}"' for key, value in pairs.items())
    return Markup(f"<{name}{written}>" if name in VOID else f"<{name}{written}>{joined(content)}</{name}>")


def words(text: Json) -> Markup:
    """A text object. Of `mrkdwn` only what is literal in it too: we write no notation."""
    found = text["text"]
    if text["type"] == "mrkdwn" and any(mark in found for mark in "*_~`<>"):
        raise ValueError(f"notation is not drawn: {found}")
    return literal(
        found.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">") if text["type"] == "mrkdwn" else found
    )
