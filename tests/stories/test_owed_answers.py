"""Whoever has had many answers within the hour is still told of whatever their word did."""

from collections.abc import AsyncIterator

import pytest

from bot import telling
from bot.rules.lifecycle import Status
from tests.office import Opener, TestOffice
from tests.people import JO, PLAN, SAM
from tests.visitor import links_in

BAD = "8302000 SENreview20260901.docx"


@pytest.fixture
async def post(post_with: Opener) -> AsyncIterator[TestOffice]:
    """An office in which a single answer is all that anybody may ask for."""
    async with post_with({"POSTROOM__EMAIL__REPLIES_PER_HOUR": "1"}) as office:
        yield office


@pytest.mark.parametrize(
    ("said", "status", "kind"), [("yes", Status.SENT, "receipt"), ("no", Status.DISCARDED, "discarded")]
)
async def test_a_word_on_a_held_file_is_answered(post: TestOffice, said: str, status: Status, kind: str) -> None:
    await post.email(JO, attach=BAD)
    await post.email(JO, text=said, reply_to=post.expect(JO, "advice"))
    assert post.files()[0].status is status
    assert post.expect(JO, kind)


async def test_a_recall_is_answered(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(JO, text="recall", reply_to=post.expect(JO, "receipt"))
    assert post.files()[0].status is Status.RECALLED
    assert post.expect(JO, "recalled")


async def test_an_officer_who_receives_gets_the_link(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text="status")
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    assert links_in(post.expect(SAM, "decided"))


async def test_however_many_files_come_by_themselves_each_is_answered_at_once(post: TestOffice) -> None:
    """Lesson L18: what answers none of our mails is no circle."""
    for number in range(7):
        await post.email(JO, attach=f"8302000_SENplan2026090{number + 1}.docx")
        assert len(post.inbox_of(JO)) == number + 1


async def test_an_answer_that_is_owed_waits_an_hour_at_most(post: TestOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lesson L18: a circle that nobody may break by silence grows slow, and nobody is left without an answer."""
    await post.email(JO, attach=PLAN)
    monkeypatch.setattr(telling, "answered_since", lambda *_: 1_000)
    await post.email(JO, attach="8302000_SENreview20260901.docx", reply_to=post.expect(JO, "receipt"))
    assert len(post.inbox_of(JO)) == 1
    post.clock.advance(hours=1)
    await post.settle()
    assert len(post.inbox_of(JO)) == 2


async def test_what_is_only_asked_is_answered_no_more(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(JO, text="status")
    assert [mail.kind for mail in post.inbox_of(JO)] == ["receipt"]
