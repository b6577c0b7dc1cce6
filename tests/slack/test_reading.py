"""Reading history, people and files, and what is kept from whom."""

from typing import Any

from tests.slack import BOT_TOKEN, User
from tests.slack.bolt_bot import Place
from tests.slack.calling import fetched, post, refusal


async def test_what_only_one_person_sees_is_in_no_history(place: Place) -> None:
    stranger = place.slack.world.user("john")
    whisper = place.client.chat_postEphemeral
    assert await refusal(whisper(channel=place.returns.id, user=stranger.id, text="x")) == "user_not_in_channel"
    answer = await whisper(channel=place.returns.id, user=place.maria.id, text="psst")
    assert [one.words for one in place.slack.world.ephemerals[place.maria.id]] == ["psst"]
    history = await place.client.conversations_history(channel=place.returns.id)
    assert history["messages"] == []
    assert await refusal(place.client.chat_update(channel=place.returns.id, ts=answer["message_ts"], text="x")) == (
        "message_not_found"
    )


async def test_history_is_read_in_pages_between_two_moments_with_metadata_if_asked(place: Place) -> None:
    metadata = {"event_type": "notice", "event_payload": {"id": "n1"}}
    sent = [(await post(place, text=str(number), metadata=metadata))["ts"] for number in range(5)]
    reply = await post(place, text="reply", thread_ts=sent[0])
    channel, history = place.returns.id, place.client.conversations_history
    page = await history(channel=channel, limit=2)
    assert [one["text"] for one in page["messages"]] == ["4", "3"]
    assert "metadata" not in page["messages"][0]
    cursor = page["response_metadata"]["next_cursor"]
    rest = await history(channel=channel, limit=3, cursor=cursor, include_all_metadata=True)
    assert [one["text"] for one in rest["messages"]] == ["2", "1", "0"]
    assert (rest["messages"][0]["metadata"], rest["has_more"]) == (metadata, False)
    between = await history(channel=channel, oldest=sent[1], latest=sent[3])
    assert [one["text"] for one in between["messages"]] == ["2"]
    both_ends = await history(channel=channel, oldest=sent[1], latest=sent[3], inclusive=True)
    assert len(both_ends["messages"]) == 3
    replies = await place.client.conversations_replies(channel=channel, ts=sent[0])
    assert [one["ts"] for one in replies["messages"]] == [sent[0], reply["ts"]]
    assert await refusal(post(place, text="nested", thread_ts=reply["ts"])) == "cannot_reply_to_message"
    assert await refusal(history(channel=channel, limit=1000)) == "invalid_limit"
    assert await refusal(history(channel=channel, cursor="nonsense")) == "invalid_cursor"
    assert await refusal(history(channel=channel, oldest="yesterday")) == "invalid_ts_oldest"
    assert await refusal(place.client.conversations_replies(channel=channel, ts="1.2")) == "thread_not_found"


async def test_members_come_in_pages(place: Place) -> None:
    first = await place.client.conversations_members(channel=place.returns.id, limit=1)
    cursor = first["response_metadata"]["next_cursor"]
    second = await place.client.conversations_members(channel=place.returns.id, cursor=cursor)
    assert first["members"] + second["members"] == [place.maria.id, place.slack.world.bot.id]


def other(place: Place, **traits: Any) -> User:
    """Somebody else."""
    return place.slack.world.user("other", **traits)


async def test_a_direct_message_is_opened_with_one_living_person(place: Place) -> None:
    start = place.client.conversations_open
    opened = await start(users=place.maria.id)
    assert (
        opened["channel"]["id"]
        == place.slack.world.dm(place.maria).id
        == (await start(users=place.maria.id))["channel"]["id"]
    )
    assert await refusal(start(users=other(place, deleted=True).id)) == "user_disabled"
    assert await refusal(start(users="U0NOBODY")) == "user_not_found"
    assert await refusal(start(users=place.slack.world.bot.id)) == "cannot_dm_bot"
    assert await refusal(start(users="")) == "users_list_not_supplied"
    posted = await post(place, channel=place.maria.id)
    assert posted["channel"] == opened["channel"]["id"]


async def test_an_address_is_told_only_to_those_who_may_read_it_and_of_our_own_team(place: Place) -> None:
    info = place.client.users_info
    assert (await info(user=place.maria.id))["user"]["profile"]["email"] == place.maria.email
    stranger = other(place, team_id="T0OTHER", is_stranger=True)
    theirs = (await info(user=stranger.id))["user"]
    assert theirs["is_stranger"]
    assert "email" not in theirs["profile"]
    assert "is_email_confirmed" not in theirs
    assert (await place.client.users_lookupByEmail(email="MARIA@school.example"))["user"]["id"] == place.maria.id
    assert await refusal(place.client.users_lookupByEmail(email=stranger.email)) == "users_not_found"
    place.slack.world.tokens[BOT_TOKEN].scopes -= {"users:read.email"}
    assert "email" not in (await info(user=place.maria.id))["user"]["profile"]
    assert await refusal(info(user="U0NOBODY")) == "user_not_found"


async def test_reading_methods_take_no_json(place: Place) -> None:
    for method, error in (("users.info", "user_not_found"), ("files.info", "file_not_found")):
        assert await refusal(place.client.api_call(method, json={"user": place.maria.id, "file": "F1"})) == error


async def test_a_file_is_had_with_a_token_and_is_otherwise_a_sign_in_page(place: Place) -> None:
    file = place.slack.world.file(place.maria, "a.txt", b"contents")
    assert await refusal(place.client.files_info(file=file.id)) == "file_not_found"
    await place.slack.share(place.maria, file, place.returns)
    said = (await place.client.files_info(file=file.id))["file"]
    assert (said["size"], said["mode"], said["name"]) == (8, "hosted", "a.txt")
    url = said["url_private_download"]
    assert await fetched(place, url) == (200, "text/plain", b"contents")
    assert (await fetched(place, url, None))[:2] == (await fetched(place, url, "xoxb-x"))[:2] == (200, "text/html")
    place.slack.world.tokens[BOT_TOKEN].scopes -= {"files:read"}
    assert (await fetched(place, url))[:2] == (200, "text/html")


async def test_a_bot_deletes_only_what_it_uploaded(place: Place) -> None:
    hers = place.slack.world.file(place.maria, "a.txt")
    await place.slack.share(place.maria, hers, place.returns)
    assert await refusal(place.client.files_delete(file=hers.id)) == "cant_delete_file"
    mine = place.slack.world.file(place.slack.world.bot, "b.txt")
    await place.client.files_delete(file=mine.id)
    assert await refusal(place.client.files_info(file=mine.id)) == "file_deleted"
