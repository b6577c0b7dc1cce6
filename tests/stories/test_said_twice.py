"""Whoever says a thing twice is told that it is done already, and never that somebody else was first."""

import pytest

from bot.rules.lifecycle import Status
from tests.office import TestOffice
from tests.people import JO, NADIA, PLAN, SAM, TOM
from tests.visitor import links_in

BAD = "8302000 SENplan20260901.docx"


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("said", ["yes", "1", PLAN])
async def test_a_name_that_was_settled_is_sent_already(post: TestOffice, said: str) -> None:
    await post.email(JO, attach=BAD)
    advice = post.expect(JO, "advice")
    await post.email(JO, text="yes", reply_to=advice)
    await post.email(JO, text=said, reply_to=advice)
    (file,) = post.files()
    told = post.expect(JO, "settled")
    assert told.subject == f"Already sent: {PLAN} ({file.reference})"
    assert f"Your reply “{said}” has changed nothing." in one_line(told.text)
    await post.email(JO, text="recall", reply_to=told)
    assert post.files()[0].status is Status.RECALLED


async def test_a_no_that_comes_after_the_yes_says_how_to_take_it_back(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    advice = post.expect(JO, "advice")
    await post.email(JO, text="yes", reply_to=advice)
    await post.email(JO, text="no", reply_to=advice)
    assert post.files()[0].status is Status.SENT
    told = post.expect(JO, "settled")
    assert told.subject.startswith("Already sent")
    assert "Reply `recall` to take it back" in one_line(told.text)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    await post.email(JO, text="no", reply_to=advice)
    assert "`recall`" not in post.expect(JO, "settled").text


async def test_a_no_said_twice_is_destroyed_already(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    for _ in range(2):
        await post.email(JO, text="no", reply_to=post.expect(JO, "advice"))
    assert post.expect(JO, "settled").subject.startswith(f"Already destroyed: {BAD}")


async def test_a_yes_to_an_announcement_is_told_the_officers_words(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text="yes", reply_to=post.expect(SAM, "new-files"))
    assert "Reply `receive` to take it in." in one_line(post.expect(SAM, "unknown-command").text)


async def test_a_yes_about_what_may_not_be_seen_finds_nothing(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    await post.email(TOM, text="yes", reply_to=post.expect(JO, "advice"))
    assert post.expect(TOM, "which").references == []


async def test_who_received_a_file_has_it_already_and_gets_a_link(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    announced = post.expect(SAM, "new-files")
    for _ in range(2):
        await post.email(SAM, text="receive", reply_to=announced)
    told = post.expect(SAM, "lost-race")
    assert told.subject == f"Already received: {PLAN} ({post.files()[0].reference})"
    assert "omebody else" not in told.text
    assert set(links_in(told)).isdisjoint(links_in(announced))
    assert links_in(told)
    await post.email(NADIA, text="receive", reply_to=post.expect(NADIA, "new-files"))
    assert "Somebody else was first" in one_line(post.expect(NADIA, "lost-race").text)
    assert not links_in(post.expect(NADIA, "lost-race"))


async def test_who_rejected_a_file_has_done_so_already(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    for _ in range(2):
        await post.email(SAM, text="reject wrong child", reply_to=post.expect(SAM, "new-files"))
    told = post.expect(SAM, "lost-race")
    assert told.subject.startswith("Already rejected")
    assert not links_in(told)


@pytest.mark.parametrize(("name", "what"), [(PLAN, "recalled"), (BAD, "destroyed")])
async def test_what_was_taken_back_is_taken_back_already(post: TestOffice, name: str, what: str) -> None:
    await post.email(JO, attach=name)
    reference = post.files()[0].reference
    for _ in range(2):
        await post.email(JO, text=f"recall {reference}")
    told = post.expect(JO, "too-late")
    assert told.subject.startswith(f"Already {what}: {name}")
    assert "contact us now" not in one_line(told.text)
