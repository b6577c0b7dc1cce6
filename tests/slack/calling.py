"""Calls that tests of the local Slack make."""

from collections.abc import Awaitable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.slack import BOT_TOKEN
from tests.slack.bolt_bot import Place


async def refusal(doing: Awaitable[Any]) -> str:
    """The error that a call was refused with."""
    with pytest.raises(SlackApiError) as refused:
        await doing
    return str(refused.value.response["error"])


def post(place: Place, **more: Any) -> Awaitable[Any]:
    """A message of the bot's."""
    return place.client.chat_postMessage(**({"channel": place.returns.id, "text": "hello"} | more))


async def fetched(place: Place, url: str, token: str | None = BOT_TOKEN) -> tuple[int, str, bytes]:
    """Status, type and contents of a URL."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, answer.content_type, await answer.read()
