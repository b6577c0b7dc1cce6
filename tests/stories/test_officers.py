"""Officers receive, reject and move; exactly one act wins; everybody concerned hears."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.ledger.tables import Contents, Duty, Person
from bot.rules.authority import Role
from bot.rules.lifecycle import Status
from tests.office import DOCX, Opener, TestOffice
from tests.people import ALEX, BETH, DEE, EYFS, IAN, JO, LENA, MOORVIEW_HEAD, NADIA, PLAN, PRIYA, RAJ, SAM, TOM
from tests.visitor import links_in, visitor

TEAM = "senteam@derbyshire.example"


async def test_an_officer_receives_by_replying_and_the_sender_hears(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    (file,) = post.files()
    assert (file.status, file.received_at) == (Status.RECEIVED, post.clock.now())
    assert "Sam Hale" in post.expect(JO, "received").text
    assert post.expect(SAM, "decided").references == [file.reference]


async def test_the_other_officers_who_were_told_hear_who_decided(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    assert "Sam Hale" in post.expect(NADIA, "decided").text


async def test_nobody_is_told_of_a_new_file_of_their_own_school(post: TestOffice) -> None:
    await post.email(LENA, attach="8309003_SENplan20260901.docx")
    assert post.expect(NADIA, "new-files")
    assert post.inbox_of(DEE) == []


async def test_where_a_place_is_told_and_no_officer_is_the_administrators_are_not(post: TestOffice) -> None:
    for officer in (SAM, NADIA, DEE):
        await post.leave(officer)
    await post.email(JO, attach=PLAN)
    assert post.expect(TEAM, "new-files")
    assert post.inbox_of(ALEX) == []


async def test_a_place_reads_no_comment_and_none_is_kept_for_it(post: TestOffice) -> None:
    await post.email(JO, text="About Alfie, as agreed.", attach=PLAN)
    assert "Alfie" in post.expect(SAM, "new-files").text
    assert "Alfie" not in post.expect(TEAM, "new-files").text
    assert not any("Alfie" in str(item.facts) for item in post.told() if item.recipient == TEAM)


async def test_a_rejection_reaches_the_sender_and_the_headteacher_by_whom_and_why(post: TestOffice) -> None:
    await post.email(BETH, attach=EYFS)
    await post.email(IAN, text="reject Class 2 is missing", reply_to=post.expect(IAN, "new-files"))
    (file,) = post.files()
    assert (file.status, file.reason, file.contents) == (Status.REJECTED, "Class 2 is missing", Contents.KEPT)
    for reader in (BETH, MOORVIEW_HEAD):
        told = post.expect(reader, "rejected")
        assert "Ian Farrow" in told.text
        assert "Class 2 is missing" in told.text
    assert post.contents(file) == DOCX


async def test_a_headteacher_who_sent_it_gets_one_mail(post: TestOffice) -> None:
    await post.email(PRIYA, attach=PLAN)
    await post.email(SAM, text="reject wrong term", reply_to=post.expect(SAM, "new-files"))
    assert [answer.kind for answer in post.inbox_of(PRIYA)].count("rejected") == 1


async def test_where_no_headteacher_is_on_record_the_administrators_hear(post: TestOffice) -> None:
    await post.leave(PRIYA)
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text="reject wrong term", reply_to=post.expect(SAM, "new-files"))
    assert post.expect(ALEX, "rejected")


async def test_a_received_file_may_still_be_rejected(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    announcement = post.expect(SAM, "new-files")
    await post.email(SAM, text="receive", reply_to=announcement)
    await post.email(SAM, text="reject it is the wrong child's", reply_to=announcement)
    assert post.files()[0].status is Status.REJECTED


async def test_a_file_moves_to_another_service_and_all_concerned_hear(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    await post.email(SAM, text="move FIN", reply_to=post.expect(SAM, "new-files"))
    (file,) = post.files()
    assert (file.status, file.service, file.moved_from) == (Status.SENT, "FIN", "SEN")
    assert (file.received_by, file.received_at, file.ever_received) == (None, None, True)
    assert post.expect(RAJ, "new-files").references == [file.reference]
    assert "Finance" in post.expect(JO, "moved").text


async def test_who_gets_a_moved_file_reads_from_where_by_whom_and_why(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    async with visitor(post) as sam:
        await (await sam.open(links_in(post.expect(SAM, "new-files"))[0])).press(
            "move", service="FIN", words="A budget"
        )
    await post.settle()
    told = post.expect(RAJ, "new-files")
    assert told.subject.startswith("Moved to FIN: ")
    for said in ("Sam Hale has moved it here from SEN.", "The reason given: A budget", "by Sam Hale, from SEN"):
        assert said in " ".join(told.text.split())


async def test_the_reason_of_a_move_may_follow_the_code_in_a_reply(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(
        SAM, text="move FIN This is the budget return\nfor the autumn.\n\nSam", reply_to=post.expect(SAM, "new-files")
    )
    assert post.files()[0].service == "FIN"
    said = "The reason given: This is the budget return for the autumn."
    assert said in " ".join(post.expect(RAJ, "new-files").text.split())
    assert said in " ".join(post.expect(JO, "moved").text.split())


async def test_who_moves_a_file_to_a_service_of_their_own_is_not_told_that_it_is_new(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(ALEX, text=f"move {post.files()[0].reference} FIN")
    await post.rooms.ledger.write(lambda tx: tx.add(Duty(person_id=_id(tx, RAJ), role=Role.OFFICER, scope="SEN")))
    before = len([one for one in post.inbox_of(RAJ) if one.kind == "new-files"])
    await post.email(RAJ, text=f"move {post.files()[0].reference} SEN")
    assert post.files()[0].service == "SEN"
    assert [one.kind for one in post.inbox_of(RAJ)].count("new-files") == before
    assert post.expect(SAM, "new-files").subject.startswith("Moved to SEN: ")


def _id(tx: Session, email: str) -> int:
    return tx.scalars(select(Person.id).where(Person.email == email)).one()


@pytest.mark.parametrize("said", ["move", "move it", "move XYZ", "move AUD"])
async def test_a_move_without_a_service_that_can_take_it_lists_those_that_can(post: TestOffice, said: str) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text=said, reply_to=post.expect(SAM, "new-files"))
    told = post.expect(SAM, "unknown-command")
    listed = " ".join(told.text.partition("Services that it can go to")[2].split())
    assert "FIN Finance" in listed
    assert "AUD" not in listed
    assert "SEN –" not in listed
    await post.email(SAM, text="move FIN", reply_to=told)
    assert post.files()[0].service == "FIN"


async def test_a_recall_stays_too_late_after_a_move(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    await post.email(SAM, text="move FIN", reply_to=post.expect(SAM, "new-files"))
    await post.email(JO, text="recall", reply_to=post.expect(JO, "receipt"))
    assert post.expect(JO, "too-late")
    assert post.files()[0].status is Status.SENT


@pytest.mark.parametrize("to", ["AUD", "XYZ", "SEN"])
async def test_a_file_moves_only_to_another_service_that_somebody_takes_in_for(post: TestOffice, to: str) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text=f"move {to}", reply_to=post.expect(SAM, "new-files"))
    assert post.files()[0].service == "SEN"
    assert post.inbox_of(SAM)[-1].kind == "unknown-command"


async def test_an_officer_acts_only_for_their_services(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    (file,) = post.files()
    await post.email(IAN, text=f"receive {file.reference}")
    assert post.files()[0].status is Status.SENT
    assert all(PLAN not in answer.text for answer in post.inbox_of(IAN))


async def test_an_administrator_acts_for_every_service(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(ALEX, text=f"receive {post.files()[0].reference}")
    assert post.files()[0].status is Status.RECEIVED


async def test_nobody_decides_on_a_file_of_their_own_school(post: TestOffice) -> None:
    await post.email(LENA, attach="8309003_SENplan20260901.docx")
    (file,) = post.files()
    for said in (f"receive {file.reference}", f"reject {file.reference} no", f"move {file.reference} SP"):
        await post.email(DEE, text=said)
    assert post.files()[0].status is Status.SENT
    assert post.inbox_of(DEE)[-1].kind == "not-authorised"


@pytest.mark.parametrize("sender", [SAM, ALEX])
async def test_who_is_of_no_school_sends_for_none(post: TestOffice, sender: str) -> None:
    await post.email(sender, attach=PLAN)
    assert post.files() == []
    assert "on no school’s list" in post.expect(sender, "advice").text


async def test_a_sender_is_no_officer(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(TOM, text=f"receive {post.files()[0].reference}")
    assert post.files()[0].status is Status.SENT


async def test_the_loser_of_a_race_is_told_who_did_what_and_when(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text="reject wrong child", reply_to=post.expect(SAM, "new-files"))
    post.clock.advance(minutes=5)
    await post.email(NADIA, text="receive", reply_to=post.expect(NADIA, "new-files"))
    told = post.expect(NADIA, "lost-race").text
    assert "Sam Hale" in told
    assert "09:00 on 1 September 2026" in told.replace("\n", " ")


async def test_of_several_files_a_bare_word_asks_which(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, "8302000_SENreview20260901.docx"])
    announcement = post.expect(SAM, "new-files")
    await post.email(SAM, text="receive", reply_to=announcement)
    assert post.expect(SAM, "which")
    assert {file.status for file in post.files()} == {Status.SENT}

    await post.email(SAM, text="receive 2", reply_to=announcement)
    assert [file.status for file in post.files()] == [Status.SENT, Status.RECEIVED]
    await post.email(SAM, text="receive all", reply_to=announcement)
    assert [file.status for file in post.files()] == [Status.RECEIVED, Status.RECEIVED]


async def test_one_act_on_several_files_is_one_mail_to_their_sender(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, "8302000_SENreview20260901.docx"])
    await post.email(SAM, text="receive all", reply_to=post.expect(SAM, "new-files"))
    received = [answer for answer in post.inbox_of(JO) if answer.kind == "received"]
    assert [len(answer.references) for answer in received] == [2]


async def test_a_recalled_file_can_no_longer_be_received(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(JO, text="recall", reply_to=post.expect(JO, "receipt"))
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    assert post.files()[0].status is Status.RECALLED
    assert "Jo Sands" in post.expect(SAM, "lost-race").text


async def test_a_place_is_told_in_batches_and_without_comments(post_with: Opener) -> None:
    async with post_with(announce_minutes=15) as post:
        await post.email(JO, text="Something private", attach=PLAN)
        await post.email(TOM, attach="8302000_SENreview20260901.docx")
        assert not post.inbox_of("senteam@derbyshire.example")
        post.clock.advance(minutes=16)
        await post.settle()
        (told,) = post.inbox_of("senteam@derbyshire.example")
        assert len(told.references) == 2
        assert "Something private" not in told.text
