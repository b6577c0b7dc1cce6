"""What Slack keeps of a return is deleted where Slack lets us, else its owner is asked to."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.rules.lifecycle import Status
from tests.people import JO, PLAN
from tests.slack import Message
from tests.slack_office import SlackOffice, open_slack_office

REVIEW = "8302000_SENreview20260901.docx"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    async with open_slack_office(tmp_path, delete_copy=True) as opened:
        yield opened


def requests(messages: list[Message]) -> list[Message]:
    return [one for one in messages if "Please delete your copy" in one.words]


async def test_the_owner_is_asked_below_the_receipt(office: SlackOffice) -> None:
    posted = await office.send("jo", PLAN, REVIEW)
    receipt, asked = office.answers(office.dm("jo"))
    assert "Sent to SEN" in receipt.words or "have been sent" in receipt.words
    assert asked.thread_ts == posted.ts
    assert PLAN in asked.words
    assert REVIEW in asked.words
    assert "Delete file" in asked.words
    assert [call.error for call in office.slack.calls_of("files.delete")] == ["cant_delete_file"] * 2
    assert not office.slack.complaints


async def test_in_a_channel_they_alone_are_asked(office: SlackOffice) -> None:
    await office.send("jo", PLAN, where=office.returns)
    assert not requests(office.answers(office.returns))
    (asked,) = office.whispers("jo")
    assert PLAN in asked.words


async def test_also_for_a_file_that_may_not_stay(office: SlackOffice) -> None:
    await office.send("jo", "8309001_SENplan20260901.docx", "Acronyms.doc")
    (asked,) = requests(office.answers(office.dm("jo")))
    assert "8309001_SENplan20260901.docx" in asked.words
    assert "Acronyms.doc" in asked.words


async def test_what_slack_does_not_keep_as_a_file_is_not_asked_about(office: SlackOffice) -> None:
    jo = office.people["jo"]
    for kind in ("external", "canvas"):
        file = office.slack.world.file(jo, "Autumn plans", kind=kind)
        await office.slack.post(jo, office.dm("jo"), files=[file])
        await office.settle()
    assert not requests(office.answers(office.dm("jo")))


async def test_a_copy_that_we_may_delete_is_deleted_and_nobody_is_asked(office: SlackOffice) -> None:
    jo, world = office.people["jo"], office.slack.world
    file = world.file(jo, PLAN, b"PK plan")
    await office.slack.post(jo, office.dm("jo"), files=[file])
    file.owner = world.bot.id
    await office.settle()
    assert file.deleted
    assert not requests(office.answers(office.dm("jo")))
    assert [one.status for one in office.post.files()] == [Status.SENT]


async def test_a_copy_that_is_deleted_already_is_not_asked_about(office: SlackOffice) -> None:
    office.slack.trouble.refuse("files.delete", "file_deleted")
    await office.send("jo", PLAN)
    assert not requests(office.answers(office.dm("jo")))


@pytest.mark.parametrize("trouble", ["limit", "fail"])
async def test_trouble_with_deleting_is_waited_for(office: SlackOffice, trouble: str) -> None:
    getattr(office.slack.trouble, trouble)("files.delete")
    await office.send("jo", PLAN)
    assert not requests(office.answers(office.dm("jo")))
    office.post.clock.advance(minutes=1)
    await office.settle()
    assert len(requests(office.answers(office.dm("jo")))) == 1


async def test_without_the_scope_they_are_asked(office: SlackOffice) -> None:
    office.slack.trouble.refuse("files.delete", "missing_scope")
    await office.send("jo", PLAN)
    assert len(requests(office.answers(office.dm("jo")))) == 1


async def test_where_slack_cannot_be_written_to_they_are_asked_by_mail(office: SlackOffice) -> None:
    office.slack.trouble.refuse("chat.postMessage", "is_archived", times=9)
    await office.send("jo", PLAN)
    assert "In Slack, open the menu of the file" in " ".join(office.post.expect(JO, "delete-your-copy").text.split())


async def test_words_below_the_request_still_answer_the_receipt(office: SlackOffice) -> None:
    posted = await office.send("jo", "8302000 SENplan20260901.docx")
    await office.send("jo", text="yes", thread=posted.ts)
    assert [one.status for one in office.post.files()] == [Status.SENT]
    await office.send("jo", text="recall", thread=posted.ts)
    assert [one.status for one in office.post.files()] == [Status.RECALLED]


async def test_nobody_is_asked_where_copies_may_stay(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path, delete_copy=False) as office:
        await office.send("jo", PLAN)
        assert not requests(office.answers(office.dm("jo")))
        assert not office.slack.calls_of("files.delete")


async def test_the_log_says_that_files_lay_in_public_and_nothing_personal(office: SlackOffice) -> None:
    with capture_logs() as logs:
        await office.send("jo", PLAN, where=office.returns)
        await office.send("jo", PLAN)
    (line,) = [one for one in logs if "whole workspace" in one["event"]]
    assert line["place"] == office.returns.id
    assert not [word for word in (PLAN, "8302000", "Jo", office.people["jo"].id) if word in str(line)]
