"""The one workspace in which our app is installed. What another one brings is refused, though it be signed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import structlog
from slack_bolt import BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackClientError

from bot.faults import of
from bot.outbox import Busy
from bot.parcels import Undeliverable
from handlers.slack.calling import Caller

log = structlog.get_logger()

Next = Callable[[], Awaitable[None]]
SILENT = (Busy, Undeliverable, SlackClientError, aiohttp.ClientError, TimeoutError, OSError)
"""Why Slack does not say who we are."""
NAMELESS = "Slack does not say who we are, so nothing is heard or told there; postroom doctor says why"
LOOK_SECONDS = 3.0
"""Nobody waits longer for a start."""
UNBOUND = "url_verification"
"""The type of the one call that is of no workspace."""


class Installation:
    """Asks Slack once which workspace our token is of."""

    def __init__(self, caller: Caller, bot_token: str, *, allow_connect: bool) -> None:
        """`allow_connect`: members of other workspaces may press what stands in a shared channel."""
        self._caller, self._bot_token, self._allow_connect = caller, bot_token, allow_connect
        self._known: Mapping[str, Any] | None = None
        self._asking = asyncio.Lock()

    async def admit(self, body: Mapping[str, Any], go_on: Next) -> BoltResponse:
        """Bolt's first step: let pass what is ours. While Slack does not say who we are nothing is acknowledged, and it
        comes again."""
        try:
            ours = body.get("type") == UNBOUND or await self._is_ours(body)
        except SILENT as fault:
            log.warning(NAMELESS, fault=of(fault))
            return BoltResponse(status=503, body="not now")
        if not ours:
            log.warning("what another workspace brings is refused", teams=sorted(teams(body)))
            return BoltResponse(status=403, body="not installed there")
        await go_on()
        return BoltResponse(status=200, body="")

    async def look(self) -> None:
        """Ask once beforehand, so that a token of no use shows in the log before anybody speaks to us."""
        try:
            await asyncio.wait_for(self._caller.ourselves(), LOOK_SECONDS)
        except SILENT as fault:
            log.warning(NAMELESS, fault=of(fault))

    async def _is_ours(self, body: Mapping[str, Any]) -> bool:
        visiting = self._allow_connect and ("actions" in body or "command" in body)
        return visiting or (await self._self())["team_id"] in teams(body)

    async def authorize(self) -> AuthorizeResult:
        """Bolt's second step. It is never left to ask by itself: where it cannot, it acknowledges what nobody has stored."""
        known = await self._self()
        return AuthorizeResult(
            enterprise_id=known.get("enterprise_id"), team_id=known["team_id"], bot_user_id=known["user_id"],
            bot_id=known.get("bot_id"), bot_token=self._bot_token,
        )  # fmt: skip

    async def _self(self) -> Mapping[str, Any]:
        async with self._asking:
            if self._known is None:
                found = await self._caller.ourselves()
                self._known = {**found.data} if isinstance(found.data, dict) else {}
        return self._known


def teams(body: Mapping[str, Any]) -> set[str]:
    """The workspaces for whose installation of the app something was brought."""
    if granted := {str(one.get("team_id")) for one in body.get("authorizations") or ()}:
        return granted
    if installed := (body.get("view") or {}).get("app_installed_team_id"):
        return {str(installed)}
    team = body.get("team") or {}
    return {str(body.get("team_id") or (team.get("id") if isinstance(team, dict) else team))}
