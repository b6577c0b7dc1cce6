"""What people do reaches a Bolt app by HTTP, as Slack's documents say; and what attackers do does not."""

import asyncio
import socket
from typing import Any

import pytest
import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.slack import EVENTS, CannotDo
from tests.slack.bolt_bot import Bot, Place, new_bot


async def test_a_message_with_a_file_comes_as_a_signed_event(place: Place, bot: Bot) -> None:
    file = place.slack.world.file(place.maria, "a.docx", b"contents")
    said = await place.slack.post(place.maria, place.returns, "Here & <now>", files=[file])
    assert said.ack.ok
    [event] = bot.of("message")
    assert (event["subtype"], event["channel_type"]) == ("file_share", "channel")
    assert (event["text"], event["files"][0]["name"]) == ("Here &amp; &lt;now&gt;", "a.docx")
    [outer] = bot.heard
    assert (outer["team_id"], outer["authorizations"][0]["user_id"]) == ("T0SCHOOLS1", place.slack.world.bot.id)


async def test_a_mention_comes_as_two_events(place: Place, bot: Bot) -> None:
    said = await place.slack.post(place.maria, place.returns, f"{place.slack.world.bot.mention} status")
    assert [ack.ok for ack in said.acks] == [True, True]
    assert len(bot.of("message")) == len(bot.of("app_mention")) == 1
    assert len({one["event_id"] for one in bot.heard}) == 2


async def test_what_is_typed_comes_with_its_addresses_made_links(place: Place, bot: Bot) -> None:
    await place.slack.post(place.maria, place.slack.world.dm(place.maria), "me@school.example at https://a.example/b")
    [event] = bot.of("message")
    assert event["text"] == "<mailto:me@school.example|me@school.example> at <https://a.example/b>"
    assert event["channel_type"] == "im"


async def test_a_reply_names_its_thread_and_its_parent(place: Place, bot: Bot) -> None:
    asked = await place.slack.post(place.maria, place.returns, "which one?")
    await place.slack.post(place.maria, place.returns, "this", thread=asked.ts)
    event = bot.of("message")[-1]
    assert (event["thread_ts"], event["parent_user_id"]) == (asked.ts, place.maria.id)


async def test_edits_and_deletions_come_with_what_was_before(place: Place, bot: Bot) -> None:
    said = await place.slack.post(place.maria, place.returns, "helo")
    await place.slack.edit(place.maria, said.message, "hello")
    await place.slack.delete(place.maria, said.message)
    [_, edited, deleted] = bot.of("message")
    assert (edited["subtype"], edited["message"]["text"]) == ("message_changed", "hello")
    assert edited["previous_message"]["text"] == "helo"
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", said.ts)


@pytest.mark.parametrize(
    ("kind", "mode"), [("snippet", "snippet"), ("canvas", "quip"), ("external", "external"), ("connect", "file_access")]
)
async def test_every_kind_of_file_comes_as_slack_gives_it(place: Place, bot: Bot, kind: Any, mode: str) -> None:
    file = place.slack.world.file(place.maria, "a.txt", b"contents", kind=kind)
    await place.slack.share(place.maria, file, place.returns)
    [said] = bot.of("message")[0]["files"]
    assert said["mode"] == mode
    assert ("name" in said) == (kind != "connect")
    assert ("url_private_download" in said) == (kind in ("snippet", "canvas"))
    assert (await place.client.files_info(file=file.id))["file"]["name"] == "a.txt"


async def test_only_what_the_app_subscribed_to_may_read_and_is_there_for_comes(place: Place, bot: Bot) -> None:
    file = place.slack.world.file(place.maria, "a.txt")
    assert len((await place.slack.share(place.maria, file, place.returns)).acks) == 1
    place.slack.subscribed = EVENTS | {"file_shared"}
    assert len((await place.slack.share(place.maria, file, place.returns)).acks) == 2
    elsewhere = place.slack.world.channel("elsewhere", place.maria, bot=False)
    assert not (await place.slack.post(place.maria, elsewhere, "hello")).acks
    next(iter(place.slack.world.tokens.values())).scopes -= {"channels:history"}
    assert not (await place.slack.post(place.maria, place.returns, "hello")).acks


async def test_the_bots_own_messages_are_brought_to_it_too(place: Place, bot: Bot) -> None:
    posted = await place.client.chat_postMessage(channel=place.returns.id, text="hello")
    await place.client.chat_update(channel=place.returns.id, ts=posted["ts"], text="hello again")
    await place.slack.settle()
    events = [one.payload["event"] for one in place.slack.deliveries]
    assert [one.get("subtype") for one in events] == [None, "message_changed"]
    assert events[0]["bot_id"] == place.slack.world.bot_id


async def test_a_failure_is_owed_and_brought_again_with_the_same_id(place: Place, bot: Bot) -> None:
    bot.fails = True
    said = await place.slack.post(place.maria, place.returns, "hello")
    assert (said.ack.ok, said.ack.status) == (False, 500)
    bot.fails = False
    [again] = await place.slack.retry()
    assert again.ok
    headers = again.delivery.headers
    assert (headers["X-Slack-Retry-Num"], headers["X-Slack-Retry-Reason"]) == ("1", "http_error")
    assert place.slack.owed == []
    await place.slack.retry(said.ack.delivery, why="http_timeout")
    assert len({one["event_id"] for one in bot.heard}) == 1
    assert len(bot.heard) == 2


async def test_slack_gives_up_after_three_repeats(place: Place, bot: Bot) -> None:
    bot.fails = True
    await place.slack.post(place.maria, place.returns, "hello")
    repeats = [len(await place.slack.retry()) for _ in range(4)]
    assert repeats == [1, 1, 1, 0]


FORGED: dict[str, dict[str, Any]] = {
    "another secret": {"secret": "guessed"},
    "long ago": {"seconds_ago": 301},
    "altered under the old signature": {"sign": False, "alter": lambda body: body | {"team_id": "T0OTHER"}},
}


@pytest.mark.parametrize("how", FORGED)
async def test_forgeries_are_sent_as_an_attacker_would(place: Place, bot: Bot, how: str) -> None:
    said = await place.slack.post(place.maria, place.returns, "hello")
    assert (await place.slack.repeat(said.ack.delivery, **FORGED[how])).status == 401
    assert (await place.slack.repeat(said.ack.delivery, sign=False)).status == 200
    assert len(bot.heard) == 2


async def test_another_teams_event_can_be_sent(place: Place, bot: Bot) -> None:
    said = await place.slack.post(place.maria, place.returns, "hello")
    assert (await place.slack.repeat(said.ack.delivery, alter=lambda body: body | {"team_id": "T0OTHER"})).ok
    assert [one["team_id"] for one in bot.heard] == ["T0SCHOOLS1", "T0OTHER"]


async def test_the_request_url_is_verified(place: Place, bot: Bot) -> None:
    assert (await place.slack.verify_url()).ok
    place.slack.use_asgi(Starlette(routes=[Route("/slack/events", lambda _: Response("hello"), methods=["POST"])]))
    assert not (await place.slack.verify_url()).ok


def at_once(_: Request) -> Response:
    """An app that gives its answer where it was not asked for."""
    return Response('{"text": "thanks"}', media_type="application/json")


async def test_words_that_slack_would_drop_are_complained_of(place: Place) -> None:
    place.slack.use_asgi(Starlette(routes=[Route("/slack/events", at_once, methods=["POST"])]))
    await place.slack.post(place.maria, place.returns, "hello")
    assert len(place.slack.complaints) == 1


async def test_an_app_that_does_not_answer_is_not_waited_for_without_end(place: Place) -> None:
    never = asyncio.Event()

    async def wait(_: Request) -> Response:
        await never.wait()
        return Response()

    place.slack.patience_seconds = 0.05
    place.slack.use_asgi(Starlette(routes=[Route("/slack/events", wait, methods=["POST"])]))
    said = await place.slack.post(place.maria, place.returns, "hello")
    assert (said.ack.ok, said.ack.delivery.why) == (False, "http_timeout")


async def test_an_app_behind_a_real_server_is_reached_and_missed_when_it_is_gone(place: Place) -> None:
    bot = new_bot(place.slack)
    handler = AsyncSlackRequestHandler(bot.app)
    app = Starlette(routes=[Route("/slack/events", handler.handle, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    door = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve(sockets=[door]))
    place.slack.use_http(f"http://127.0.0.1:{door.getsockname()[1]}/slack/events")
    assert (await place.slack.post(place.maria, place.returns, "hello")).ack.ok
    server.should_exit = True
    await serving
    missed = await place.slack.post(place.maria, place.returns, "anybody?")
    assert (missed.ack.ok, missed.ack.delivery.why) == (False, "connection_failed")


async def test_people_do_only_what_slack_lets_them(place: Place) -> None:
    john = place.slack.world.user("john")
    with pytest.raises(CannotDo):
        await place.slack.post(john, place.returns, "hello")
    said = await place.slack.post(place.maria, place.returns, "hello")
    with pytest.raises(CannotDo):
        await place.slack.edit(john, said.message, "bye")
    place.returns.archived = True
    with pytest.raises(CannotDo):
        await place.slack.post(place.maria, place.returns, "hello")


async def test_an_event_that_bolt_lost_for_want_of_auth_test_is_complained_of(place: Place, bot: Bot) -> None:
    place.slack.trouble.fail("auth.test")
    said = await place.slack.post(place.maria, place.returns, "hello")
    assert said.ack.ok
    assert bot.heard == []
    assert len(place.slack.complaints) == 1


async def test_somebody_of_another_team_is_shown_as_such(place: Place, bot: Bot) -> None:
    guest = place.slack.world.user("guest", team_id="T0OTHER", is_stranger=True)
    shared = place.slack.world.channel("shared", guest, ext_shared=True)
    await place.slack.post(guest, shared, "hello")
    [outer] = bot.heard
    assert (outer["is_ext_shared_channel"], outer["team_id"]) == (True, "T0SCHOOLS1")
    assert (outer["event"]["team"], outer["event"]["user_team"]) == ("T0OTHER", "T0OTHER")
