"""A badly named file is held until its sender settles its name."""

import pytest

from bot.ledger.tables import Contents
from bot.rules.lifecycle import Status
from bot.vault import Destroyed
from tests.office import DOCX, TestOffice
from tests.people import JO, MINA, PLAN, SAM, TOM

BAD = "8302000 SENplan20260901.docx"


async def test_one_word_sends_it_under_the_right_name(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    advice = post.expect(JO, "advice")
    (file,) = post.files()
    assert file.status is Status.HELD
    assert PLAN in advice.text
    assert not post.inbox_of(SAM)

    await post.email(JO, text="yes", reply_to=advice)

    (file,) = post.files()
    assert (file.status, file.name, file.given) == (Status.SENT, PLAN, BAD)
    assert post.expect(JO, "receipt").references == [file.reference]
    assert post.expect(SAM, "new-files").references == [file.reference]
    assert post.contents(file) == DOCX


@pytest.mark.parametrize(
    "said", ["yes", "Yes please", "YES.", "yes, thanks", "1", "8302000_SENplan20260901.docx", "8302000_SENplan20260901"]
)
async def test_yes_a_number_or_the_name_all_send_it(post: TestOffice, said: str) -> None:
    await post.email(JO, attach=BAD)
    await post.email(JO, text=f"{said}\n\nSent from my iPhone", reply_to=post.expect(JO, "advice"))
    assert post.files()[0].status is Status.SENT


async def test_the_answer_finds_its_file_though_the_mail_program_dropped_every_header(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    advice = post.expect(JO, "advice")
    await post.email(JO, subject="Re: something", text="yes", to=str(advice.message["Reply-To"]))
    assert post.files()[0].status is Status.SENT


async def test_the_answer_finds_its_file_by_its_headers_alone(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    advice = post.expect(JO, "advice")
    await post.email(JO, text="yes", headers={"References": str(advice.message["Message-ID"])})
    assert post.files()[0].status is Status.SENT


async def test_a_token_finds_but_never_authorises(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    await post.email(TOM, text="yes", reply_to=post.expect(JO, "advice"))
    assert post.files()[0].status is Status.HELD
    assert not any(PLAN in answer.text for answer in post.inbox_of(TOM))


async def test_no_one_else_of_the_school_sees_a_held_file(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    (file,) = post.files()
    await post.email(TOM, subject="status")
    await post.email(TOM, subject=f"history {file.reference}")
    assert all(file.reference not in answer.references for answer in post.inbox_of(TOM))


async def test_no_destroys_it_at_once(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    await post.email(JO, text="no", reply_to=post.expect(JO, "advice"))
    (file,) = post.files()
    assert (file.status, file.contents) == (Status.DISCARDED, Contents.DESTROYED)
    assert post.expect(JO, "discarded").references == [file.reference]
    with pytest.raises(Destroyed):
        post.contents(file)


@pytest.mark.parametrize("name", ["8302000_SENplan202609.docx", "8302000_SPSupport20260901.docx", "Acronyms.docx"])
async def test_where_no_name_is_sure_a_bare_no_destroys_nothing_and_destroy_does(post: TestOffice, name: str) -> None:
    await post.email(JO, attach=name)
    await post.email(JO, text="No", reply_to=post.expect(JO, "advice"))
    assert post.files()[0].status is Status.HELD
    answer = post.inbox_of(JO)[-1]
    assert answer.kind == "advice"
    for said in (
        "We could not act on your reply “No”. Nothing has been done.",
        "Reply `destroy` to have it destroyed.",
    ):
        assert said in " ".join(answer.text.split())

    await post.email(JO, text="destroy", reply_to=answer)
    assert post.files()[0].status is Status.DISCARDED


@pytest.mark.parametrize(
    ("said", "destroyed"),
    [("no", 0), ("destroy", 0), ("destroy 2", 1), ("no 1", 1), ("no all", 2), ("destroy both", 2)],
)
async def test_of_several_without_a_sure_name_only_what_is_named_is_destroyed(
    post: TestOffice, said: str, destroyed: int
) -> None:
    await post.email(JO, attach={"8302000_SENplan202609.docx": b"1", "8302000_SENnotes202609.docx": b"2"})
    await post.email(JO, text=said, reply_to=post.expect(JO, "advice"))
    assert [file.status for file in post.files()].count(Status.DISCARDED) == destroyed


@pytest.mark.parametrize("said", ["no", "no all"])
async def test_no_destroys_all_that_waits_where_a_sure_name_was_asked_about(post: TestOffice, said: str) -> None:
    await post.email(JO, attach={BAD: b"1", "Acronyms.docx": b"2"})
    advice = post.expect(JO, "advice")
    assert "Reply `no` to have both destroyed." in " ".join(advice.text.split())
    await post.email(JO, text=said, reply_to=advice)
    assert {file.status for file in post.files()} == {Status.DISCARDED}


async def test_yes_takes_every_sure_one_and_never_a_lone_choice(post: TestOffice) -> None:
    await post.email(
        JO, attach={BAD: b"1", "8302000_SPSupport20260901.docx": b"2", "8302000-SEN-notes-20260901.docx": b"3"}
    )
    advice = post.expect(JO, "advice")
    await post.email(JO, text="yes", reply_to=advice)
    assert sorted(file.status for file in post.files()) == [Status.HELD, Status.SENT, Status.SENT]
    answer = post.inbox_of(JO)[-1]
    assert answer.kind == "receipt"
    assert "8302000_SPsupport20260901.docx" in answer.text


async def test_what_is_not_sent_yet_is_said_first(post: TestOffice) -> None:
    await post.email(JO, attach={BAD: b"1", "8302000_SPSupport20260901.docx": b"2"})
    await post.email(JO, text="yes", reply_to=post.expect(JO, "advice"))
    receipt = post.expect(JO, "receipt")
    sent = next(file for file in post.files() if file.status is Status.SENT)
    assert receipt.subject == f"1 not sent yet, 1 sent to SEN: {PLAN} ({sent.reference})"
    assert receipt.text.index("Not sent yet: 8302000_SPSupport") < receipt.text.index(f"Sent: {PLAN}")


async def test_numbers_run_through_the_whole_reply(post: TestOffice) -> None:
    await post.email(JO, attach={"8302000_SPSupport20260901.docx": b"1", BAD: b"2"})
    advice = post.expect(JO, "advice")
    await post.email(JO, text="3", reply_to=advice)
    held, sent = sorted(post.files(), key=lambda file: file.status)
    assert (held.status, sent.status) == (Status.HELD, Status.SENT)
    assert sent.name == PLAN


async def test_no_with_a_number_discards_the_file_that_offer_belongs_to(post: TestOffice) -> None:
    await post.email(JO, attach={BAD: b"1", "8302000-SEN-notes-20260901.docx": b"2"})
    await post.email(JO, text="no 2", reply_to=post.expect(JO, "advice"))
    assert {file.given: file.status for file in post.files()} == {
        BAD: Status.HELD, "8302000-SEN-notes-20260901.docx": Status.DISCARDED,
    }  # fmt: skip


async def test_where_nothing_can_be_guessed_a_name_is_the_reply(post: TestOffice) -> None:
    await post.email(JO, attach="Acronyms.docx")
    advice = post.expect(JO, "advice")
    assert "8302000_" in advice.text
    await post.email(JO, text="8302000_SENacronyms20260901", reply_to=advice)
    (file,) = post.files()
    assert (file.status, file.name) == (Status.SENT, "8302000_SENacronyms20260901.docx")


async def test_a_wrong_name_in_reply_is_explained_and_the_file_stays_held(post: TestOffice) -> None:
    await post.email(JO, attach="Acronyms.docx")
    await post.email(JO, text="1 8309001_SENacronyms20260901", reply_to=post.expect(JO, "advice"))
    (file,) = post.files()
    assert file.status is Status.HELD
    assert len(post.inbox_of(JO)) == 2


async def test_the_same_content_sent_again_rightly_named_replaces_the_held_one(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    await post.email(JO, attach=PLAN)
    held, sent = post.files()
    assert (held.status, held.contents, sent.status) == (Status.DISCARDED, Contents.DESTROYED, Status.SENT)


async def test_the_same_badly_named_file_again_is_offered_again_and_not_stored_twice(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    await post.email(JO, attach=BAD)
    assert len(post.files()) == 1
    await post.email(JO, text="yes", reply_to=post.inbox_of(JO)[-1])
    assert post.files()[0].status is Status.SENT


async def test_accepting_a_name_is_judged_again_as_a_duplicate(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    await post.email(TOM, attach=PLAN)
    await post.email(JO, text="yes", reply_to=post.expect(JO, "advice"))
    held, sent = post.files()
    assert (held.status, sent.status) == (Status.DISCARDED, Status.SENT)
    assert post.expect(JO, "duplicate").references == [sent.reference]


async def test_whoever_sends_for_two_schools_chooses_the_school(post: TestOffice) -> None:
    await post.email(MINA, attach="SENplan20260901.docx")
    advice = post.expect(MINA, "advice")
    assert "8302000_SENplan20260901.docx" in advice.text
    assert "8309002_SENplan20260901.docx" in advice.text
    await post.email(MINA, text="yes", reply_to=advice)
    assert post.files()[0].status is Status.HELD
    await post.email(MINA, text="8309002_SENplan20260901.docx", reply_to=advice)
    assert post.files()[0].school == "8309002"


async def test_a_leaver_can_no_longer_settle_a_name(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    await post.leave(JO)
    await post.email(JO, text="yes", reply_to=post.expect(JO, "advice"))
    assert post.files()[0].status is Status.HELD
    assert post.inbox_of(JO)[-1].kind == "not-authorised"
