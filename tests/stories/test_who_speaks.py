"""Whom Postroom believes, whom it answers, and to whom it never says a word."""

import aiosmtplib
import pytest

from bot.ledger.tables import InboxState
from bot.rules.lifecycle import Status
from tests.office import RETURNS, Opener, TestOffice
from tests.people import ALEX, JO, LENA, MOORVIEW_HEAD, PLAN, PRIYA, TOM

STRANGER = "kim.doe@elsewhere.example"
NO_SUBMISSION = {"POSTROOM__EMAIL__TRUST__SUBMISSION_NETWORKS": "[]"}
RELAY = {
    **NO_SUBMISSION,
    "POSTROOM__EMAIL__TRUST__RELAY_NETWORKS": '["127.0.0.0/8"]',
    "POSTROOM__EMAIL__TRUST__AUTHSERV_IDS": '["mx.derbyshire.example"]',
}


async def test_a_stranger_is_told_once_a_day_whom_to_ask_and_learns_nothing(post: TestOffice) -> None:  # lesson L19
    for _ in range(3):
        await post.email(STRANGER, subject="status", attach=PLAN)
    (answer,) = post.inbox_of(STRANGER)
    assert answer.kind == "not-authorised"
    assert "01632 960100" in answer.text
    for secret in (PLAN, "8302000", "Leys"):
        assert secret not in answer.text
    assert not post.files()


async def test_a_leaver_is_a_stranger_at_once(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.leave(JO)
    await post.email(JO, subject="status")
    assert post.inbox_of(JO)[-1].kind == "not-authorised"


async def test_a_shared_mailbox_may_be_told_things_but_never_acts(post: TestOffice) -> None:
    await post.email(MOORVIEW_HEAD, attach="8309001_INFOeyfs20260901.zip")
    (answer,) = post.inbox_of(MOORVIEW_HEAD)
    assert answer.kind == "shared-mailbox"
    assert not post.files()


async def test_a_private_mailbox_has_an_answer_of_its_own(post: TestOffice) -> None:
    await post.email("jo.sands@gmail.com", attach=PLAN)
    assert post.expect("jo.sands@gmail.com", "shared-mailbox")


async def test_where_nobody_is_proven_a_direct_peer_is_refused_in_the_dialogue(post_with: Opener) -> None:
    async with post_with(NO_SUBMISSION) as post:
        with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
            await post.email(JO, attach=PLAN)
        assert refusal.value.code == 550
        assert refusal.value.message.startswith("5.7.1")
        assert not post.waiting()
        assert not post.mailboxes.delivered


async def test_what_a_relay_brings_unproven_lies_in_quarantine_unanswered(post_with: Opener) -> None:  # lesson L19
    async with post_with(RELAY) as post:
        await post.email(JO, attach=PLAN)
        (item,) = post.waiting()
        assert item.state is InboxState.QUARANTINED
        assert not post.mailboxes.delivered


async def test_what_a_relay_has_proven_is_believed(post_with: Opener) -> None:
    async with post_with(RELAY) as post:
        proof = {"Authentication-Results": "mx.derbyshire.example; dmarc=pass header.from=leysjunior.example"}
        await post.email(JO, attach=PLAN, headers=proof)
        assert post.expect(JO, "receipt")


async def test_a_display_name_is_never_anybody(post: TestOffice) -> None:
    await post.email(f'"{JO}" <{STRANGER}>', attach=PLAN, envelope_from=STRANGER)
    assert not post.files()
    assert not post.inbox_of(JO)


async def test_answers_go_to_the_proven_sender_and_never_to_reply_to(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN, headers={"Reply-To": STRANGER})
    assert post.inbox_of(JO)
    assert not post.inbox_of(STRANGER)


async def test_on_behalf_of_counts_only_where_both_are_authorised(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN, headers={"Sender": LENA})
    assert post.expect(JO, "not-authorised")
    assert not post.files()
    await post.email(JO, attach=PLAN, headers={"Sender": TOM})
    assert len(post.files()) == 1


@pytest.mark.parametrize(
    "marker",
    [
        {"Auto-Submitted": "auto-generated"}, {"Precedence": "bulk"}, {"List-Id": "<staff.leys.example>"},
    ],
)  # fmt: skip
async def test_a_machine_is_never_answered_and_its_file_is_kept_aside_with_an_alert(
    post: TestOffice, marker: dict[str, str]
) -> None:  # lesson L13
    await post.email(JO, attach=PLAN, headers=marker)
    (item,) = post.waiting()
    assert item.state is InboxState.QUARANTINED
    assert not post.inbox_of(JO)
    assert not post.files()
    assert post.expect(ALEX, "alert")


async def test_a_machine_without_a_file_is_passed_over_in_silence(post: TestOffice) -> None:  # lesson L13
    await post.email(JO, subject="Automatic reply: Sent to SEN", text="I am away.")
    await post.email(JO, subject="status", headers={"Auto-Submitted": "auto-replied"})
    assert not post.mailboxes.delivered
    assert {item.state for item in post.waiting()} == {InboxState.DONE}


async def test_a_forwarded_absence_note_with_a_file_is_a_return(post: TestOffice) -> None:  # lesson L15
    await post.email(JO, subject="Automatic reply: plan", attach=PLAN)
    assert post.expect(JO, "receipt")


async def test_a_wish_for_no_automatic_reply_does_not_take_the_receipt_away(post: TestOffice) -> None:  # lesson L14
    await post.email(JO, attach=PLAN, headers={"X-Auto-Response-Suppress": "All"})
    assert post.expect(JO, "receipt")


async def test_a_bounce_is_never_answered(post: TestOffice) -> None:  # lesson L17
    await post.email(JO, subject="Undelivered", envelope_from="")
    await post.email("mailer-daemon@leysjunior.example", subject="Undelivered")
    assert not post.mailboxes.delivered


async def test_our_own_address_is_never_answered(post: TestOffice) -> None:  # lesson L11
    await post.email(RETURNS, subject="help")
    assert not post.mailboxes.delivered


async def test_a_flood_of_commands_ends_in_silence_and_one_alert(post: TestOffice) -> None:  # lesson L18
    for _ in range(33):
        await post.email(JO, subject="help")
    assert len(post.inbox_of(JO)) == 30
    assert [answer.kind for answer in post.inbox_of(ALEX)] == ["alert"]
    await post.email(JO, attach=PLAN)
    assert post.inbox_of(JO)[-1].kind == "receipt"


async def test_a_headteacher_may_all_that_a_sender_may(post: TestOffice) -> None:
    await post.email(PRIYA, attach=PLAN)
    assert post.files()[0].status is Status.SENT
