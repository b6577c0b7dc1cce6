"""The `rich_text` block as HTML (docs.slack.dev/reference/block-kit/blocks/rich-text-block)."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.rules import calendar
from tests.slack.world import Json
from tests.slack_pictures.markup import Markup, literal, tag

NOW = datetime(2026, 9, 1, 14, 20, tzinfo=UTC)
"""When the pictures are looked at: the day of the examples."""
ZONE = ZoneInfo("Europe/London")
STYLES = {"bold": "b", "italic": "i", "strike": "s", "code": "code", "underline": "u"}


def rich(block: Json) -> Markup:
    """The block."""
    return tag("div", *(PARTS[part["type"]](part) for part in block["elements"]), look="rich")


def _section(part: Json) -> Markup:
    return tag("div", *map(span, part["elements"]), look="section")


def _list(part: Json) -> Markup:
    items = (tag("li", *map(span, item["elements"])) for item in part["elements"])
    return tag("ol" if part["style"] == "ordered" else "ul", *items, look=f"indent{part.get('indent', 0)}")


def _quote(part: Json) -> Markup:
    return tag("blockquote", *map(span, part["elements"]))


def _preformatted(part: Json) -> Markup:
    return tag("pre", *map(span, part["elements"]))


PARTS: dict[str, Callable[[Json], Markup]] = {
    "rich_text_section": _section,
    "rich_text_list": _list,
    "rich_text_quote": _quote,
    "rich_text_preformatted": _preformatted,
}


def span(element: Json) -> Markup:
    """Some words of one look."""
    content = SPANS[element["type"]](element)
    for style, has in (element.get("style") or {}).items():
        content = tag(STYLES[style], content) if has else content
    return content


def _link(element: Json) -> Markup:
    return tag("a", element.get("text") or element["url"], href=element["url"])


def _date(element: Json) -> Markup:
    at = datetime.fromtimestamp(element["timestamp"], UTC)
    tokens = {
        "{ago}": ago(at),
        "{date_long}": calendar.spoken_date(at.astimezone(ZONE).date()),
        "{time}": f"{at.astimezone(ZONE):%H:%M}",
    }
    text = str(element["format"])
    for token, value in tokens.items():
        text = text.replace(token, value)
    if "{" in text:
        raise ValueError(f"this moment is not drawn: {text}")
    return literal(text)


def ago(at: datetime) -> str:
    """How long ago that was, in the largest unit."""
    seconds = int((NOW - at).total_seconds())
    for name, unit in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= unit:
            return f"{seconds // unit} {name}{'' if seconds // unit == 1 else 's'} ago"
    return "just now"


SPANS: dict[str, Callable[[Json], Markup]] = {
    "text": lambda element: literal(element["text"]),
    "link": _link,
    "date": _date,
    "user": lambda element: tag("span", f"@{element['user_id']}", look="mention"),
    "channel": lambda element: tag("span", f"#{element['channel_id']}", look="mention"),
}
