"""Calls that go wrong at a test's word."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack import BOT_TOKEN, open_slack
from tests.slack.bolt_bot import Place
from tests.slack.calling import fetched, post, refusal


async def test_a_download_may_break_off(place: Place) -> None:
    file = place.slack.world.file(place.maria, "a.txt", b"contents")
    await place.slack.share(place.maria, file, place.returns)
    file.break_after = 3
    url = (await place.client.files_info(file=file.id))["file"]["url_private_download"]
    with pytest.raises(aiohttp.ClientPayloadError):
        await fetched(place, url)


async def test_calls_meet_the_trouble_that_was_asked_for(place: Place) -> None:
    trouble, client = place.slack.trouble, place.client
    trouble.limit("chat.postMessage", retry_after=30, channel=place.returns.id)
    await post(place, channel=place.maria.id)
    with pytest.raises(SlackApiError) as limited:
        await post(place)
    assert (limited.value.response.status_code, limited.value.response.headers["Retry-After"]) == (429, "30")
    trouble.fail("*", status=503)
    with pytest.raises(SlackApiError) as failed:
        await client.auth_test()
    assert failed.value.response.status_code == 503
    trouble.refuse("auth.test", "fatal_error")
    assert await refusal(client.auth_test()) == "fatal_error"
    trouble.drop("chat.postMessage", after=False)
    with pytest.raises(aiohttp.ClientError):
        await post(place)
    assert place.returns.messages == []
    trouble.drop("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await post(place)
    assert len(place.returns.messages) == 1


async def test_a_call_hangs_until_it_is_let_go(place: Place) -> None:
    gate = place.slack.trouble.hang("chat.postMessage")
    place.slack.soon(post(place))  # type: ignore[arg-type]  # the SDK's calls are coroutines
    await place.slack.until(lambda: gate.waiting)
    assert place.returns.messages == []
    gate.release()
    await place.slack.until(lambda: place.returns.messages)


async def test_a_workspace_may_grant_less() -> None:
    async with open_slack(scopes=["chat:write"]) as slack:
        client = AsyncWebClient(BOT_TOKEN, base_url=slack.api_url)
        assert await refusal(client.conversations_info(channel="C1")) == "missing_scope"
