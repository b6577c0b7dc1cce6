"""What attackers try, each once shown to work: held here so that it never works again."""

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DatabaseError

from bot.ledger.tables import InboxState, School
from bot.rules.lifecycle import Status
from tests.measuring import no_more_work_than
from tests.office import Opener, TestOffice
from tests.people import ALEX, BETH, DEE, IAN, JO, MOORVIEW_HEAD, NADIA, PLAN, RAJ, SAM

EYFS = "8309001_INFOeyfs20260901.zip"
SECONDS_MAX = 5
RELAY = {
    "POSTROOM__EMAIL__TRUST__SUBMISSION_NETWORKS": "[]",
    "POSTROOM__EMAIL__TRUST__RELAY_NETWORKS": '["127.0.0.0/8"]',
    "POSTROOM__EMAIL__TRUST__AUTHSERV_IDS": '["mx.derbyshire.example"]',
}
PROOF = {"Authentication-Results": "mx.derbyshire.example; dmarc=pass header.from=leysjunior.example"}


async def test_a_shared_mailbox_does_not_act_under_the_subject_of_an_absence_note(post: TestOffice) -> None:
    await post.email(MOORVIEW_HEAD, subject="Automatic reply: eyfs", attach=EYFS)
    assert not post.files()
    assert [answer.kind for answer in post.inbox_of(MOORVIEW_HEAD)] == ["shared-mailbox"]


async def test_a_machine_is_not_answered_where_it_posts_for_somebody(post: TestOffice) -> None:
    marks = {"Sender": "staff-owner@lists.example", "List-Id": "<staff.lists.example>"}
    await post.email(JO, subject="status", headers=marks)
    await post.email(JO, subject="Automatic reply: Sent", headers={"Sender": "owner@lists.example"})
    assert not post.mailboxes.delivered


async def test_a_foreign_poster_does_not_act_under_the_subject_of_an_absence_note(post: TestOffice) -> None:
    await post.email(JO, subject="Automatic reply: x", attach=PLAN, headers={"Sender": "x@elsewhere.example"})
    assert not post.files()
    assert post.expect(JO, "not-authorised")


@pytest.mark.parametrize("poster", [IAN, JO])
async def test_nobody_acts_on_behalf_of_an_officer_of_other_services(post: TestOffice, poster: str) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"), headers={"Sender": poster})
    assert post.files()[0].status is Status.SENT
    assert post.expect(SAM, "not-authorised")


async def test_nobody_acts_on_behalf_of_an_administrator(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    recall = f"recall {post.files()[0].reference}"
    await post.email(ALEX, text=recall, headers={"Sender": RAJ})
    assert post.files()[0].status is Status.SENT


async def test_a_shared_mailbox_does_not_post_for_anybody(post: TestOffice) -> None:
    await post.email(BETH, attach=EYFS, headers={"Sender": MOORVIEW_HEAD})
    assert not post.files()


async def test_officers_of_the_former_service_hear_no_more_of_a_file(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    (file,) = post.files()
    await post.email(SAM, text=f"move {file.reference} SPSS")
    await post.email(NADIA, text=f"move {file.reference} SP")
    post.unread()
    await post.email(DEE, text=f"reject {file.reference} it holds the data of the wrong child")
    assert post.files()[0].status is Status.REJECTED
    assert {answer.recipient for answer in post.unread() if "wrong child" in answer.text}.isdisjoint({SAM, NADIA})


ENDLESS = {
    "commas": "," * 250_000,
    "dots": "x" + "." * 120_000 + "x",
    "courtesies": "please " * 35_000,
    "blank lines": "\n" * 250_000 + "x",
    "filters": "status " + "sent " * 40_000,
    "part of a name": "recall " + "x" * 60_000,
}


@pytest.mark.parametrize("letter", ENDLESS)
async def test_no_letter_keeps_the_office_busy(post: TestOffice, letter: str) -> None:
    await post.email(JO, attach=PLAN)
    with no_more_work_than(SECONDS_MAX):
        await post.email(JO, text=ENDLESS[letter])
    assert {item.state for item in post.waiting()} == {InboxState.DONE}


async def test_one_mail_full_of_commands_is_no_flood_of_answers(post: TestOffice) -> None:
    await post.email(JO, text="\n".join(f"status a{number}" for number in range(200)))
    assert len(post.inbox_of(JO)) == 51
    assert "status a50" in post.expect(JO, "unknown-command").subject


async def test_a_long_comment_does_not_multiply(post: TestOffice) -> None:
    names = [f"8302000_SENplan{chr(97 + n // 26)}{chr(97 + n % 26)}20260901.docx" for n in range(50)]
    await post.email(JO, text="A comment. " * 20_000, attach=names)
    assert len(post.files()) == 50
    assert max(len(str(item.facts)) for item in post.told()) < 1_000_000


async def test_announcements_do_not_silence_an_officer(post_with: Opener) -> None:
    async with post_with({"POSTROOM__EMAIL__REPLIES_PER_HOUR": "2"}) as post:
        for name in ("plan", "review", "report"):
            await post.email(JO, attach=f"8302000_SEN{name}20260901.docx")
        await post.email(SAM, text=f"receive {post.files()[0].reference}")
        assert post.expect(SAM, "decided")


async def test_what_was_sealed_of_an_unreadable_mail_is_destroyed(post: TestOffice) -> None:
    mail = post.compose(JO, attach=[f"8302000_SENplan{letter}20260901.docx" for letter in "abcdefghijkl"])
    octets = mail.as_bytes().replace(b"\n", b"\r\n")
    deep, close = b"", mail.get_boundary("").encode()
    for level in range(40):
        deep += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
    octets = octets.replace(b"--" + close + b"--", b"--" + close + b"\r\n" + deep)
    await post.post(octets, JO)
    (item,) = post.waiting()
    assert item.state is InboxState.QUARANTINED
    assert set(post.rooms.vault.object_ids()) == {item.object_id}


async def test_a_copy_that_is_not_heard_does_not_take_the_place_of_the_mail_itself(post_with: Opener) -> None:
    async with post_with(RELAY) as post:
        mail = post.compose(JO, attach=PLAN)
        await post.post(mail.as_bytes().replace(b"\n", b"\r\n"), JO)
        del mail["Authentication-Results"]
        mail["Authentication-Results"] = PROOF["Authentication-Results"]
        await post.post(mail.as_bytes().replace(b"\n", b"\r\n"), JO)
        assert post.expect(JO, "receipt")


@pytest.mark.parametrize(
    "said",
    [
        "status since 1 January 0001", "status between 1 January 0001 and 31 December 9999", "status 9999",
        "status since 31 December 9999", "status last 99999 years", "status 0001-01-01", "status since 1/1/9999",
    ],
)  # fmt: skip
async def test_no_date_is_too_far_away(post: TestOffice, said: str) -> None:
    await post.email(JO, subject=said)
    assert {item.state for item in post.waiting()} == {InboxState.DONE}


async def test_a_failing_database_does_not_tell_the_log_what_was_written(post: TestOffice) -> None:
    with pytest.raises(DatabaseError) as failure:
        post.rooms.ledger.write_now(lambda tx: tx.execute(insert(School).values(number="8302000", name="A secret")))
    assert "secret" not in str(failure.value)


async def test_a_forged_mail_does_not_stand_in_the_way_of_a_recall(post_with: Opener) -> None:
    async with post_with(RELAY) as post:
        await post.email(JO, subject="Plan", attach=PLAN, headers=PROOF)
        await post.email(JO, subject="Plan", text="Forged.")
        said = 'Jo Sands would like to recall the message, "Plan".'
        await post.email(JO, subject="Recall: Plan", text=said, headers=PROOF)
        assert post.files()[0].status is Status.RECALLED
