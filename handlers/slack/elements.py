"""What blocks, menus and forms are made of (https://docs.slack.dev/reference/block-kit/composition-objects)."""

from collections.abc import Sequence
from typing import Any

from bot.wording import plain

OPTION_CHARACTERS_MAX = 75
"""Of what is read of an option, as Slack allows."""

Json = dict[str, Any]


def literal(text: str) -> Json:
    """Our words as an object in which Slack looks for nothing, neither notation nor emoji."""
    return {"type": "plain_text", "text": text, "emoji": False}


def option(text: str, value: str) -> Json:
    """Something that can be chosen; of a long text the beginning."""
    words = plain(text) or value
    shown = words if len(words) <= OPTION_CHARACTERS_MAX else f"{words[: OPTION_CHARACTERS_MAX - 1]}…"
    return {"text": literal(shown), "value": value}


def select(action: str, hint: str, options: Sequence[Json]) -> Json:
    """A menu of which one option is chosen."""
    return {"type": "static_select", "action_id": action, "placeholder": literal(hint), "options": options}
