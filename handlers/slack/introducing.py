"""Who a Slack user is: whether people like them are heard at all, and which mailbox is theirs.

With `link = "email"` that is the one which the workspace has confirmed of a full member. With `link = "proof"` it is whatever
their profile shows: it only says whom to ask (lesson L59).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.arrival import Arrival, Introduction
from bot.clock import Clock
from bot.ledger import Later
from bot.rules import address
from bot.settings.channels import Slack
from handlers.slack.answer_cache import AnswerCache
from handlers.slack.calling import Caller, Refusal

UNKNOWN = frozenset({"user_not_found", "user_not_visible"})
"""Why Slack says nothing of a user: they are of no workspace that we may look into."""
NAME_CHARACTERS_MAX = 80
"""Of the name that somebody gave themselves: as long as Slack lets it be."""
NO_LINK = re.compile(r"[./:@\\]+")
"""Left out of it: without these no mail program takes it for the address of a page or mailbox, and draws a link."""
KNOWN_FOR = timedelta(minutes=5)
"""How long what Slack said of a user is believed: a member who becomes a guest is refused so soon."""


@dataclass(frozen=True)
class Workspace:
    """A workspace in Slack."""

    id: str
    name: str


class Introducer:
    """Asks Slack who somebody is."""

    def __init__(self, caller: Caller, clock: Clock, settings: Slack) -> None:
        self._caller, self._settings = caller, settings
        self._known = AnswerCache[Introduction](clock, KNOWN_FOR)
        self._home: Workspace | None = None

    async def introduce(self, arrival: Arrival) -> Introduction:
        """What Slack vouches for of who speaks. Raises `Later` where it cannot be asked."""
        if known := self._known.said_of(arrival.sender):
            return known
        answer = await self._ask(arrival.sender)
        self._known.keep(arrival.sender, answer)
        return answer

    async def _ask(self, sender: str) -> Introduction:
        user = sender.partition("/")[2]
        try:
            home = await self._own_team()
            found = await self._caller.call("users.info", lambda client: client.users_info(user=user))
        except Refusal as refusal:
            if refusal.word in UNKNOWN:
                return Introduction(refused="elsewhere")
            raise Later(f"Slack does not say who {user} is: {refusal}") from refusal
        except Exception as fault:
            raise Later(f"Slack cannot be asked who {user} is: {fault!r}") from fault
        return introduction(found["user"], sender, home, self._settings)

    async def _own_team(self) -> Workspace:
        """The workspace that the bot belongs to. What an event says of its author's is not asked: it may be another."""
        if self._home is None:
            us = await self._caller.ourselves()
            self._home = Workspace(us["team_id"], us["team"])
        return self._home


def introduction(user: Mapping[str, Any], sender: str, home: Workspace, settings: Slack) -> Introduction:
    """What Slack's description of a user (https://docs.slack.dev/reference/objects/user-object) means (lesson L59).

    `sender`: who they are said to be, with their workspace; `home`: our own workspace.
    """
    if user.get("deleted"):
        return Introduction(refused="gone")
    if user.get("is_bot") or user.get("is_workflow_bot"):
        return Introduction(refused="machine")
    teams = {sender.partition("/")[0], user.get("team_id") or home.id}
    elsewhere = user.get("is_stranger") or teams != {home.id}
    if elsewhere and not settings.allow_connect:
        return Introduction(refused="elsewhere")
    guest = user.get("is_restricted") or user.get("is_ultra_restricted")
    if guest and not settings.allow_guests:
        return Introduction(refused="guest")
    profile = user.get("profile") or {}
    mailbox = address.normal(profile.get("email") or "") or ""
    if settings.link == "proof":
        name = profile.get("display_name") or profile.get("real_name") or user.get("name") or ""
        workspace = "" if elsewhere else home.name
        name = NO_LINK.sub(" ", name).strip()[:NAME_CHARACTERS_MAX]
        return Introduction(claimed=mailbox, name=name, workspace=workspace)
    confirmed = user.get("is_email_confirmed") is True and not (elsewhere or guest)
    return Introduction(address=mailbox if confirmed else "")
