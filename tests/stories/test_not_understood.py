"""Whoever answers one of our notices in words that we do not understand is always told that nothing was done."""

import pytest

from bot.rules.lifecycle import Status
from tests.office import Answer, Opener, TestOffice, one_line
from tests.people import ALEX, JO, PLAN, SAM, TOM

BAD = "8302000 SENplan20260901.docx"
CHOICES = "8302000_SPSupport20260901.docx"
PLEA = "Please could I have this back?"


async def answered(post: TestOffice, writer: str, said: str, to: Answer) -> Answer:
    """Reply to a notice; the one answer."""
    before = len(post.inbox_of(writer))
    await post.email(writer, text=said, reply_to=to)
    (answer,) = post.inbox_of(writer)[before:]
    return answer


async def test_a_plea_is_answered_each_time_with_what_to_write(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    receipt = post.expect(JO, "receipt")
    for plea in (PLEA, PLEA, "You did not understand me. I need to change it!"):
        answer = await answered(post, JO, plea, receipt)
        assert answer.kind == "unknown-command"
        assert answer.references == receipt.references
        for said in ("Nothing has been done", plea, PLAN, "`recall`", "contact us now", "01632 960100"):
            assert said in one_line(answer), said
    assert post.files()[0].status is Status.SENT


async def test_who_repeats_the_same_words_without_end_is_a_machine(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    for _ in range(9):
        await post.email(JO, text="I am away until Monday and read no email.", reply_to=post.inbox_of(JO)[-1])
    assert [mail.kind for mail in post.inbox_of(JO)].count("unknown-command") == 3


async def test_the_word_that_it_asks_for_can_be_its_reply(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    answer = await answered(post, JO, PLEA, post.expect(JO, "receipt"))
    assert (await answered(post, JO, "recall", answer)).kind == "recalled"


async def test_what_can_no_longer_be_done_is_not_offered(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    answer = await answered(post, JO, PLEA, post.expect(JO, "received"))
    assert "`recall`" not in answer.text
    assert "`history`" in answer.text


async def test_an_officer_is_told_the_officers_words(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, "8302000_SENreview20260901.docx"])
    answer = await answered(post, SAM, "Neither of these is for us", post.expect(SAM, "new-files"))
    for said in ("receive", "reject", "move"):
        assert f"`{said} {post.files()[0].reference}" in answer.text
    assert "recall" not in answer.text
    assert "received" in (await answered(post, SAM, "receive 2", answer)).text


async def test_a_long_plea_is_cut(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    answer = await answered(post, JO, "It is wrong. " * 100, post.expect(JO, "receipt"))
    assert "It is wrong. It is" in one_line(answer)
    assert answer.text.count("wrong") < 30


async def test_a_plea_about_a_held_file_brings_its_offers_again(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    answer = await answered(post, JO, "Sorry, I attached the wrong one.", post.expect(JO, "advice"))
    assert answer.kind == "advice"
    assert "We could not act on your reply “Sorry, I attached the wrong one.”" in one_line(answer)
    await post.email(JO, text="no", reply_to=answer)
    assert post.files()[0].status is Status.DISCARDED


@pytest.mark.parametrize("said", ["7", "yes", "2 7", "8302000_SPsupport", "no 9"])
async def test_a_reply_that_settles_nothing_says_so_first(post: TestOffice, said: str) -> None:
    await post.email(JO, attach={CHOICES: b"1", "8302000_SPSupporting20260901.docx": b"2"})
    answer = await answered(post, JO, said, post.expect(JO, "advice"))
    assert answer.kind == "advice"
    assert f"Not sent yet ============ We could not act on your reply “{said}”. Nothing has been done." in one_line(
        answer
    )
    assert [file.status for file in post.files()] == [Status.HELD, Status.HELD]


async def test_a_number_that_stands_for_no_candidate_is_named(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, "8302000_SENplanning20260901.docx"])
    await post.email(JO, subject="history plan")
    answer = await answered(post, JO, "3", post.expect(JO, "which"))
    assert "We found no file that `3` could mean. Nothing has been done." in one_line(answer)


async def test_a_number_without_a_name_still_needs_one(post: TestOffice) -> None:
    await post.email(JO, attach="Acronyms.docx")
    answer = await answered(post, JO, "1", post.expect(JO, "advice"))
    assert "We could not act on your reply “1”." in one_line(answer)


async def test_a_misspelt_reply_can_be_put_right_in_reply(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    answer = await answered(post, JO, "recal", post.expect(JO, "receipt"))
    assert "Did you mean `recall`?" in one_line(answer)
    assert (await answered(post, JO, "recall", answer)).kind == "recalled"


async def test_a_command_that_lacked_something_can_be_completed_in_reply(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    lacking = await answered(post, SAM, "reject", post.expect(SAM, "new-files"))
    assert "A reason is needed" in one_line(lacking)
    unknown = await answered(post, SAM, "move XYZ", lacking)
    assert "no service with the code XYZ" in one_line(unknown)
    await post.email(SAM, text="reject Wrong child", reply_to=unknown)
    assert post.files()[0].status is Status.REJECTED


async def test_nobody_learns_of_a_file_by_a_plea(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    answer = await answered(post, TOM, PLEA, post.expect(JO, "advice"))
    assert answer.kind == "help"
    assert answer.references == []


async def test_the_same_plea_is_answered_three_times_a_day(post: TestOffice) -> None:
    """Lesson L18: whoever says the same once more is a machine, unmarked."""
    await post.email(JO, attach=PLAN)
    receipt = post.expect(JO, "receipt")
    for _ in range(5):
        await post.email(JO, text=PLEA, reply_to=receipt)
    assert [answer.kind for answer in post.inbox_of(JO)] == ["receipt", *["unknown-command"] * 3]


async def test_pleas_without_end_are_not_answered_without_end(post_with: Opener) -> None:
    async with post_with({"POSTROOM__EMAIL__REPLIES_PER_HOUR": "3"}) as post:
        await post.email(JO, attach=PLAN)
        receipt = post.expect(JO, "receipt")
        for at in range(5):
            await post.email(JO, text=f"{PLEA} {at}", reply_to=receipt)
        assert [answer.kind for answer in post.inbox_of(JO)] == ["receipt", "unknown-command", "unknown-command"]
        assert "is not answered any more for now" in one_line(post.expect(ALEX, "alert"))
