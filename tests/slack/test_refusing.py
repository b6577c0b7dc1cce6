"""The local Slack refuses calls and messages that Slack refuses, in Slack's words."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack import APP_TOKEN, BOT_TOKEN, SCOPES
from tests.slack.bolt_bot import Place
from tests.slack.calling import post, refusal

Act = Callable[[Place], Awaitable[Any]]
TEXT = {"type": "plain_text", "text": "Why?"}
RICH: list[dict[str, Any]] = [
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}]}
]


@pytest.mark.parametrize(
    ("state", "error"),
    [("token_revoked", "token_revoked"), ("account_inactive", "account_inactive"), ("invalid_auth", "invalid_auth")],
)
async def test_a_token_that_is_no_longer_good_is_refused(place: Place, state: Any, error: str) -> None:
    place.slack.world.tokens[BOT_TOKEN].state = state
    assert await refusal(place.client.auth_test()) == error


async def test_tokens_are_known_and_of_the_right_kind(place: Place) -> None:
    url = place.slack.api_url
    assert await refusal(AsyncWebClient("xoxb-stranger", base_url=url).auth_test()) == "invalid_auth"
    assert await refusal(AsyncWebClient(base_url=url).auth_test()) == "not_authed"
    assert await refusal(AsyncWebClient(APP_TOKEN, base_url=url).auth_test()) == "not_allowed_token_type"
    assert await refusal(place.client.apps_connections_open(app_token=BOT_TOKEN)) == "not_allowed_token_type"
    assert (await place.client.apps_connections_open(app_token=APP_TOKEN))["url"].startswith("ws://127.0.0.1:")


CALLS: dict[str, Act] = {
    "chat:write": post,
    "channels:read": lambda place: place.client.conversations_info(channel=place.returns.id),
    "channels:history": lambda place: place.client.conversations_history(channel=place.returns.id),
    "im:write": lambda place: place.client.conversations_open(users=place.maria.id),
    "files:read": lambda place: place.client.files_info(file="F1"),
    "files:write": lambda place: place.client.files_delete(file="F1"),
    "users:read": lambda place: place.client.users_info(user=place.maria.id),
    "users:read.email": lambda place: place.client.users_lookupByEmail(email=place.maria.email),
}


@pytest.mark.parametrize("scope", CALLS)
async def test_without_its_scope_a_method_is_refused(place: Place, scope: str) -> None:
    place.slack.world.tokens[BOT_TOKEN].scopes = set(SCOPES) - {scope}
    with pytest.raises(SlackApiError) as refused:
        await CALLS[scope](place)
    assert refused.value.response["error"] == "missing_scope"
    assert scope in refused.value.response["needed"]
    assert scope not in refused.value.response["provided"].split(",")


async def test_granted_scopes_are_told_in_a_header(place: Place) -> None:
    answer = await place.client.auth_test()
    assert set(answer.headers["X-OAuth-Scopes"].split(",")) == SCOPES


async def test_a_message_needs_a_channel_that_is_there_and_has_the_bot_in_it(place: Place) -> None:
    world = place.slack.world
    elsewhere = world.channel("elsewhere", place.maria, bot=False)
    hidden = world.channel("hidden", place.maria, kind="private", bot=False)
    assert await refusal(post(place, channel="C0NOWHERE")) == "channel_not_found"
    assert await refusal(post(place, channel="#returns")) == "channel_not_found"
    assert await refusal(post(place, channel=hidden.id)) == "channel_not_found"
    assert await refusal(post(place, channel=elsewhere.id)) == "not_in_channel"
    place.returns.archived = True
    assert await refusal(post(place)) == "is_archived"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": "{"}, "invalid_blocks_format"),
        ({"blocks": [{"type": "dividers"}]}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2700}}] * 5}, "msg_blocks_too_long"),
        ({"markdown_text": "both"}, "markdown_text_conflict"),
        ({"metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"metadata": {"event_type": "x y", "event_payload": {}}}, "invalid_metadata_schema"),
        ({"metadata": {"event_type": "x", "event_payload": {"a": "b" * 9000}}}, "metadata_too_large"),
        ({"thread_ts": "1.2"}, "thread_not_found"),
        ({"username": "Somebody"}, "missing_scope"),
        ({"chanel": "C1"}, "invalid_arg_name"),
    ],
)
async def test_a_message_must_be_well_formed(place: Place, more: dict[str, Any], error: str) -> None:
    assert await refusal(post(place, **more)) == error
    assert place.returns.messages == []


async def test_the_error_says_what_is_wrong_with_a_block_and_where(place: Place) -> None:
    with pytest.raises(SlackApiError) as refused:
        await post(place, blocks=[{"type": "header", "text": TEXT | {"text": "x" * 151}}])
    [said] = refused.value.response["response_metadata"]["messages"]
    assert said == "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"


async def test_only_the_bots_own_messages_are_updated_and_deleted(place: Place) -> None:
    hers = await place.slack.post(place.maria, place.returns, "hello")
    mine = await post(place, blocks=RICH)
    channel = place.returns.id
    update, delete = place.client.chat_update, place.client.chat_delete
    assert await refusal(update(channel=channel, ts=hers.ts, text="x")) == "cant_update_message"
    assert await refusal(delete(channel=channel, ts=hers.ts)) == "cant_delete_message"
    assert await refusal(update(channel=channel, ts="1.2", text="x")) == "message_not_found"
    assert await refusal(update(channel=channel, ts=mine["ts"], text="x" * 4001, blocks=RICH)) == "msg_too_long"
    plain = [{"type": "section", "text": TEXT}]
    assert await refusal(update(channel=channel, ts=mine["ts"], text="x", blocks=plain)) == "block_mismatch"
    await update(channel=channel, ts=mine["ts"], text="new", blocks=RICH + plain)
    assert place.returns.messages[-1].words == "a Why?"
    await delete(channel=channel, ts=mine["ts"])
    assert [one.user for one in place.returns.messages] == [place.maria.id]
    assert not place.slack.complaints


async def test_an_update_without_blocks_of_a_message_with_some_is_complained_of(place: Place) -> None:
    mine = await post(place, blocks=RICH)
    await place.client.chat_update(channel=place.returns.id, ts=mine["ts"], text="new")
    assert len(place.slack.complaints) == 1


async def test_forms_and_json_do_the_same(place: Place) -> None:
    args = {"channel": place.returns.id, "text": "hello"}
    assert await refusal(place.client.api_call("chat.postMessage", data=args | {"text": " "})) == "no_text"
    await place.client.api_call("chat.postMessage", data=args)
    await place.client.api_call("chat.postMessage", json=args)
    assert [one.text for one in place.returns.messages] == ["hello", "hello"]
    assert [one.is_json for one in place.slack.calls] == [False, False, True]
    assert await refusal(place.client.api_call("chat.postMessage", http_verb="GET", params=args)) == "invalid_post_type"
    assert await refusal(place.client.api_call("chat.shout")) == "unknown_method"
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {BOT_TOKEN}"}
    url = f"{place.slack.api_url}chat.postMessage"
    async with aiohttp.ClientSession() as http, http.post(url, headers=headers, data="{") as answer:
        assert (await answer.json())["error"] == "invalid_json"
