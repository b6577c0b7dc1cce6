"""Whatever is not simply a file is taken in, waited for, or refused with the next step."""

from pathlib import Path

import pytest

from bot.rules.lifecycle import Status
from tests.people import PLAN
from tests.slack import BOT_TOKEN
from tests.slack.world import FileKind
from tests.slack_office import SlackOffice, open_slack_office

CONTENTS = b"PK " + PLAN.encode()


async def posted(office: SlackOffice, name: str, kind: FileKind = "hosted", *, size: int | None = None) -> None:
    """Jo posts a file of this kind in her direct message, and the office does all that follows."""
    jo = office.people["jo"]
    file = office.slack.world.file(jo, name, CONTENTS, kind=kind, size=size)
    await office.slack.post(jo, office.dm("jo"), files=[file])
    await office.settle()


def answer(office: SlackOffice) -> str:
    """The one answer."""
    (told,) = office.answers(office.dm("jo"))
    assert not office.slack.complaints
    return told.words


def statuses(office: SlackOffice) -> list[Status]:
    return [file.status for file in office.post.files()]


async def later(office: SlackOffice, **by: float) -> None:
    office.post.clock.advance(**by)
    await office.settle()


async def test_a_snippet_is_a_file_like_any_other(office: SlackOffice) -> None:
    await posted(office, "8302000_SENplan20260901.csv", "snippet")
    assert statuses(office) == [Status.SENT]


async def test_a_snippet_without_a_good_name_is_asked_for_one(office: SlackOffice) -> None:
    await posted(office, "Untitled.csv", "snippet")
    assert statuses(office) == [Status.HELD]
    assert "Reply in this thread with the right name" in answer(office)


async def test_a_file_of_another_workspace_is_asked_for(office: SlackOffice) -> None:
    await posted(office, PLAN, "connect")
    (file,) = office.post.files()
    assert (file.status, file.name) == (Status.SENT, PLAN)
    assert office.post.contents(file) == CONTENTS


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("canvas", "Save it as a PDF or a Word document and send that file."),
        ("external", "Download it first, then add the file itself to your message."),
    ],
)
async def test_what_slack_does_not_hold_as_a_file_is_refused_with_the_next_step(
    office: SlackOffice, kind: FileKind, told: str
) -> None:
    office.slack.trouble.refuse("files.info", "missing_scope")  # there is nothing more to be asked
    await posted(office, "Autumn plans", kind)
    assert not office.post.files()
    assert told in answer(office)
    assert "Not sent" in answer(office)
    assert "Autumn plans" in answer(office)
    assert "Put this right" not in answer(office)
    assert not office.slack.downloads


@pytest.mark.parametrize("kind", ["hosted", "connect"])
async def test_a_file_deleted_before_it_was_fetched_is_said_to_be_gone(office: SlackOffice, kind: FileKind) -> None:
    jo = office.people["jo"]
    file = office.slack.world.file(jo, PLAN, CONTENTS, kind=kind)
    await office.slack.post(jo, office.dm("jo"), files=[file])
    file.deleted = True
    await office.settle()
    assert not office.post.files()
    assert "was deleted from Slack before we could fetch it" in answer(office)


async def test_an_empty_file_is_refused(office: SlackOffice) -> None:
    jo = office.people["jo"]
    await office.slack.post(jo, office.dm("jo"), files=[office.slack.world.file(jo, PLAN)])
    await office.settle()
    assert "The file is empty." in answer(office)


@pytest.mark.parametrize("size", [None, 1], ids=["as Slack says", "more than Slack says"])
async def test_a_file_over_the_limit_is_refused_with_its_real_size(tmp_path: Path, size: int | None) -> None:
    async with open_slack_office(tmp_path, environ={"POSTROOM__FILES__ATTACHMENT_BYTES_MAX": "20"}) as office:
        await posted(office, PLAN, size=size)
        assert not office.post.files()
        assert f"The file is {len(CONTENTS)} bytes. The most that you can send is 20 bytes." in answer(office)
        assert bool(office.slack.downloads) == (size is not None)
        assert not list(office.post.rooms.vault.object_ids())


@pytest.mark.parametrize("trouble", ["429", "500", "breaks off", "connection lost"])
async def test_a_download_that_fails_is_tried_again_and_nothing_is_lost(office: SlackOffice, trouble: str) -> None:
    jo, troubles = office.people["jo"], office.slack.trouble
    file = office.slack.world.file(jo, PLAN, CONTENTS)
    if trouble == "429":
        troubles.limit("download", retry_after=30)
    elif trouble == "500":
        troubles.fail("download")
    elif trouble == "connection lost":
        troubles.drop("download", after=False)
    else:
        file.break_after = 7
    await office.slack.post(jo, office.dm("jo"), files=[file])
    await office.settle()
    assert not office.post.files()
    assert not office.answers(office.dm("jo"))
    file.break_after = None
    await later(office, minutes=1)
    assert statuses(office) == [Status.SENT]
    assert office.post.contents(office.post.files()[0]) == CONTENTS
    assert "Sent to SEN" in answer(office)


@pytest.mark.parametrize("trouble", ["429", "500", "internal_error", "missing_scope", "token_revoked"])
async def test_a_file_that_slack_does_not_describe_now_is_asked_for_again(office: SlackOffice, trouble: str) -> None:
    troubles = office.slack.trouble
    if trouble == "429":
        troubles.limit("files.info", retry_after=30)
    elif trouble == "500":
        troubles.fail("files.info")
    else:
        troubles.refuse("files.info", trouble)
    await posted(office, PLAN, "connect")
    assert not office.answers(office.dm("jo"))
    await later(office, minutes=1)
    assert statuses(office) == [Status.SENT]


async def test_one_file_that_must_wait_holds_up_nobody_else(office: SlackOffice) -> None:
    office.slack.trouble.fail("download")
    await office.send("jo", PLAN)
    await office.send("tom", "8302000_SENreview20260901.docx")
    assert [file.sender.name for file in office.post.files()] == ["Tom Ashe"]


async def test_a_page_in_place_of_the_file_is_never_taken_for_it(office: SlackOffice) -> None:
    token = office.slack.world.tokens[BOT_TOKEN]
    token.scopes.remove("files:read")
    await posted(office, PLAN)
    assert not office.post.files()
    token.scopes.add("files:read")
    await later(office, minutes=1)
    assert statuses(office) == [Status.SENT]


async def test_whoever_waited_for_hours_is_told_to_bring_it_otherwise(office: SlackOffice) -> None:
    office.slack.world.tokens[BOT_TOKEN].scopes.remove("files:read")
    await posted(office, PLAN)
    for _ in range(30):
        await later(office, minutes=10)
    assert not office.post.files()
    assert "Slack did not give us this file. Send it again in a new message." in answer(office)
    assert {item.state for item in office.post.waiting()} == {"done"}


async def test_files_that_were_not_to_be_had_are_nothing_to_compare_a_receipt_with(office: SlackOffice) -> None:
    await office.post.email("jo.sands@leysjunior.example", attach=PLAN)
    receipt = office.post.expect("jo.sands@leysjunior.example", "receipt").attached
    ((name, octets),) = receipt.items()
    jo, world = office.people["jo"], office.slack.world
    files = [world.file(jo, name, octets), world.file(jo, "Autumn plans", kind="external")]
    await office.slack.post(jo, office.dm("jo"), "verify", files=files)
    await office.settle()
    assert "genuine" in answer(office)
    assert {item.state for item in office.post.waiting()} == {"done"}


async def test_too_many_files_are_all_refused_at_once(office: SlackOffice) -> None:
    jo, world = office.people["jo"], office.slack.world
    files = [world.file(jo, f"8302000_SENplan{n}20260901.docx", b"PK%d" % n) for n in range(100)]
    files.append(world.file(jo, "Autumn plans", kind="external"))
    await office.slack.post(jo, office.dm("jo"), files=files)
    await office.settle()
    assert not office.post.files()
    assert "100 is the most files that one message can bring." in answer(office)
