"""Whether a channel is one in which a service may be told of its files."""

from datetime import datetime, timedelta

from bot.clock import Clock
from bot.outbox import Undeliverable
from handlers.slack.calling import Caller

KNOWN_FOR = timedelta(minutes=5)
"""How long it is believed that a channel is fit: one that is made public is told nothing after so long."""


class Places:
    """Asks Slack who can read a channel."""

    def __init__(self, caller: Caller, clock: Clock) -> None:
        self._caller, self._clock = caller, clock
        self._fit: dict[str, datetime] = {}

    async def check(self, place: str) -> None:
        """Raises `Undeliverable` where everybody, or another organisation, can read it, and else as `Caller.call`."""
        now, known = self._clock.now(), self._fit.get(place)
        if known and now - known < KNOWN_FOR:
            return
        self._fit.pop(place, None)
        found = (await self._caller.call(place, lambda client: client.conversations_info(channel=place)))["channel"]
        if not found.get("is_private"):
            raise Undeliverable(f"the channel {place} is public: names of children's files are not for everybody")
        if found.get("is_ext_shared") or found.get("is_pending_ext_shared"):
            raise Undeliverable(f"the channel {place} is shared with another organisation")
        self._fit[place] = now
