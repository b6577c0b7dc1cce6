"""Commands by mail, as people give them: beside files, twice over, one after the other, in a reply to all."""

import pytest

from bot.rules.lifecycle import Status
from tests.office import TestOffice
from tests.people import JO, PLAN, PRIYA, SAM, TOM

REVIEW = "8302000_SENreview20260901.docx"


def kinds(post: TestOffice, reader: str) -> list[str]:
    return [answer.kind for answer in post.inbox_of(reader)]


# lesson L44


@pytest.mark.parametrize("said", ["Thanks, I have seen it.", "Looks good to me", "Thank you all"])
async def test_a_reply_to_all_on_our_receipt_files_nothing_and_sends_nothing_again(post: TestOffice, said: str) -> None:
    await post.email(JO, attach=PLAN)
    receipt = post.expect(JO, "receipt")
    announced = kinds(post, SAM)
    await post.email(TOM, text=said, reply_to=receipt, headers={"Cc": f"{JO}, {PRIYA}"})
    assert [file.status for file in post.files()] == [Status.SENT]
    assert (kinds(post, JO), kinds(post, SAM)) == (["receipt"], announced)


async def test_what_a_reply_to_all_brings_back_of_ours_or_of_theirs_counts_only_if_it_is_new(post: TestOffice) -> None:
    await post.email(JO, attach={PLAN: b"the plan"})
    receipt = post.expect(JO, "receipt")
    back = {**receipt.attached, PLAN: b"the plan", REVIEW: b"new"}
    await post.email(TOM, text="Here is mine as well.", attach=back, reply_to=receipt)
    assert sorted(file.name for file in post.files()) == [PLAN, REVIEW]
    outcome = post.expect(TOM, "mixed")
    assert sorted(outcome.references) == sorted(file.reference for file in post.files())
    told = [answer for answer in post.inbox_of(SAM) if answer.kind == "new-files"]
    assert [answer.references for answer in told] == [[file.reference] for file in post.files()]


# lesson L47


async def test_each_command_is_answered_by_itself_and_the_answer_says_what_was_asked(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    reference = post.files()[0].reference
    await post.email(JO, text=f"history {reference}\nrecall {reference}\nthanks\nhelp")
    assert kinds(post, JO)[1:] == ["history", "recalled"]
    assert all(reference in answer.subject for answer in post.inbox_of(JO)[1:])


async def test_an_unknown_word_gets_the_nearest_and_the_same_one_three_answers_at_most(post: TestOffice) -> None:
    for _ in range(5):
        await post.email(JO, text="staus")
    answers = post.inbox_of(JO)
    assert [answer.kind for answer in answers] == ["unknown-command"] * 3
    assert all("`staus`" in answer.text and "`status`" in answer.text for answer in answers)


# lesson L48


async def test_a_command_given_in_the_subject_and_the_text_runs_once(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    said = f"recall {post.files()[0].reference}"
    await post.email(JO, subject=said, text=said)
    assert kinds(post, JO) == ["receipt", "recalled"]


# lesson L49


async def test_an_ambiguous_name_does_nothing_and_a_bare_recall_means_the_receipts_file(post: TestOffice) -> None:
    await post.email(JO, attach={PLAN: b"a"})
    receipt = post.expect(JO, "receipt")
    await post.email(JO, attach={REVIEW: b"b"})
    await post.email(JO, text="recall 8302000_SEN")
    assert len(post.expect(JO, "which").references) == 2
    assert {file.status for file in post.files()} == {Status.SENT}
    await post.email(JO, text="Recall", reply_to=receipt)
    assert [file.status for file in post.files()] == [Status.RECALLED, Status.SENT]


# lesson L52


async def test_a_mail_with_a_file_and_a_command_does_both(post: TestOffice) -> None:
    await post.email(JO, text="status", attach=PLAN)
    assert sorted(kinds(post, JO)) == ["receipt", "status"]
    assert post.expect(JO, "status").references == [post.files()[0].reference]


async def test_a_mail_with_neither_is_told_so_briefly_and_not_without_end(post: TestOffice) -> None:
    for _ in range(6):
        await post.email(JO, text="Hello, is anybody there?")
    assert len(kinds(post, JO)) <= 3
    await post.email(SAM, text="Hello, is anybody there?")
    await post.email(SAM, text="Hello again")
    assert kinds(post, SAM) == ["help"]
