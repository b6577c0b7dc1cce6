"""A local Slack with a few people in it, and a small Bolt app that it reaches by HTTP or by Socket Mode."""

from collections.abc import AsyncIterator

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.routing import Route

from tests.slack import APP_TOKEN, BOT_TOKEN, open_slack
from tests.slack.bolt_bot import Bot, Place, new_bot


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with open_slack() as slack:
        maria = slack.world.user("maria", "maria@school.example")
        client = AsyncWebClient(BOT_TOKEN, base_url=slack.api_url, retry_handlers=[])
        yield Place(slack, maria, slack.world.channel("returns", maria), client)


@pytest.fixture
def bot(place: Place) -> Bot:
    """A Bolt app that Slack reaches by HTTP."""
    made = new_bot(place.slack)
    handler = AsyncSlackRequestHandler(made.app)
    place.slack.use_asgi(Starlette(routes=[Route("/slack/events", handler.handle, methods=["POST"])]))
    return made


@pytest.fixture
async def plugged(place: Place) -> AsyncIterator[Bot]:
    """A Bolt app that is connected by Socket Mode."""
    made = new_bot(place.slack)
    handler = AsyncSocketModeHandler(made.app, APP_TOKEN, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it so
    await place.slack.until(lambda: place.slack.socket.sockets)
    yield made
    await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it so
