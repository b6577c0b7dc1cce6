"""A small Bolt app for trying the local Slack with."""

import re
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack import BOT_TOKEN, SIGNING_SECRET, Conversation, Slack, User
from tests.slack.world import Json


@dataclass
class Place:
    """A local Slack, a member, a channel she and the bot are in, and the bot's client."""

    slack: Slack
    maria: User
    returns: Conversation
    client: AsyncWebClient


@dataclass
class Bot:
    """A Bolt app that writes down what comes; `fails` makes it raise."""

    app: AsyncApp
    heard: list[Json] = field(default_factory=list)
    fails: bool = False
    reply: dict[str, Any] = field(default_factory=dict)

    async def hear(self, body: Json) -> None:
        """Write it down, or raise."""
        if self.fails:
            raise RuntimeError("no room on the disk")
        self.heard.append(body)

    def of(self, kind: str) -> list[Json]:
        """The events of one type, in the order they came."""
        return [one["event"] for one in self.heard if one.get("event", {}).get("type") == kind]


def new_bot(slack: Slack) -> Bot:
    """A Bolt app for this Slack."""
    client = AsyncWebClient(BOT_TOKEN, base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=SIGNING_SECRET, process_before_response=True)
    bot = Bot(app)

    async def event(body: Json) -> None:
        await bot.hear(body)

    async def interaction(ack: AsyncAck, body: Json) -> None:
        await bot.hear(body)
        await ack(**bot.reply)

    for name in ("message", "app_mention", "app_home_opened", "file_shared"):
        app.event(name)(event)
    app.action({"type": "block_actions", "action_id": re.compile("")})(interaction)
    app.view({"type": "view_submission", "callback_id": re.compile("")})(interaction)
    app.view({"type": "view_closed", "callback_id": re.compile("")})(interaction)
    app.command("/postroom")(interaction)
    return bot
