"""What the bot must be allowed to do in Slack, and why: no more than this is asked for."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.settings import Slack


def _always(_: Slack) -> bool:
    return True


def _where_schools_post(slack: Slack) -> bool:
    """Elsewhere in a channel a mention carries its own words and files, and nothing else there is read."""
    return bool(slack.returns_channels)


def _where_copies_go(slack: Slack) -> bool:
    return slack.delete_copy


@dataclass(frozen=True)
class Scope:
    """One permission of the bot."""

    name: str
    """As Slack has it."""
    why: str
    """What it is needed for, as a sentence."""
    without: str
    """What does not work where it is missing, as the end of a sentence."""
    events: tuple[str, ...] = ()
    """What Slack tells the bot of by this permission."""
    is_needed: Callable[[Slack], bool] = _always
    is_heard: Callable[[Slack], bool] = _always
    """Whether Slack is to tell of those events."""


SCOPES = (
    Scope("chat:write", "Answers, receipts and announcements are messages.", "nobody is told anything"),
    Scope("commands", "People write /postroom.", "/postroom does not exist"),
    Scope(
        "im:history", "People write to the bot and send it files.", "what people write to the bot does not arrive",
        ("message.im",),
    ),
    Scope("im:write", "The bot writes to a person first, as when a file is received.", "nobody is told anything in private"),
    Scope(
        "app_mentions:read", "People mention the bot in a channel.", "a mention of the bot in a channel is not heard",
        ("app_mention",),
    ),
    Scope("files:read", "The bot fetches the files that people send it.", "no file can be taken in"),
    Scope("users:read", "The bot sees who is a guest, has left, or is of another workspace.", "nobody can be let in"),
    Scope(
        "users:read.email", "A person is found on the roster by the email address that Slack has confirmed.",
        "nobody is recognised by email",
    ),
    Scope(
        "channels:read", "Before anything is told in a public channel, it is looked who can read it.",
        "public channels cannot be checked",
    ),
    Scope(
        "groups:read", "The same for private channels, which services use.",
        "private channels, and who reads them, cannot be checked",
    ),
    Scope(
        "channels:history", "Schools post returns in a public channel.", "files posted in a public returns channel are not seen",
        ("message.channels",), _where_schools_post,
    ),
    Scope(
        "groups:history",
        "A card of which it is not known whether it arrived is looked for before it is posted again; and schools post returns in a "
        "private channel.",
        "a card may go by mail a second time, and files posted in a private returns channel are not seen",
        ("message.groups",), is_heard=_where_schools_post,
    ),
    Scope(
        "files:write", "The copy that Slack keeps of a return is deleted, where Slack lets an app do that.",
        "no copy of a return can be deleted from Slack", (), _where_copies_go,
    ),
)  # fmt: skip
"""Every permission that any configuration needs."""


def events(slack: Slack) -> list[str]:
    """What Slack is to tell the bot of."""
    return [event for scope in needed(slack) if scope.is_heard(slack) for event in scope.events]


def needed(slack: Slack) -> list[Scope]:
    """Those that this configuration needs."""
    return [scope for scope in SCOPES if scope.is_needed(slack)]
