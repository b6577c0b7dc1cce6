"""Whether a channel is one in which a service may be told of its files."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.clock import Clock
from bot.parcels import Undeliverable
from handlers.slack.answer_cache import AnswerCache
from handlers.slack.calling import Caller

KNOWN_FOR = timedelta(minutes=5)
"""How long it is believed that a channel is fit: one that is made public is told nothing after so long."""


class Places:
    """Asks Slack who can read a channel."""

    def __init__(self, caller: Caller, clock: Clock) -> None:
        self._caller = caller
        self._fit = AnswerCache[bool](clock, KNOWN_FOR)

    async def check(self, place: str) -> None:
        """Raises `Undeliverable` where everybody, or another organisation, can read it, and else as `Caller.call`."""
        if self._fit.said_of(place):
            return
        found = (await self._caller.call(place, lambda client: client.conversations_info(channel=place)))["channel"]
        if is_public(found):
            raise Undeliverable(f"the channel {place} is public: names of children's files are not for everybody")
        if is_shared(found):
            raise Undeliverable(f"the channel {place} is shared with another organisation")
        self._fit.keep(place, True)  # noqa: FBT003 - it is fit


def is_public(channel: Mapping[str, Any]) -> bool:
    """Whether everybody of the workspace can read a channel (https://docs.slack.dev/reference/objects/conversation-object)."""
    return not channel.get("is_private")


def is_shared(channel: Mapping[str, Any]) -> bool:
    """Whether another organisation reads it too, or is invited to (Slack Connect)."""
    return bool(channel.get("is_ext_shared") or channel.get("is_pending_ext_shared"))
