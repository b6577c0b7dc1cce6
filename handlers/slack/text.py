"""What a person wrote in Slack, as they saw it: Slack's own notation undone
(https://docs.slack.dev/messaging/formatting-message-text)."""

import html
import re
from collections.abc import Callable

MARKED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
"""A mention, a channel, or a link that Slack made, perhaps with the words that stand for it."""


def plain(text: str, me: str = "", named: Callable[[str], str] = str) -> str:
    """The words alone. `me`: the bot's own user id, of whose mention nothing is left; `named`: what a user is called."""

    def shown(found: re.Match[str]) -> str:
        target, label = found[1], found[2] or ""
        if target == f"@{me}":
            return ""
        if target.startswith("@"):
            return f"@{label or named(target[1:])}"
        if target.startswith(("#", "!")):
            return _place_or_group(target, label)
        return label or target.removeprefix("mailto:")

    return html.unescape(MARKED.sub(shown, text)).strip()


def sound(text: str) -> str:
    """The text without halves of characters, which nothing can store."""
    return text.encode("utf-8", "replace").decode()


def mentions(text: str, user: str) -> bool:
    """Whether this user is spoken to."""
    return re.search(rf"<@{re.escape(user)}(?:\||>)", text) is not None


def escaped(text: str) -> str:
    """Our words where Slack looks for its notation: nothing in them is any."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _place_or_group(target: str, label: str) -> str:
    """`<#C1|returns>`, `<!here>`, `<!subteam^S1|@office>`, `<!date^1788249600^{date}|1 September>`."""
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    return label or f"@{target[1:].partition('^')[0]}"
