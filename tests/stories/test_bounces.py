"""What cannot be delivered: it is known of which notice, once, to a person who can do something; and nothing answers it."""

from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from bot import bouncing
from bot.ledger.tables import InboxState, OutboxItem, OutboxState, Unreachable
from bot.rules.bounce import Report
from bot.rules.lifecycle import Status
from tests.bounces import DELAYED, DELIVERED, EXIM, EXPIRED, QMAIL, UNKNOWN, Section, bounce_of, dsn, worded
from tests.office import RETURNS, Answer, Opener, TestOffice, one_line
from tests.people import ALEX, JO, MOORVIEW_HEAD, PLAN, PRIYA, SAM
from tests.proving import HERE, SCHOOL, facing_the_internet

NO_SUBMISSION = {"POSTROOM__EMAIL__TRUST__SUBMISSION_NETWORKS": "[]"}
RELAY = {
    **NO_SUBMISSION,
    "POSTROOM__EMAIL__TRUST__RELAY_NETWORKS": '["127.0.0.0/8"]',
    "POSTROOM__EMAIL__TRUST__AUTHSERV_IDS": '["mx.derbyshire.example"]',
}
PROOF = {"Authentication-Results": "mx.derbyshire.example; dmarc=pass header.from=leysjunior.example"}


async def comes_back(post: TestOffice, answer: Answer, *sections: Section) -> None:
    """A report on this mail arrives where its envelope says."""
    await post.post(bounce_of(answer, *sections), "", answer.envelope_from)


def marks(post: TestOffice) -> list[Unreachable]:
    return post.rooms.ledger.read_now(lambda tx: bouncing.marked(tx, post.rooms.settings, post.clock.now()))


def alerts(post: TestOffice) -> list[Answer]:
    return [mail for mail in post.inbox_of(ALEX) if mail.kind == "alert"]


async def rejected(post: TestOffice, why: str = "Wrong child") -> None:
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text=f"reject {why}", reply_to=post.expect(SAM, "new-files"))


async def test_a_receipt_that_came_back_marks_the_mailbox_and_is_told_of_once(post: TestOffice) -> None:
    """Lesson L21."""
    await post.email(JO, attach=PLAN)
    receipt = post.expect(JO, "receipt")
    await comes_back(post, receipt, UNKNOWN)
    (alert,) = alerts(post)
    assert alert.subject == f"Please look: Mail to {JO} cannot be delivered"
    for said in ("Jo Sands", "sender of school 8302000", "there is no such mailbox", PLAN, "a receipt", "by telephone"):
        assert said in one_line(alert), said
    (mark,) = marks(post)
    assert (mark.address, mark.times) == (JO, 1)
    item = next(one for one in post.told() if one.kind == "receipt")
    assert item.state is OutboxState.FAILED
    assert "User unknown" in item.error

    await comes_back(post, receipt, UNKNOWN)  # the same again
    await post.post(worded(QMAIL, JO), "", receipt.envelope_from)  # and by another server on the way
    assert len(alerts(post)) == 1
    assert marks(post)[0].times == 1


async def test_a_report_that_comes_back_is_never_answered(post: TestOffice) -> None:
    """Lesson L17."""
    await post.email(JO, attach=PLAN)
    before = len(post.inbox_of(JO))
    await comes_back(post, post.expect(JO, "receipt"), UNKNOWN)
    assert len(post.inbox_of(JO)) == before
    assert {mail.recipient for mail in post.mailboxes.delivered} == {JO, SAM, ALEX, *announced(post)}
    assert {item.state for item in post.waiting()} == {InboxState.DONE}


def announced(post: TestOffice) -> set[str]:
    return {mail.recipient for mail in post.mailboxes.delivered if mail.kind == "new-files"}


async def test_what_a_report_quotes_is_neither_a_file_nor_a_command(post: TestOffice) -> None:
    """Lesson L17: bounces are told before any other rule."""
    await post.email(JO, attach=PLAN)
    receipt = post.expect(JO, "receipt")
    quoted = post.compose(JO, text="recall", attach="8302000_SENother20260901.docx").as_string()
    octets = dsn([{**UNKNOWN, "Final-Recipient": f"rfc822; {JO}"}], quoted).replace(
        b"From: Mail Delivery System <MAILER-DAEMON@mx.leysjunior.example>", f"From: {JO}".encode()
    )
    await post.post(octets, JO, receipt.envelope_from)
    (file,) = post.files()
    assert file.status is Status.SENT
    assert marks(post)
    assert {item.state for item in post.waiting()} == {InboxState.DONE}


async def test_a_headteacher_who_was_not_told_of_a_rejection_is_to_be_telephoned(post: TestOffice) -> None:
    """Lesson L22."""
    await rejected(post)
    await comes_back(post, post.expect(PRIYA, "rejected"), UNKNOWN)
    (alert,) = alerts(post)
    assert alert.subject == "Please look: A headteacher was not told of a rejection: please telephone"
    (file,) = post.files()
    told = (
        "Priya Nair",
        PRIYA,
        "Leys Junior School",
        PLAN,
        file.reference,
        "Sam Hale",
        "Wrong child",
        "no such mailbox",
    )
    for said in told:
        assert said in one_line(alert), said


async def test_each_rejection_of_which_a_headteacher_did_not_hear_is_told_of(post: TestOffice) -> None:
    """Lesson L22: the mark of the mailbox is told of once, the duty each time."""
    await rejected(post)
    await comes_back(post, post.expect(PRIYA, "rejected"), UNKNOWN)
    await post.email(JO, attach="8302000_SENreview20260901.docx")
    await post.email(SAM, text="reject Empty", reply_to=post.expect(SAM, "new-files"))
    second = post.expect(PRIYA, "rejected")  # it is still tried
    await comes_back(post, second, EXPIRED)
    assert [mail.subject.partition(": ")[2] for mail in alerts(post)] == [
        "A headteacher was not told of a rejection: please telephone"
    ] * 2
    assert "Empty" in one_line(alerts(post)[-1])


async def test_a_headteacher_who_sent_the_file_is_still_a_headteacher(post: TestOffice) -> None:
    """Lesson L22: they have one mail, as the sender."""
    await post.email(PRIYA, attach=PLAN)
    await post.email(SAM, text="reject Wrong child", reply_to=post.expect(SAM, "new-files"))
    await comes_back(post, post.expect(PRIYA, "rejected"), UNKNOWN)
    assert "please telephone" in alerts(post)[0].subject


async def test_a_headteacher_whose_address_was_corrected_meanwhile_has_still_not_heard(post: TestOffice) -> None:
    """Lesson L22."""
    await rejected(post)
    await post.leave(PRIYA)
    await comes_back(post, post.expect(PRIYA, "rejected"), UNKNOWN)
    assert "please telephone" in alerts(post)[0].subject
    assert not marks(post)


async def test_a_report_that_is_faster_than_our_own_record_is_not_lost(
    post: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lesson L21: it comes back before we have noted that it left."""

    keep = post.mailboxes.handle_DATA

    async def keep_and_report(server: SMTP, session: Session, envelope: Envelope) -> str:
        kept = await keep(server, session, envelope)
        token = str(envelope.mail_from).partition("+")[2].partition("@")[0]
        post.rooms.ledger.write_now(lambda tx: report(tx, token, envelope.rcpt_tos[0]))
        return kept

    def report(tx: Any, token: str, to: str) -> None:
        item = tx.scalars(select(OutboxItem).where(OutboxItem.token == token)).one()
        if item.kind == "rejected":
            assert item.state is OutboxState.SENDING
            bouncing.take(tx, item, [Report(to, "failed", "5.1.1")], post.rooms.occasion())

    monkeypatch.setattr(post.mailboxes, "handle_DATA", keep_and_report)
    await rejected(post)
    told = {item.recipient: item.state for item in post.told() if item.kind == "rejected"}
    assert told == {JO: OutboxState.FAILED, PRIYA: OutboxState.FAILED}


async def test_our_mail_server_refusing_for_good_is_known_at_once(post: TestOffice) -> None:
    """Lesson L22."""
    await post.email(JO, attach=PLAN)
    post.mailboxes.refused = {PRIYA: "550 5.1.1 no such mailbox here"}
    await post.email(SAM, text="reject Wrong child", reply_to=post.expect(SAM, "new-files"))
    assert "please telephone" in alerts(post)[0].subject
    assert [mark.address for mark in marks(post)] == [PRIYA]


async def test_a_delay_is_counted_and_told_of_only_when_it_goes_on_for_days(post: TestOffice) -> None:
    """Lesson L21: soft failures are counted apart."""
    for day in range(4):
        await post.email(JO, attach=f"8302000_SENplan2026090{day + 1}.docx")
        await comes_back(post, post.expect(JO, "receipt"), DELAYED)
        assert bool(alerts(post)) is (day >= 2)
        post.clock.advance(days=1)
    (alert,) = alerts(post)
    assert alert.subject == f"Please look: Mail to {JO} keeps being delayed"
    assert not marks(post)
    assert all(item.state is OutboxState.SENT for item in post.told())


@pytest.mark.parametrize("days", [(0, 0, 0, 0), (0, 3)])
async def test_many_delays_of_one_day_and_few_of_several_are_nothing_to_tell(
    post: TestOffice, days: tuple[int, ...]
) -> None:
    """Lesson L21."""
    for number, wait in enumerate(days, start=1):
        post.clock.advance(days=wait, minutes=1)
        await post.email(JO, attach=f"8302000_SENplan2026090{number}.docx")
        await comes_back(post, post.expect(JO, "receipt"), DELAYED)
    assert not alerts(post)


async def test_a_delay_that_is_reported_late_does_not_undo_a_failure(post: TestOffice) -> None:
    """Lesson L21: reports come in any order."""
    await post.email(JO, attach=PLAN)
    await comes_back(post, post.expect(JO, "receipt"), UNKNOWN)
    await comes_back(post, post.expect(JO, "receipt"), DELAYED)
    item = next(one for one in post.told() if one.kind == "receipt")
    assert item.state is OutboxState.FAILED
    assert "User unknown" in item.error


async def test_the_delays_of_a_strangers_mailbox_are_nobodys_concern(post: TestOffice) -> None:
    for _ in range(4):
        await post.email("kim.doe@elsewhere.example", subject="status")
        await comes_back(post, post.expect("kim.doe@elsewhere.example", "not-authorised"), DELAYED)
        post.clock.advance(days=1, minutes=1)
    assert not alerts(post)


async def test_each_mail_that_was_given_up_is_told_of_though_the_mailbox_is_no_wrong_one(post: TestOffice) -> None:
    """Lesson L21: of a mailbox that is full for a while the next loss is news again."""
    for day in range(2):
        await post.email(JO, attach=f"8302000_SENplan2026090{day + 1}.docx")
        await comes_back(post, post.expect(JO, "receipt"), EXPIRED)
        post.clock.advance(days=1, hours=1)
    assert [mail.subject for mail in alerts(post)] == [f"Please look: Mail to {JO} cannot be delivered"] * 2
    assert not marks(post)


async def test_a_mailbox_that_stays_marked_is_told_of_once(post: TestOffice) -> None:
    for day in range(3):
        await post.email(JO, attach=f"8302000_SENplan2026090{day + 1}.docx")
        await comes_back(post, post.expect(SAM, "new-files"), UNKNOWN)
        post.clock.advance(days=1, hours=1)
    assert len(alerts(post)) == 1
    assert [(mark.address, mark.times) for mark in marks(post)] == [(SAM, 3)]


async def test_what_arrived_after_all_is_nothing(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await comes_back(post, post.expect(JO, "receipt"), DELIVERED)
    assert not alerts(post)
    assert not marks(post)


async def test_of_several_recipients_each_is_read(post: TestOffice) -> None:
    """Lesson L21: one soft, one hard, whichever comes first."""
    await post.email(JO, attach=PLAN)
    deputy = {**UNKNOWN, "Final-Recipient": "rfc822; deputy@leysjunior.example"}
    await comes_back(post, post.expect(JO, "receipt"), {**DELAYED, "Final-Recipient": "rfc822; a@b.example"}, deputy)
    assert len(marks(post)) == 1


async def test_whoever_writes_from_a_mailbox_has_it(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await comes_back(post, post.expect(JO, "receipt"), UNKNOWN)
    await post.email(JO, subject="Automatic reply: away")
    assert marks(post)
    await post.email(JO, subject="status")
    assert not marks(post)
    assert post.expect(JO, "status")


async def test_nobody_ends_a_mark_in_somebody_elses_name(post_with: Opener) -> None:
    async with post_with(RELAY) as post:
        await post.email(JO, attach=PLAN, headers=PROOF)
        await post.post(worded(QMAIL, JO), "", post.expect(JO, "receipt").envelope_from)
        await post.email(JO, subject="status")
        assert post.waiting()[-1].state is InboxState.QUARANTINED
        assert marks(post)
        await post.email(JO, subject="status", headers=PROOF)
        assert not marks(post)


async def test_a_mark_ends_when_something_arrived_and_nothing_came_back(post: TestOffice) -> None:
    await rejected(post)
    await comes_back(post, post.expect(PRIYA, "rejected"), UNKNOWN)
    post.clock.advance(hours=1)
    await post.email(JO, attach="8302000_SENreview20260901.docx")
    await post.email(SAM, text="reject Empty", reply_to=post.expect(SAM, "new-files"))
    post.clock.advance(days=4)
    assert marks(post)
    post.clock.advance(days=2)
    assert not marks(post)
    await post.email(JO, attach="8302000_SENlater20260901.docx")
    await post.email(SAM, text="reject Empty", reply_to=post.expect(SAM, "new-files"))
    await comes_back(post, post.expect(PRIYA, "rejected"), UNKNOWN)
    assert [mark.times for mark in marks(post)] == [1]


async def test_what_arrived_before_the_last_failure_ends_no_mark(post: TestOffice) -> None:
    for day, fails in enumerate((True, False, True), start=1):
        await post.email(JO, attach=f"8302000_SENplan2026090{day}.docx")
        if fails:
            await comes_back(post, post.expect(SAM, "new-files"), UNKNOWN)
        post.clock.advance(days=1)
    post.clock.advance(days=6)
    assert [(mark.address, mark.times) for mark in marks(post)] == [(SAM, 2)]


async def test_an_alert_that_came_back_begets_no_other(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await comes_back(post, post.expect(JO, "receipt"), UNKNOWN)
    await comes_back(post, post.expect(ALEX, "alert"), UNKNOWN)
    assert len(alerts(post)) == 1
    assert [mark.address for mark in marks(post)] == [ALEX, JO]


async def test_where_a_service_is_told_of_files_is_named(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    place = next(
        mail for mail in post.mailboxes.delivered
        if any(mail.recipient in service.announce for service in post.rooms.settings.services)
    )  # fmt: skip
    await comes_back(post, place, UNKNOWN)
    assert "It is where SEN hears of new files" in one_line(alerts(post)[0])
    assert "people add" not in one_line(alerts(post)[0])
    assert [mark.address for mark in marks(post)] == [place.recipient]


async def test_nobody_marks_a_mailbox_without_the_address_of_its_notice(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    guessed = f"returns+{'a' * 26}@derbyshire.example"
    for to in (RETURNS, guessed):
        await post.post(bounce_of(post.expect(JO, "receipt"), UNKNOWN, {"X-Came-To": to}), "", to)
    assert not marks(post)
    assert not alerts(post)


@pytest.mark.parametrize("form", [QMAIL, EXIM])
async def test_a_report_comes_in_though_nobody_is_proven_if_only_it_knows_the_notice(
    post_with: Opener, form: str
) -> None:
    async with post_with(RELAY) as post:
        await post.email(JO, attach=PLAN, headers=PROOF)
        receipt = post.expect(JO, "receipt")
        await post.post(worded(form, JO), "", receipt.envelope_from)
        assert len(marks(post)) == 1
        assert {item.state for item in post.waiting()} == {InboxState.DONE}
        await post.post(worded(form, JO).replace(b"<", b"<2"), "", RETURNS)
        assert [item.state for item in post.waiting()] == [InboxState.DONE] * 2 + [InboxState.QUARANTINED]


async def test_a_direct_peer_is_let_in_for_a_report_alone(tmp_path: Path) -> None:
    async with facing_the_internet(tmp_path) as (post, dns):
        dns.txt(SCHOOL, HERE)
        await post.email(JO, attach=PLAN)
        receipt = post.expect(JO, "receipt")
        guessed = receipt.envelope_from.replace("+", "+a")
        command = post.compose(PRIYA, text="recall", attach="8302000_SENother20260901.docx").as_bytes()
        large = worded(QMAIL, JO) + (b"x" * 70 + b"\r\n") * 30_000
        for octets, sender, to in (
            (worded(QMAIL, JO), "", RETURNS),
            (worded(QMAIL, JO), "", guessed),
            (command, "somebody@elsewhere.example", receipt.envelope_from),
            (large, "", receipt.envelope_from),
        ):
            with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
                await post.post(octets, sender, to)
            assert refusal.value.code == 550
        assert not marks(post)
        await post.post(worded(QMAIL, JO), "", receipt.envelope_from)
        assert len(marks(post)) == 1


async def test_a_report_comes_in_though_its_senders_domain_cannot_be_looked_up(tmp_path: Path) -> None:
    async with facing_the_internet(tmp_path) as (post, dns):
        dns.txt(SCHOOL, HERE)
        await post.email(JO, attach=PLAN)
        receipt = post.expect(JO, "receipt")
        host = f"mail.{SCHOOL}"
        dns.fail(host)
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=post.port, local_hostname=host) as server:
            with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
                await server.sendmail("", [RETURNS], worded(QMAIL, JO))
            assert refusal.value.code == 451
            await server.sendmail("", [receipt.envelope_from], worded(QMAIL, JO))
        await post.settle()
        assert len(marks(post)) == 1


async def test_what_pretends_to_be_a_report_brings_in_nothing_else(post_with: Opener) -> None:
    async with post_with(RELAY) as post:
        await post.email(JO, attach=PLAN, headers=PROOF)
        receipt = post.expect(JO, "receipt")
        forged = post.compose(JO, text="recall", attach="8302000_SENforged20260901.docx")
        await post.post(forged, "", receipt.envelope_from)
        assert [file.status for file in post.files()] == [Status.SENT]
        assert post.waiting()[-1].state is InboxState.QUARANTINED
        await post.post(post.compose(JO, subject="I am away until Monday"), "", receipt.envelope_from)
        assert post.waiting()[-1].state is InboxState.DONE
        assert not marks(post)
        assert not alerts(post)


async def test_a_mailbox_that_others_read_is_marked_like_any_other(post: TestOffice) -> None:
    await post.email(MOORVIEW_HEAD, subject="status")
    await comes_back(post, post.expect(MOORVIEW_HEAD, "shared-mailbox"), UNKNOWN)
    assert [mark.address for mark in marks(post)] == [MOORVIEW_HEAD]
    assert "headteacher of school 8309001" in one_line(alerts(post)[0])


async def test_the_same_mailbox_is_told_of_once_a_day(post: TestOffice) -> None:
    for hour in range(3):
        await post.email(JO, attach=f"8302000_SENplan2026090{hour + 1}.docx")  # which ends its mark
        await comes_back(post, post.expect(JO, "receipt"), UNKNOWN)
        post.clock.advance(hours=1)
    assert len(alerts(post)) == 1
    post.clock.advance(days=1)
    await post.email(JO, attach="8302000_SENlater20260901.docx")
    await comes_back(post, post.expect(JO, "receipt"), UNKNOWN)
    assert len(alerts(post)) == 2


async def test_what_was_told_to_a_stranger_and_came_back_is_nobodys_concern(post: TestOffice) -> None:
    await post.email("kim.doe@elsewhere.example", subject="status")
    await comes_back(post, post.expect("kim.doe@elsewhere.example", "not-authorised"), UNKNOWN)
    assert not alerts(post)
    assert not marks(post)


async def test_an_absence_note_to_an_alert_about_a_mailbox_marks_nobody(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await comes_back(post, post.expect(JO, "receipt"), UNKNOWN)
    (alert,) = alerts(post)
    note = post.compose(ALEX, subject=f"Automatic reply: {alert.subject}", text=alert.text)
    await post.post(note, "", alert.envelope_from)
    assert [mark.address for mark in marks(post)] == [JO]
    assert len(alerts(post)) == 1
