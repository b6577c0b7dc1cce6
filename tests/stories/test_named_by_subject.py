"""A badly named file whose mail has a telling subject is offered a name that is made from it, and never sent by itself."""

import pytest

from bot.rules.lifecycle import Status
from tests.office import Answer, TestOffice, one_line
from tests.people import JO, MINA, PLAN, TOM

SUBJECT = "SEN ehcp review"
NAMES = ["8302000_SENehcpreview20260901.pdf", "8302000_SENehcpreviewV01.pdf"]


def names_in(answer: Answer) -> list[str]:
    return [word.strip("*") for word in answer.text.split() if word.startswith("83") and "_" in word and "." in word]


async def test_the_name_is_offered_by_number_and_says_where_it_comes_from(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach="scan0001.pdf")
    advice = post.expect(JO, "advice")
    assert names_in(advice) == NAMES
    assert "from the subject of your email" in one_line(advice)
    assert post.files()[0].status is Status.HELD
    await post.email(JO, text="yes", reply_to=advice)
    assert post.files()[0].status is Status.HELD, "it is a choice, never sure"
    again = post.expect(JO, "advice")
    assert names_in(again) == NAMES
    await post.email(JO, text="1", reply_to=again)
    file = post.files()[0]
    assert (file.status, file.name, file.given) == (Status.SENT, NAMES[0], "scan0001.pdf")


async def test_it_goes_with_tags_and_comments(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, text="Tag: SEN\nAs agreed.", attach="Document1.docx")
    assert names_in(post.expect(JO, "advice"))[0] == "8302000_SENehcpreview20260901.docx"
    assert (post.files()[0].tag, post.files()[0].comment) == ("SEN", "As agreed.")


async def test_whoever_acts_for_several_schools_is_offered_each(post: TestOffice) -> None:
    await post.email(MINA, subject=SUBJECT, attach="scan0001.pdf")
    assert {name[:7] for name in names_in(post.expect(MINA, "advice"))} == {"8302000", "8309002"}


async def test_several_badly_named_files_are_told_apart_and_each_has_its_numbers(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach=["scan0001.pdf", "scan0002.pdf", PLAN])
    told = post.expect(JO, "mixed")
    await post.email(JO, text="1 3", reply_to=told)
    assert sorted(file.name for file in post.files()) == [
        "8302000_SENehcpreviewparta20260901.pdf", "8302000_SENehcpreviewpartb20260901.pdf", PLAN,
    ]  # fmt: skip
    assert {file.status for file in post.files()} == {Status.SENT}


async def test_a_name_that_says_something_itself_is_not_overridden(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach="8302000 FINbudget20260901.pdf")
    assert names_in(post.expect(JO, "advice"))[-1] == "8302000_FINbudget20260901.pdf"
    assert "subject of your email" not in one_line(post.expect(JO, "advice"))


async def test_choices_of_a_name_itself_are_never_said_to_come_from_the_subject(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach="8302000_SPSupport20260901.docx")
    await post.email(JO, text="7", reply_to=post.expect(JO, "advice"))
    told = post.expect(JO, "advice")
    assert len([answer for answer in post.inbox_of(JO) if answer.kind == "advice"]) == 2
    assert "SPSSupport".lower() in told.text.lower()
    assert "subject of your email" not in one_line(told)


@pytest.mark.parametrize("subject", ["Re: SEN ehcp review", "FW: SEN ehcp review", "Scans", ""])
async def test_of_a_reply_a_forward_or_an_empty_subject_nothing_is_made(post: TestOffice, subject: str) -> None:
    await post.email(JO, subject=subject, attach="scan0001.pdf")
    assert "subject of your email" not in one_line(post.expect(JO, "advice"))
    assert post.files()[0].choices == []


async def test_below_an_answer_of_ours_a_new_subject_names_nothing(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(JO, subject=SUBJECT, attach="scan0001.pdf", reply_to=post.expect(JO, "receipt"))
    assert post.files()[1].choices == []


async def test_sent_again_with_a_subject_that_says_more_it_is_offered_that(post: TestOffice) -> None:
    await post.email(JO, subject="Scan", attach="scan0001.pdf")
    await post.email(JO, subject=SUBJECT, attach="scan0001.pdf")
    assert names_in(post.expect(JO, "advice")) == NAMES
    assert len(post.files()) == 1


async def test_nobody_else_of_the_school_sees_it_before(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach="scan0001.pdf")
    await post.email(TOM, text="status")
    assert "scan0001" not in post.expect(TOM, "status").text
