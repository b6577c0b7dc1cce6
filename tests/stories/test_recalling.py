"""A school takes back what no officer has had, in whatever words; nobody else does, and never by mistake."""

import pytest

from bot.ledger.tables import Contents, File
from bot.rules.lifecycle import Status
from bot.vault import Destroyed
from tests.office import Answer, TestOffice
from tests.people import ALEX, BETH, IAN, JO, MINA, NADIA, PLAN, PRIYA, SAM, TOM

REVIEW = "8302000_SENplanreview20260901.docx"
HELD = "8302000 SENheld20260901.docx"


async def ask(post: TestOffice, asker: str, said: str, reply_to: Answer | None = None) -> Answer:
    """Send a mail of these words; the one answer."""
    before = len(post.inbox_of(asker))
    await post.email(asker, text=said, reply_to=reply_to)
    (answer,) = post.inbox_of(asker)[before:]
    return answer


def the_file(post: TestOffice, name: str = PLAN) -> File:
    (file,) = [file for file in post.files() if file.name == name]
    return file


FORMS = (
    "recall {reference}", "Recall {reference} please", "RECALL {lower}", "recall {dashless}", "recall {name}",
    "recall {stem}", "recall {part}", "recall “{name}”", "recall\u00a0{reference}", "withdraw {reference}",
    "recall {reference}\n\nSent from my iPhone", "Please recall {reference}, thanks.",
)  # fmt: skip


async def test_a_file_is_recalled_by_its_reference_its_name_or_a_part_of_it(post: TestOffice) -> None:
    for at, form in enumerate(FORMS):
        part = f"finplan{chr(97 + at)}"
        stem = f"8302000_FIN{part[3:]}V01"
        await post.email(JO, attach={f"{stem}.docx": form.encode()})
        reference = the_file(post, f"{stem}.docx").reference
        said = form.format(
            reference=reference, lower=reference.lower(), dashless=reference.replace("-", ""), name=f"{stem}.docx",
            stem=stem, part=part,
        )  # fmt: skip
        answer = await ask(post, JO, said)
        assert (answer.kind, answer.references) == ("recalled", [reference]), said
        assert post.file(reference).status is Status.RECALLED


async def test_what_is_recalled_is_destroyed_at_once_and_nothing_else_is(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, REVIEW])
    await ask(post, JO, f"recall {PLAN}")
    file = the_file(post)
    assert (file.status, file.contents) == (Status.RECALLED, Contents.DESTROYED)
    with pytest.raises(Destroyed):
        post.contents(file)
    assert post.contents(the_file(post, REVIEW))


async def test_recall_in_the_subject_of_a_reply_means_that_receipts_file(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    receipt = post.expect(JO, "receipt")
    await post.email(JO, subject="Recall", reply_to=receipt)
    assert the_file(post).status is Status.RECALLED


async def test_recall_of_several_asks_which_and_a_number_settles_it(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, REVIEW])
    which = await ask(post, JO, "recall", post.expect(JO, "receipt"))
    assert which.kind == "which"
    assert {file.status for file in post.files()} == {Status.SENT}
    answer = await ask(post, JO, "2", which)
    assert answer.references == [which.references[1]]
    assert [post.file(reference).status for reference in which.references] == [Status.SENT, Status.RECALLED]


async def test_the_question_which_is_also_settled_by_a_reference_or_by_all(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, REVIEW, "8302000_SENplanthree20260901.docx"])
    which = await ask(post, JO, "recall", post.expect(JO, "receipt"))
    await ask(post, JO, f"recall {which.references[1]}", which)
    assert post.file(which.references[1]).status is Status.RECALLED
    await post.email(JO, text="recall all", reply_to=which)
    assert {file.status for file in post.files()} == {Status.RECALLED}


async def test_an_ambiguous_name_lists_the_candidates_and_does_nothing(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, REVIEW])
    which = await ask(post, JO, "recall senplan")
    assert which.kind == "which"
    assert len(which.references) == 2
    assert {file.status for file in post.files()} == {Status.SENT}


async def test_a_bare_recall_out_of_the_blue_asks_which_and_does_nothing(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    answer = await ask(post, JO, "recall")
    assert answer.kind == "which"
    assert answer.references == [the_file(post).reference]
    assert the_file(post).status is Status.SENT


async def test_two_references_recall_two_files_in_one_answer(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, REVIEW])
    first, second = (file.reference for file in post.files())
    answer = await ask(post, JO, f"recall {first} and {second}")
    assert sorted(answer.references) == sorted([first, second])
    assert {file.status for file in post.files()} == {Status.RECALLED}


@pytest.mark.parametrize("colleague", [TOM, PRIYA, MINA, ALEX])
async def test_whoever_may_send_for_the_school_may_recall_and_so_may_an_administrator(
    post: TestOffice, colleague: str
) -> None:
    await post.email(JO, attach=PLAN)
    answer = await ask(post, colleague, f"recall {the_file(post).reference}")
    assert answer.kind == "recalled"
    assert the_file(post).status is Status.RECALLED


async def test_another_school_or_service_can_neither_recall_a_file_nor_learn_of_it(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    for other in (BETH, IAN):
        answer = await ask(post, other, f"recall {the_file(post).reference}")
        assert answer.kind == "which"
        assert not answer.references
        assert "Leys" not in answer.text
    assert the_file(post).status is Status.SENT


async def test_an_officer_does_not_recall(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    assert (await ask(post, SAM, f"recall {the_file(post).reference}")).kind == "not-authorised"
    assert the_file(post).status is Status.SENT


async def test_too_late_says_who_received_it_and_when(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    post.clock.advance(minutes=65)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    post.clock.advance(minutes=5)
    answer = await ask(post, JO, "recall", post.expect(JO, "receipt"))
    assert answer.kind == "too-late"
    assert "received by Sam Hale at 10:05 on 1 September 2026" in answer.text.replace("\n", " ")
    assert the_file(post).status is Status.RECEIVED
    assert the_file(post).contents is Contents.KEPT


async def test_too_late_after_a_rejection_or_a_colleagues_recall_says_whose(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, REVIEW])
    await post.email(NADIA, text=f"reject {the_file(post).reference} wrong term")
    await post.email(TOM, text=f"recall {the_file(post, REVIEW).reference}")
    for name, by in ((PLAN, "rejected by Nadia Brook"), (REVIEW, "recalled by Tom Ashe")):
        answer = await ask(post, JO, f"recall {the_file(post, name).reference}")
        assert answer.kind == "too-late"
        assert by in answer.text.replace("\n", " ")


@pytest.mark.parametrize("said", ["recall", "recall {reference}"])
async def test_a_held_file_is_discarded_by_recalling_it(post: TestOffice, said: str) -> None:
    await post.email(JO, attach=HELD)
    (file,) = post.files()
    answer = await ask(post, JO, said.format(reference=file.reference), post.expect(JO, "advice"))
    assert answer.references == [file.reference]
    (file,) = post.files()
    assert (file.status, file.contents) == (Status.DISCARDED, Contents.DESTROYED)


async def test_several_are_answered_each_as_it_fared(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, REVIEW])
    await post.email(SAM, text=f"receive {the_file(post).reference}")
    before = len(post.inbox_of(JO))
    await post.email(JO, text="recall all", reply_to=post.expect(JO, "receipt"))
    recalled, late = sorted(post.inbox_of(JO)[before:], key=lambda answer: answer.kind)
    assert (recalled.kind, recalled.references) == ("recalled", [the_file(post, REVIEW).reference])
    assert (late.kind, late.references) == ("too-late", [the_file(post).reference])
