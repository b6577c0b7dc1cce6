"""Calls of Slack's Web API: a refusal for good told from one for now, and places left alone for as long as Slack asks."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import Clock
from bot.outbox import Busy, Undeliverable

RATE_LIMITED = 429
WAIT_SECONDS = 30.0
"""Where Slack asks to wait and does not say how long."""
CALL_SECONDS = 20
"""How long one call may take."""
FOR_NOW = frozenset({
    "fatal_error", "internal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited",
    "message_limit_exceeded", "accesslimited", "team_added_to_org", "org_login_required",
})  # fmt: skip
"""Errors after which the same call may succeed (https://docs.slack.dev/reference/methods); all others are final."""

Call = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]


class Caller:
    """Speaks to Slack for one bot."""

    def __init__(self, client: AsyncWebClient, clock: Clock) -> None:
        self.client, self._clock = client, clock
        self._closed_until: dict[str, datetime] = {}
        self._direct: dict[str, str] = {}
        self._opening = asyncio.Lock()

    async def call(self, place: str, call: Call) -> AsyncSlackResponse:
        """Make a call that concerns this place. Raises `Busy` while the place is to be left alone, `Undeliverable` with
        Slack's word for it where it is refused for good, and slack_sdk's and aiohttp's errors where it may yet succeed."""
        now, closed_until = self._clock.now(), self._closed_until.get(place)
        if closed_until and now < closed_until:
            raise Busy((closed_until - now).total_seconds())
        try:
            return await call(self.client)
        except SlackApiError as fault:
            raise self._meaning(place, fault) from fault

    async def direct(self, user: str) -> str:
        """The conversation with this user alone. Raises as `call`."""
        async with self._opening:
            if user not in self._direct:
                opened = await self.call(user, lambda client: client.conversations_open(users=[user]))
                self._direct[user] = opened["channel"]["id"]
        return self._direct[user]

    def _meaning(self, place: str, fault: SlackApiError) -> Exception:
        response = fault.response
        status = getattr(response, "status_code", 200)
        if status == RATE_LIMITED:
            seconds = float(response.headers.get("Retry-After") or WAIT_SECONDS)
            self._closed_until[place] = self._clock.now() + timedelta(seconds=seconds)
            return Busy(seconds)
        error = _word(response)
        return Undeliverable(f"Slack says {error}") if error and error not in FOR_NOW and status < 500 else fault


def _word(response: Any) -> str:
    """Slack's own word for what is wrong."""
    try:
        return str(response.get("error") or "")
    except (AttributeError, ValueError):  # no JSON: some proxy, or Slack itself in trouble
        return ""
