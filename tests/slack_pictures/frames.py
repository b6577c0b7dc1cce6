"""What stands around blocks: a message and who says it, a dialogue, a home tab, and the page that shows them."""

from collections.abc import Sequence
from pathlib import Path

from tests.slack.world import Json
from tests.slack_pictures.blocks import drawn
from tests.slack_pictures.markup import Markup, joined, literal, tag, words

STYLE = Path(__file__).with_name("look.css")


def message(blocks: Sequence[Json], *, at: str = "13:01", aside: bool = False) -> Markup:
    """A message of ours. `aside`: only one person sees it."""
    private = [tag("p", "Only visible to you", look="small")] if aside else []
    who = tag("p", tag("b", "Postroom"), tag("span", "APP", look="app"), tag("span", at, look="small"))
    body = tag("div", *private, who, drawn(blocks), look="said")
    return tag("article", tag("div", "P", look="face", aria_hidden="true"), body, look="message")


def said(name: str, text: str, *files: str, at: str = "13:00") -> Markup:
    """A message of a person's, with the names of the files that they posted."""
    shown = (tag("p", name_of, look="file") for name_of in files)
    who = tag("p", tag("b", name), tag("span", at, look="small"))
    body = tag("div", who, *([tag("p", text)] if text else []), *shown, look="said")
    return tag("article", tag("div", name[0], look="face person", aria_hidden="true"), body, look="message")


def modal(view: Json) -> Markup:
    """A dialogue."""
    close = words(view.get("close") or {"type": "plain_text", "text": "Cancel"})
    buttons = [tag("button", close, look="button", type="button")]
    if "submit" in view:
        buttons.append(tag("button", words(view["submit"]), look="button primary", type="button"))
    title = tag("div", tag("h2", words(view["title"])), tag("span", "✕", look="small"), look="title")
    return tag("article", title, tag("div", drawn(view["blocks"])), tag("div", *buttons, look="foot"), look="modal")


def home(view: Json) -> Markup:
    """The tab of ours that somebody opens."""
    tabs = tag("p", tag("b", "Home"), tag("span", "Messages"), tag("span", "About"), look="tabs")
    return tag("article", tabs, drawn(view["blocks"]), look="home")


def page(title: str, shown: Sequence[str], style: str = "") -> str:
    """A whole page of these. `style`: the style itself, where the page is to stand alone; else it is beside it."""
    look = tag("style", Markup(style)) if style else tag("link", rel="stylesheet", href=STYLE.name)
    head = tag(
        "head", tag("meta", charset="utf-8"), tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"), tag("title", title), look,
    )  # fmt: skip
    return f"<!doctype html>\n{tag('html', head, tag('body', tag('main', joined(shown))), lang='en-GB')}\n"


def style() -> str:
    """Our own style."""
    return STYLE.read_text(encoding="utf-8")


def heading(text: str) -> Markup:
    """Words above what is shown."""
    return tag("p", literal(text), look="caption")
