"""What a person wrote in Slack, as they saw it: Slack's own notation undone
(https://docs.slack.dev/messaging/formatting-message-text)."""

import html
import re

MARKED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
"""A mention, a channel, or a link that Slack made, perhaps with the words that stand for it."""


def plain(text: str, me: str = "") -> str:
    """The words alone. `me`: the bot's own user id, of whose mention nothing is left."""
    return html.unescape(MARKED.sub(lambda found: _shown(found[1], found[2] or "", me), text)).strip()


def mentions(text: str, user: str) -> bool:
    """Whether this user is spoken to."""
    return re.search(rf"<@{re.escape(user)}(?:\||>)", text) is not None


def escaped(text: str) -> str:
    """Our words where Slack looks for its notation: nothing in them is any."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _shown(target: str, label: str, me: str) -> str:
    if target == f"@{me}":
        return ""
    if target.startswith(("@", "#", "!")):
        return f"{target[0]}{label}" if label else target
    return label or target.removeprefix("mailto:")
