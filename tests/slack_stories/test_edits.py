"""Whoever changes or deletes a message that brought files is told that this changes nothing."""

from pathlib import Path

import pytest

from bot.rules.lifecycle import Status
from tests.people import PLAN
from tests.slack import Conversation, Message
from tests.slack.events import message_json
from tests.slack_office import SlackOffice, open_slack_office

BAD = "8302000 SENplan20260901.docx"


def place(office: SlackOffice, where: str) -> Conversation:
    return office.dm("jo") if where == "direct message" else office.returns


def told(office: SlackOffice, where: str) -> list[Message]:
    """What Jo alone is told beside the answer to her files: in a thread that is there still, else directly."""
    directly = office.answers(office.dm("jo"))
    return directly[1:] if where == "direct message" else office.whispers("jo") + directly


async def edit(office: SlackOffice, message: Message, text: str) -> None:
    await office.slack.edit(office.people["jo"], message, text)
    await office.settle()


async def delete(office: SlackOffice, message: Message) -> None:
    await office.slack.delete(office.people["jo"], message)
    await office.settle()


each_place = pytest.mark.parametrize("where", ["direct message", "returns channel"])


@each_place
async def test_an_edit_changes_nothing_and_says_how_to_take_the_file_back(office: SlackOffice, where: str) -> None:
    posted = await office.send("jo", PLAN, text="The plan", where=place(office, where))
    await edit(office, posted, "The plan of somebody else")
    (file,) = office.post.files()
    assert (file.status, file.comment) == (Status.SENT, "The plan")
    (answer,) = told(office, where)
    assert "We keep the file and its comment as you sent them." in answer.words
    assert answer.thread_ts == posted.ts
    assert answer.buttons == ["Recall", "History"]
    await office.press("jo", answer, "Recall")
    assert [file.status for file in office.post.files()] == [Status.RECALLED]
    assert not office.slack.complaints


@each_place
async def test_a_deletion_recalls_nothing_and_says_how_to(office: SlackOffice, where: str) -> None:
    posted = await office.send("jo", PLAN, where=place(office, where))
    await delete(office, posted)
    assert [file.status for file in office.post.files()] == [Status.SENT]
    (answer,) = told(office, where)
    assert "That takes nothing back: we still have it." in answer.words
    assert {item.channel for item in office.post.told() if item.kind == "unchanged"} == {"slack"}
    await office.press("jo", answer, "Recall")
    assert [file.status for file in office.post.files()] == [Status.RECALLED]


async def test_a_file_that_waits_for_its_name_still_waits(office: SlackOffice) -> None:
    posted = await office.send("jo", BAD)
    await delete(office, posted)
    (answer,) = told(office, "direct message")
    assert "still waits for its name" in answer.words
    await office.press("jo", answer, "Don’t send")
    assert [file.status for file in office.post.files()] == [Status.DISCARDED]


async def test_several_edits_and_repeated_events_are_answered_once(office: SlackOffice) -> None:
    posted = await office.send("jo", PLAN, text="a")
    await edit(office, posted, "b")
    await edit(office, posted, "c")
    for delivery in list(office.slack.deliveries):
        await office.slack.retry(delivery, why="http_timeout")
    await office.settle()
    assert len(told(office, "direct message")) == 1


async def test_what_slack_does_to_a_message_is_no_edit(office: SlackOffice) -> None:
    posted = await office.send("jo", PLAN, text="see https://leys.example/")
    slack, dm = office.slack, office.dm("jo")
    before = len(office.post.waiting())
    for change in ({"attachments": [{"title": "Leys"}]}, {"edited": {"user": "U1", "ts": "1.2"}}):
        original = slack.photo(posted)
        for key, value in change.items():
            setattr(posted, key, value)
        await slack.bring_change(dm, as_said(office, original), posted)
    await office.settle()
    assert len(office.post.waiting()) == before
    assert not told(office, "direct message")


def as_said(office: SlackOffice, message: Message) -> dict[str, object]:
    return message_json(office.slack.world, message, office.slack.base_url)


async def test_only_messages_that_brought_files_are_answered(office: SlackOffice) -> None:
    said = await office.send("jo", text="status")
    before = len(office.answers(office.dm("jo")))
    await edit(office, said, "status all")
    await delete(office, said)
    assert len(office.answers(office.dm("jo"))) == before


async def test_files_that_are_gone_need_no_word(office: SlackOffice) -> None:
    posted = await office.send("jo", PLAN)
    await office.press("jo", office.answers(office.dm("jo"))[0], "Recall")
    before = len(office.answers(office.dm("jo")))
    await edit(office, posted, "Not the right one")
    assert len(office.answers(office.dm("jo"))) == before


async def test_what_was_received_is_said_to_be(office: SlackOffice) -> None:
    posted = await office.send("jo", PLAN, where=office.returns)
    await office.press("sam", office.answers(office.sen)[0], "Receive")
    await edit(office, posted, "Please ignore this")
    (answer,) = office.whispers("jo")
    assert "Received by Sam Hale" in answer.words
    assert "Recall" not in answer.buttons


async def test_a_message_that_still_waits_is_dealt_with_first(office: SlackOffice) -> None:
    office.slack.trouble.fail("download")
    posted = await office.send("jo", PLAN, text="a")
    await edit(office, posted, "b")
    assert not office.answers(office.dm("jo"))
    office.post.clock.advance(minutes=1)
    await office.settle()
    office.post.clock.advance(minutes=1)
    await office.settle()
    receipt, answer = office.answers(office.dm("jo"))
    assert "Sent to SEN" in receipt.words
    assert "as you sent them" in answer.words


async def test_a_stranger_who_edits_is_not_answered_again(office: SlackOffice) -> None:
    user = office.slack.world.user("newcomer", "nobody.known@leysjunior.example")
    office.returns.members.append(user.id)
    file = office.slack.world.file(user, PLAN, b"PK")
    said = await office.slack.post(user, office.returns, files=[file])
    await office.slack.edit(user, said.message, "Hello?")
    await office.settle()
    assert len(office.slack.world.ephemerals[user.id]) == 1


async def test_who_is_asked_to_delete_the_copy_is_not_told_off_for_it(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path, delete_copy=True) as office:
        posted = await office.send("jo", PLAN)
        before = len(office.answers(office.dm("jo")))
        await delete(office, posted)
        assert len(office.answers(office.dm("jo"))) == before
        await office.settle()
