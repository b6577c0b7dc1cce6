"""Calls of Slack's Web API: a refusal for good told from one for now, and places left alone for as long as Slack asks."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import Clock
from bot.outbox import Busy
from bot.parcels import Undeliverable
from handlers.slack.answer_cache import AnswerCache

RATE_LIMITED = 429
WAIT_SECONDS = 30.0
"""Where Slack asks to wait and does not say how long."""
WAIT_SECONDS_MIN, WAIT_SECONDS_MAX = 1.0, 600.0
"""So long is waited at the least and at the most, whatever is asked: Slack counts by the minute."""
CALL_SECONDS = 20
"""How long one call may take."""
FOR_NOW = frozenset({
    "fatal_error", "internal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited",
    "message_limit_exceeded", "accesslimited", "team_added_to_org",
})  # fmt: skip
"""Errors after which the same call may succeed (https://docs.slack.dev/reference/methods); all others are final."""

ACCOUNT = frozenset({
    "account_inactive", "app_access_denied", "invalid_auth", "missing_scope", "no_permission",
    "not_allowed_token_type", "not_authed", "org_login_required", "team_access_not_granted", "token_expired", "token_revoked",
})  # fmt: skip
"""Errors that are ours as a whole, not those of one message: an administrator can put them right."""
NO_FILE = frozenset({"file_not_found", "file_deleted"})
"""Errors that say that there is no such file any more."""
MEANING = {
    "account_inactive": "the app was removed from the workspace",
    "channel_not_found": "there is no such channel, or the bot is not in it",
    "invalid_auth": "it does not know the bot’s token",
    "is_archived": "the channel is archived",
    "missing_scope": "the bot lacks a permission",
    "not_in_channel": "the bot is not in the channel",
    "token_expired": "the bot’s token has expired",
    "token_revoked": "the bot’s token was revoked",
}
"""Of those that an administrator meets."""
OPEN_FOR = timedelta(minutes=5)
"""How long it is believed that somebody can still be written to."""

Call = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]


class Refusal(Undeliverable):
    """Slack refused a call for good."""

    def __init__(self, word: str) -> None:
        super().__init__(f"Slack says {word}" + (f", {MEANING[word]}" if word in MEANING else ""))
        self.word = word
        """Slack's own for why."""


class Caller:
    """Speaks to Slack for one bot."""

    def __init__(self, client: AsyncWebClient, clock: Clock) -> None:
        self.client, self._clock = client, clock
        self._closed_until: dict[str, datetime] = {}
        self._direct = AnswerCache[str](clock, OPEN_FOR)

    async def call(self, place: str, call: Call) -> AsyncSlackResponse:
        """Make a call that concerns this place, or the method's own name where it concerns none. Raises `Busy` while the
        place is to be left alone, `Refusal` where it is refused for good, and slack_sdk's and aiohttp's errors where it
        may yet succeed."""
        now, closed_until = self._clock.now(), self._closed_until.get(place)
        if closed_until and now < closed_until:
            raise Busy((closed_until - now).total_seconds())
        try:
            return await call(self.client)
        except SlackApiError as fault:
            raise self._meaning(place, fault) from fault

    async def ourselves(self) -> AsyncSlackResponse:
        """Who we are, as Slack sees it, and of which workspace. Raises as `call`."""
        return await self.call("auth.test", lambda client: client.auth_test())

    async def direct(self, user: str) -> str:
        """The conversation with this user alone. Raises as `call`."""
        if known := self._direct.said_of(user):
            return known
        opened = await self.call(user, lambda client: client.conversations_open(users=[user]))
        conversation = str(opened["channel"]["id"])
        self._direct.keep(user, conversation)
        return conversation

    def _meaning(self, place: str, fault: SlackApiError) -> Exception:
        response = fault.response
        status = getattr(response, "status_code", 200)
        if status == RATE_LIMITED:
            seconds = _seconds(response.headers.get("Retry-After"))
            self._closed_until[place] = self._clock.now() + timedelta(seconds=seconds)
            return Busy(seconds)
        error = _word(response)
        return Refusal(error) if error and error not in FOR_NOW and status < 500 else fault


def _seconds(asked: str | None) -> float:
    """How long to wait as Slack asks."""
    seconds = float(asked) if asked and asked.isdecimal() else WAIT_SECONDS
    return max(WAIT_SECONDS_MIN, min(seconds, WAIT_SECONDS_MAX))


def _word(response: Any) -> str:
    """Slack's own word for what is wrong."""
    try:
        return str(response.get("error") or "")
    except (AttributeError, ValueError):  # no JSON: some proxy, or Slack itself in trouble
        return ""
