"""What is kept comes to its end: contents, held files, quarantine (docs/rules.md, «Retention»)."""

import base64
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from bot import roster, verifying
from bot.arrival import MAIL, SLACK
from bot.ledger import history, upkeep
from bot.ledger.tables import (
    Contents,
    Decision,
    DestroyOrder,
    Identity,
    InboxItem,
    InboxState,
    Link,
    Person,
    Proof,
    Table,
    Unreachable,
)
from bot.ledger.upkeep import Chore
from bot.roster import imports
from bot.roster.imports import Row
from bot.rules.lifecycle import Act, Status
from tests.bounces import UNKNOWN, bounce_of
from tests.office import Answer, Opener, TestOffice, one_line
from tests.people import ALEX, JO, MOORVIEW_HEAD, NADIA, PLAN, RAJ, SAM, TOM
from tests.visitor import links_in

BAD = "8302000 SENplan20260901.docx"


async def wait(post: TestOffice, **by: float) -> None:
    """So much later the office is as it was left, and does what has become due."""
    post.clock.advance(**by)
    await post.settle()


async def days_pass(post: TestOffice, days: int) -> None:
    """The service is on every few weeks, and on each of the last two days."""
    while days > 2:
        step = min(days - 2, 30)
        await wait(post, days=step)
        days -= step
    for _ in range(days):
        await wait(post, days=1)


async def received(post: TestOffice, name: str = PLAN) -> str:
    """A file that its service has received; its reference."""
    await post.email(JO, attach=name)
    (reference,) = post.expect(JO, "receipt").references
    await post.email(SAM, text=f"receive {reference}")
    assert post.file(reference).status is Status.RECEIVED
    return reference


def acts(post: TestOffice, reference: str) -> list[tuple[str, str]]:
    """What befell a file, and why, oldest first."""
    file = post.file(reference)
    return post.rooms.ledger.read_now(lambda tx: [(entry.act.value, entry.why) for entry in history.of(tx, file)])


async def test_contents_are_kept_for_ninety_whole_days_and_not_a_moment_longer(post: TestOffice) -> None:
    reference = await received(post)
    await days_pass(post, 90)
    post.clock.advance(hours=14, minutes=59)  # 1 September, 09:00, became 30 November, 08:00; now it is 22:59
    await post.settle()
    assert post.file(reference).contents is Contents.KEPT
    assert post.contents(post.file(reference))

    await wait(post, hours=1, minutes=1)  # midnight
    assert post.clock.now() == datetime(2026, 12, 1, tzinfo=UTC)
    file = post.file(reference)
    assert file.contents is Contents.DESTROYED
    assert not post.rooms.vault.holds(file.object_id)
    assert acts(post, reference)[-1] == ("destroyed", "kept for 90 days")


async def test_the_record_of_a_destroyed_file_stays_and_is_whole(post: TestOffice) -> None:
    reference = await received(post)
    await days_pass(post, 91)

    await post.email(JO, text=f"history {reference}")
    assert "destroyed" in one_line(post.expect(JO, "history"))
    await post.email(JO, text=f"copy {reference}")
    assert "destroyed" in one_line(post.expect(JO, "too-late"))
    assert post.rooms.ledger.read_now(lambda tx: list(history.faults(tx))) == []


async def test_contents_of_a_rejected_file_go_as_those_of_a_received_one(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    (reference,) = post.expect(JO, "receipt").references
    await post.email(SAM, text=f"reject {reference} Wrong child")
    await days_pass(post, 91)
    assert post.file(reference).contents is Contents.DESTROYED


async def test_what_an_officer_receives_on_the_last_day_can_still_be_had_for_a_week(post: TestOffice) -> None:
    # lesson L67
    await post.email(JO, attach=PLAN)
    (reference,) = post.expect(JO, "receipt").references
    await days_pass(post, 90)
    await post.email(SAM, text=f"receive {reference}")
    await days_pass(post, 7)
    assert post.file(reference).contents is Contents.KEPT
    await days_pass(post, 1)
    assert post.file(reference).contents is Contents.DESTROYED


async def test_what_an_officer_rejects_on_the_last_day_its_school_can_have_for_a_week(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    (reference,) = post.expect(JO, "receipt").references
    await days_pass(post, 90)
    await post.email(SAM, text=f"reject {reference} Wrong child")
    await days_pass(post, 7)
    assert post.file(reference).contents is Contents.KEPT
    await days_pass(post, 1)
    assert post.file(reference).contents is Contents.DESTROYED


async def test_contents_that_nobody_received_are_not_destroyed_by_themselves(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    (reference,) = post.expect(JO, "receipt").references
    await days_pass(post, 200)
    assert post.file(reference).contents is Contents.KEPT


async def test_a_held_file_is_discarded_after_seven_whole_days_and_its_sender_told_once(post: TestOffice) -> None:
    await post.email(
        JO,
        attach={"8302000 SENplan20260901.docx": b"PK\x03\x04 one", "8302000 SENnote20260901.docx": b"PK\x03\x04 two"},
    )
    post.unread()
    await days_pass(post, 7)
    assert {file.status for file in post.files()} == {Status.HELD}

    await days_pass(post, 1)
    assert {file.status for file in post.files()} == {Status.DISCARDED}
    assert {file.contents for file in post.files()} == {Contents.DESTROYED}
    (told,) = [answer for answer in post.unread() if answer.kind == "discarded"]
    assert told.recipient == JO
    assert "heard nothing within 7 days" in one_line(told)
    assert "8302000 SENplan20260901.docx" in one_line(told)
    (entry,) = [why for act, why in acts(post, post.files()[0].reference) if act == Act.DISCARDED]
    assert entry == "no answer within 7 days"


def asked_again(post: TestOffice) -> list[Answer]:
    """What Jo was asked once more about files that are held."""
    return [answer for answer in post.inbox_of(JO) if answer.kind == "expiring"]


async def test_while_two_working_days_are_left_the_sender_of_a_held_file_is_asked_once_more(post: TestOffice) -> None:
    await post.email(JO, attach={BAD: b"1", "Acronyms.docx": b"2"})  # Tuesday, 1 September: the last day is the 8th
    await days_pass(post, 2)
    await wait(post, hours=22, minutes=59)  # Friday, 07:59
    assert not asked_again(post)
    await wait(post, minutes=10)
    (asked,) = asked_again(post)
    assert asked.subject.startswith("Still not sent: 2 files")
    assert "After 8 September 2026 we destroy them" in one_line(asked)
    assert "We hold them until 8 September 2026" in one_line(asked)

    await post.email(JO, text="yes", reply_to=asked)
    assert [file.status for file in post.files()] == [Status.SENT, Status.HELD]
    await post.email(JO, text=f"2 {PLAN.replace('plan', 'terms')}", reply_to=asked)
    assert {file.status for file in post.files()} == {Status.SENT}
    await days_pass(post, 8)
    assert len(asked_again(post)) == 1


async def test_a_bank_holiday_is_no_working_day_on_which_a_sender_could_still_answer(post: TestOffice) -> None:
    await days_pass(post, 112)  # Tuesday, 22 December, 08:00
    await post.email(JO, attach=BAD)  # the last day is the 29th, a Tuesday; the 25th and the 28th are holidays
    await wait(post, hours=23, minutes=59)  # Wednesday, 07:59
    assert not asked_again(post)
    await wait(post, minutes=10)  # after that day the 24th and the 29th are left
    assert len(asked_again(post)) == 1


async def test_whoever_says_nothing_is_asked_once_more_only_and_then_told_of_the_end(post: TestOffice) -> None:
    await post.email(JO, attach=BAD)
    await days_pass(post, 8)
    assert [one.kind for one in post.inbox_of(JO)] == ["advice", "expiring", "discarded"]


@pytest.mark.parametrize("said", ["yes", "no"])
async def test_nobody_is_asked_again_about_what_is_settled(post: TestOffice, said: str) -> None:
    await post.email(JO, attach=BAD)
    await post.email(JO, text=said, reply_to=post.expect(JO, "advice"))
    await days_pass(post, 8)
    assert not asked_again(post)


async def test_whoever_has_left_is_not_asked_again_and_keeps_nobody_else_from_it(post: TestOffice) -> None:
    await post.email(TOM, attach=BAD)
    await post.email(JO, attach=BAD)
    await post.leave(TOM)
    post.unread()
    await days_pass(post, 6)
    assert {answer.recipient for answer in post.unread()} == {JO}


async def test_where_many_wait_they_are_asked_about_in_batches(
    post: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.retention.expiring.BATCH", 2)
    for number in range(1, 6):
        await post.email(JO, attach={f"8302000 SENplan{number}x20260901.docx": b"%d" % number})
    await days_pass(post, 4)
    assert sorted(len(answer.references) for answer in asked_again(post)) == [1, 2, 2]
    assert len({reference for answer in asked_again(post) for reference in answer.references}) == 5


async def test_nobody_is_asked_again_where_that_is_not_wished(post_with: Opener) -> None:
    async with post_with({"POSTROOM__RETENTION__HELD_REMIND_DAYS": "0"}) as post:
        await post.email(JO, attach=BAD)
        await days_pass(post, 8)
        assert not asked_again(post)


async def test_while_retention_rests_they_are_told_of_the_day_until_which_it_really_is_held(post: TestOffice) -> None:
    # lesson L68
    await post.email(JO, attach=BAD)
    rests = post.clock.now() + timedelta(days=14)
    post.rooms.ledger.write_now(lambda tx: upkeep.note(tx, Chore.RETENTION_RESTS, rests))
    await days_pass(post, 4)
    (asked,) = asked_again(post)
    assert "until 14 September 2026" in one_line(asked)


def warnings(post: TestOffice, recipient: str) -> list[Answer]:
    """What this address was told of files that nobody receives."""
    return [answer for answer in post.inbox_of(recipient) if answer.kind == "unreceived"]


async def test_who_is_both_officer_and_administrator_is_warned_once(post: TestOffice) -> None:
    row = Row(None, {"email": SAM, "name": "Sam Hale", "role": "administrator"})
    settings, now = post.rooms.settings, post.clock.now()
    await post.rooms.ledger.write(lambda tx: imports.add_person(tx, row, settings, now))
    await post.email(JO, attach=PLAN)
    await days_pass(post, 61)
    assert len([one for one in post.inbox_of(SAM) if one.kind == "unreceived"]) == 1


async def test_from_day_sixty_the_service_and_the_administrators_are_warned_of_what_nobody_received(
    post: TestOffice,
) -> None:
    await post.email(JO, attach=PLAN)
    (reference,) = post.expect(JO, "receipt").references
    await days_pass(post, 59)
    assert not warnings(post, SAM)
    await days_pass(post, 1)
    (officer,), (administrator,) = warnings(post, SAM), warnings(post, ALEX)
    assert officer.subject == f"Nobody has received {PLAN} ({reference})"
    assert "60 days ago" in one_line(officer)
    assert "kept at least until 30 November 2026" in one_line(administrator)
    assert acts(post, reference)[-1] == ("warned", "60 days after it was sent")

    await post.email(SAM, text="receive", reply_to=officer)
    assert post.file(reference).status is Status.RECEIVED
    await days_pass(post, 25)
    assert len(warnings(post, ALEX)) == 1


async def test_they_are_warned_weekly_and_once_more_before_the_end_and_then_go_on(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    days: list[int] = []
    for day in range(1, 104):
        await days_pass(post, 1)
        days += [day] if len(warnings(post, ALEX)) > len(days) else []
    assert days == [60, 67, 74, 81, 88, 95, 102]
    assert "postroom files destroy" in one_line(warnings(post, ALEX)[-1])


async def test_one_notice_tells_each_reader_of_all_files(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, "8302000_SENreview20260901.docx"])
    await post.email(JO, attach="8302000_SENnote20260901.docx")
    await days_pass(post, 60)
    for reader in (SAM, ALEX):
        (told,) = warnings(post, reader)
        assert len(told.references) == 3


async def test_warnings_by_a_clock_that_was_ahead_do_not_take_the_place_of_those_that_are_due(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    for days in (400, 1):  # for a day it is doubted
        await wait(post, days=days)
    assert len(warnings(post, ALEX)) == 1
    await wait(post, days=-400)
    await days_pass(post, 58)
    assert len(warnings(post, ALEX)) == 1
    await days_pass(post, 1)
    assert len(warnings(post, ALEX)) == 2


async def test_who_has_only_a_mailbox_that_others_read_is_warned_without_a_link(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    moved = update(Person).where(Person.email == SAM).values(email=MOORVIEW_HEAD)
    post.rooms.ledger.write_now(
        lambda tx: (tx.execute(moved), tx.execute(delete(Identity).where(Identity.value == SAM)))
    )
    await days_pass(post, 60)
    assert links_in(warnings(post, NADIA)[-1])
    assert links_in(warnings(post, MOORVIEW_HEAD)[-1]) == []


async def test_nobody_is_warned_in_the_night(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await days_pass(post, 59)
    await wait(post, hours=23)  # 31 October, 07:00
    assert not warnings(post, SAM)
    await wait(post, hours=1)
    assert warnings(post, SAM)


async def test_what_becomes_due_on_a_day_when_all_were_warned_is_told_on_the_next(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    reference = await received(post, "8302000_SENnote20260901.docx")
    await days_pass(post, 60)
    await post.email(JO, text=f"freeze {reference}")
    await wait(post, hours=1)
    assert len(warnings(post, ALEX)) == 1
    await wait(post, days=1)
    assert warnings(post, ALEX)[-1].references == [reference]


async def test_whoever_has_left_is_told_nothing_of_a_held_file(post: TestOffice) -> None:
    await post.email(JO, attach="8302000 SENplan20260901.docx")
    await post.leave(JO)
    post.unread()
    await days_pass(post, 8)
    assert {file.status for file in post.files()} == {Status.DISCARDED}
    assert [answer for answer in post.unread() if answer.recipient == JO] == []


async def test_a_frozen_file_is_named_though_it_was_received(post: TestOffice) -> None:
    reference = await received(post)
    await post.email(JO, text=f"freeze {reference}")
    await days_pass(post, 60)
    (told,) = warnings(post, ALEX)
    assert told.subject == f"Still frozen: {PLAN} ({reference})"
    await days_pass(post, 31)
    assert post.file(reference).contents is Contents.DESTROYED
    assert post.file(reference).frozen_at is None


async def test_what_lies_in_quarantine_for_thirty_days_is_discarded_and_destroyed(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN, headers={"Auto-Submitted": "auto-generated"})
    (item,) = [one for one in post.waiting() if one.state is InboxState.QUARANTINED]
    leaves = datetime(2026, 10, 1, 23, tzinfo=UTC)  # midnight in London: 1 October is the thirtieth day

    await days_pass(post, 30)
    assert post.rooms.vault.holds(item.object_id)
    post.clock.advance(seconds=(leaves - post.clock.now()).total_seconds())
    await post.settle()
    (left,) = [one for one in post.waiting() if one.id == item.id]
    assert left.state is InboxState.DISCARDED
    assert left.why == f"discarded by Postroom: nobody settled it within 30 days ({item.why})"
    assert not post.rooms.vault.holds(item.object_id)


async def test_a_service_that_was_off_for_a_month_catches_up_at_once(post: TestOffice) -> None:
    references = [await received(post, f"8302000_SENplan{number}x20260901.docx") for number in range(1, 4)]
    await days_pass(post, 61)
    await wait(post, days=30)
    assert {post.file(reference).contents for reference in references} == {Contents.DESTROYED}


async def test_a_backlog_is_worked_off_in_batches_until_nothing_is_left(
    post: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.retention.ending.BATCH", 2)
    monkeypatch.setattr("bot.retention.shredding.BATCH", 2)
    for number in range(1, 6):
        await received(post, f"8302000_SENplan{number}x20260901.docx")
    await days_pass(post, 91)
    assert {file.contents for file in post.files()} == {Contents.DESTROYED}


async def test_after_a_backup_was_put_back_nothing_goes_for_its_age_but_what_people_say_goes(post: TestOffice) -> None:
    # lesson L68
    reference = await received(post)
    await days_pass(post, 80)
    await post.email(JO, attach="8302000_SENnote20260901.docx")
    (recalled,) = post.expect(JO, "receipt").references
    rests = post.clock.now() + timedelta(days=14)
    post.rooms.ledger.write_now(lambda tx: upkeep.note(tx, Chore.RETENTION_RESTS, rests))
    await days_pass(post, 13)
    assert post.file(reference).contents is Contents.KEPT
    await post.email(JO, text=f"recall {recalled}")
    assert post.file(recalled).contents is Contents.DESTROYED

    await days_pass(post, 1)
    assert post.file(reference).contents is Contents.DESTROYED


async def test_a_backup_of_long_ago_is_no_reason_to_doubt_the_clock(post: TestOffice) -> None:
    # lesson L68
    reference = await received(post)
    post.clock.advance(days=100)  # the record is as it was then
    rests = post.clock.now() + timedelta(days=7)
    post.rooms.ledger.write_now(lambda tx: upkeep.note(tx, Chore.RETENTION_RESTS, rests))
    await days_pass(post, 6)
    assert [answer.subject for answer in post.inbox_of(ALEX) if answer.kind == "alert"] == []
    assert post.file(reference).contents is Contents.KEPT
    await days_pass(post, 1)
    assert post.file(reference).contents is Contents.DESTROYED


async def test_after_a_backup_was_put_back_what_the_record_does_not_know_is_left_alone_and_no_letter_is_forgotten(
    post: TestOffice,
) -> None:
    # lesson L68
    await received(post)
    first = post.told()[0].id
    await days_pass(post, 390)
    rests = post.clock.now() + timedelta(days=14)
    post.rooms.ledger.write_now(lambda tx: upkeep.note(tx, Chore.RETENTION_RESTS, rests))
    writing = post.rooms.vault.begin("f99-1")
    writing.write(b"of a message that came after the backup")
    post.rooms.vault.finish(writing)

    await days_pass(post, 13)
    assert post.rooms.vault.holds("f99-1")
    assert first in {item.id for item in post.told()}
    await days_pass(post, 4)
    assert not post.rooms.vault.holds("f99-1")
    assert first not in {item.id for item in post.told()}


async def test_where_there_is_nobody_to_warn_history_does_not_say_that_anybody_was_and_nothing_is_destroyed(
    post: TestOffice,
) -> None:
    await post.email(JO, attach="8302000_FINplan20260901.docx")
    (reference,) = post.expect(JO, "receipt").references
    for email in (RAJ, ALEX):
        await post.leave(email)
    await days_pass(post, 95)
    assert post.file(reference).contents is Contents.KEPT
    assert "warned" not in {act for act, _ in acts(post, reference)}
    cells = {"email": ALEX, "name": "Alex Reed", "role": "administrator", "schools": "*", "services": "*"}
    row, settings, now = Row(None, {**cells, "other_emails": ""}), post.rooms.settings, post.clock.now()
    await post.rooms.ledger.write(lambda tx: imports.add_person(tx, row, settings, now))
    await days_pass(post, 1)
    assert warnings(post, ALEX)[-1].references == [reference]
    assert acts(post, reference)[-1] == ("warned", "96 days after it was sent")


async def test_a_clock_that_jumps_years_ahead_destroys_nothing_for_a_day_and_is_told_of(post: TestOffice) -> None:
    reference = await received(post)
    await wait(post, days=3_650)
    assert post.file(reference).contents is Contents.KEPT
    told = post.expect(ALEX, "alert")
    assert "clock of this machine may be wrong" in told.subject
    assert "30 August 2036" in one_line(told)

    await wait(post, days=-3_650, hours=3)  # somebody has set it right
    await days_pass(post, 89)
    assert post.file(reference).contents is Contents.KEPT
    await days_pass(post, 2)
    assert post.file(reference).contents is Contents.DESTROYED


async def test_a_clock_that_was_right_after_all_is_believed_a_day_later(post: TestOffice) -> None:
    reference = await received(post)
    await wait(post, days=100)
    await wait(post, hours=23)
    assert post.file(reference).contents is Contents.KEPT
    await wait(post, hours=1)
    assert post.file(reference).contents is Contents.DESTROYED
    assert len([answer for answer in post.inbox_of(ALEX) if answer.kind == "alert"]) == 1


async def test_a_clock_that_jumps_a_second_time_is_doubted_a_second_time(post: TestOffice) -> None:
    await received(post)
    for _ in range(2):
        await wait(post, days=3_650)
        await wait(post, days=-3_650, hours=3)
    await wait(post, days=3_650, hours=30)
    assert {file.contents for file in post.files()} == {Contents.KEPT}


async def test_a_clock_that_is_set_back_and_still_far_ahead_is_doubted_anew_for_a_day(post: TestOffice) -> None:
    reference = await received(post)
    await wait(post, days=3_650)
    await wait(post, days=-1_825)
    assert len([one for one in post.inbox_of(ALEX) if "clock of this machine" in one.subject]) == 2
    await wait(post, hours=23)
    assert post.file(reference).contents is Contents.KEPT
    await wait(post, hours=1)
    assert post.file(reference).contents is Contents.DESTROYED


async def test_a_clock_is_doubted_by_what_happened_last_where_nobody_looked_before(post: TestOffice) -> None:
    reference = await received(post)
    post.rooms.ledger.write_now(lambda tx: upkeep.forget(tx, Chore.RETENTION_LOOKED))
    await wait(post, days=3_650)
    assert post.file(reference).contents is Contents.KEPT
    assert "clock of this machine may be wrong" in post.expect(ALEX, "alert").subject


async def test_a_clock_that_jumps_back_does_no_harm(post: TestOffice) -> None:
    reference = await received(post)
    await days_pass(post, 80)
    await wait(post, days=-70)
    await days_pass(post, 80)
    assert post.file(reference).contents is Contents.KEPT
    await days_pass(post, 1)
    assert post.file(reference).contents is Contents.DESTROYED


async def test_what_belongs_to_nothing_is_destroyed_once_it_has_stayed_so_for_a_day(post: TestOffice) -> None:
    reference = await received(post)
    vault = post.rooms.vault
    left = {"f99-1", post.waiting()[0].object_id}  # the other was a message that is done with
    for name in left:
        writing = vault.begin(name)
        writing.write(b"left by a crash")
        vault.finish(writing)
    await wait(post, hours=13)
    await wait(post, hours=13)
    assert left < set(vault.object_ids())
    await wait(post, hours=13)
    assert not any(map(vault.holds, left))
    assert list(vault.object_ids()) == [post.file(reference).object_id]


async def test_what_was_seen_once_long_ago_has_its_day_anew(post: TestOffice) -> None:
    vault = post.rooms.vault
    for days in (6, 0):
        writing = vault.begin("f99-1")
        writing.write(b"on its way")
        vault.finish(writing)
        await wait(post, hours=13)
        assert vault.holds("f99-1")
        vault.destroy(["f99-1"])
        await days_pass(post, days)


async def test_what_was_destroyed_and_can_be_read_again_is_destroyed_again_and_told_of(post: TestOffice) -> None:
    """An old copy of the keys was put in place."""
    reference = await received(post)
    await days_pass(post, 91)
    before = acts(post, reference)
    vault, object_id = post.rooms.vault, post.file(reference).object_id
    ordered = order_of(post, object_id)
    assert not vault.holds(object_id)
    writing = vault.begin(object_id)
    writing.write(b"out of an old copy")
    vault.finish(writing)
    signed = post.rooms.signing_keys
    assert any("their key is there again" in one for one in verifying.faults(post.rooms.ledger, vault, signed))

    await days_pass(post, 3)
    assert not vault.holds(object_id)
    assert verifying.faults(post.rooms.ledger, vault, signed) == []
    assert (acts(post, reference), order_of(post, object_id)) == (before, ordered)
    (told,) = [one for one in post.inbox_of(ALEX) if "could be read again" in one.subject]
    assert reference in told.text


def order_of(post: TestOffice, object_id: str) -> tuple[int | None, str, datetime]:
    """Of which file these contents were, why they had to go, and since when."""
    order = post.rooms.ledger.read_now(lambda tx: tx.get_one(DestroyOrder, object_id))
    return order.file_id, order.why, order.ordered_at


async def test_what_a_message_left_that_is_still_worked_on_is_no_orphan(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN, headers={"Auto-Submitted": "auto-generated"})
    (item,) = post.waiting()
    writing = post.rooms.vault.begin(f"f{item.id}-1")
    writing.write(b"left by a try that failed")
    post.rooms.vault.finish(writing)
    await days_pass(post, 5)
    assert post.rooms.vault.holds(f"f{item.id}-1")
    await days_pass(post, 30)
    assert not post.rooms.vault.holds(f"f{item.id}-1")


async def test_letters_are_forgotten_after_their_time_and_what_came_is_still_known_should_it_come_again(
    post: TestOffice,
) -> None:
    sent = await post.email(JO, subject="About Robin", attach=PLAN)
    await post.email(SAM, text=f"receive {post.files()[0].reference}")
    why = update(InboxItem).values(why="discarded by Alex Reed: about Robin")  # as of what lay in quarantine
    post.rooms.ledger.write_now(lambda tx: tx.execute(why))
    await days_pass(post, 400)
    assert post.told()
    await days_pass(post, 1)
    assert [item for item in post.told() if item.created_at < post.clock.now() - timedelta(days=401)] == []
    assert {(item.sender, item.subject, item.why) for item in post.waiting()} == {("", "", "")}

    await post.post(sent, JO)
    assert len(post.files()) == 1
    assert len(post.waiting()) == 2


async def test_what_was_decided_claimed_and_given_out_and_who_could_not_be_reached_is_forgotten_as_well(
    post: TestOffice,
) -> None:
    await post.email(JO, subject="About Robin", attach=PLAN, headers={"Auto-Submitted": "auto-generated"})
    await wait(post, days=1)
    await post.email(ALEX, text="release 1", reply_to=post.expect(ALEX, "quarantine"))
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    receipt = post.expect(JO, "receipt")
    await post.post(bounce_of(receipt, UNKNOWN), "", receipt.envelope_from)
    post.rooms.ledger.write_now(lambda tx: claim(tx, post.clock.now()))
    kinds = (Decision, Link, Proof, Unreachable)
    await days_pass(post, 1)

    def kept(tx: Session) -> set[type[Table]]:
        rows = [one for kind in kinds for one in tx.query(kind)]
        return {type(one) for one in rows if not isinstance(one, Decision) or one.sender or one.why}

    assert post.rooms.ledger.read_now(kept) == set(kinds)
    await days_pass(post, 398)
    assert post.rooms.ledger.read_now(kept) == set(kinds)
    await days_pass(post, 15)
    assert post.rooms.ledger.read_now(kept) == set()


def claim(tx: Session, now: datetime) -> None:
    """Somebody in a chat says to be Jo, and is mailed a link to prove it by."""
    jo = roster.who(tx, MAIL, JO)
    assert jo
    asked = {
        "person_id": jo.id,
        "address": JO,
        "channel": SLACK,
        "identity": "T1/U1",
        "name": "jo",
        "workspace": "Leys",
    }
    tx.add(Proof(id="p" * 26, made_at=now, expires_at=now + timedelta(hours=1), **asked))


async def test_a_record_ends_years_later_and_the_others_stay_whole(post: TestOffice) -> None:
    old = await received(post)
    await post.email(TOM, attach="8302000_SENwaiting20260901.docx")
    (waiting,) = post.expect(TOM, "receipt").references  # nobody ever receives it, so nothing of it ends by itself
    for leaver in (SAM, TOM):
        await post.leave(leaver)
    await days_pass(post, 92)
    for _ in range(85):  # to February 2034
        await wait(post, days=31)
    assert {file.reference for file in post.files()} == {old, waiting}
    await post.email(JO, attach="8302000_SENnote20260901.docx")
    for _ in range(8):  # past the end of August 2034
        await wait(post, days=31)

    kept, new = post.files()
    assert (kept.reference, kept.contents) == (waiting, Contents.KEPT)
    assert new.reference != old
    assert verifying.faults(post.rooms.ledger, post.rooms.vault, post.rooms.signing_keys) == []
    names = post.rooms.ledger.read_now(lambda tx: {person.email for person in tx.query(Person)})
    assert {JO, RAJ, ALEX, TOM} <= names
    assert SAM not in names


async def test_after_destruction_neither_contents_nor_key_are_in_any_file(post: TestOffice) -> None:
    canary = b"the canary sings at dawn, and at no other time"
    for number, canary_name in enumerate((PLAN, "8302000_SENlarge20260901.docx")):
        await post.email(JO, attach={canary_name: b"PK\x03\x04" + canary * (1 + number * 20_000)})
        await post.email(SAM, text=f"receive {post.files()[-1].reference}")
    keys = [sealed_key(post, file.object_id) for file in post.files()]
    found = [places(post, key) for key in keys]
    assert all(found)  # else the search finds nothing that is there
    assert all(canary in post.contents(file) for file in post.files())

    await days_pass(post, 91)
    assert {file.contents for file in post.files()} == {Contents.DESTROYED}
    for needle in (canary, base64.b64encode(canary)[4:-4], *keys):
        assert places(post, needle) == []
    for file in post.files():
        assert not list(post.directory.rglob(f"*{file.object_id}*"))


def sealed_key(post: TestOffice, object_id: str) -> bytes:
    """The key of an object as the key file holds it: without it the contents are noise."""
    with closing(sqlite3.connect(post.rooms.settings.keys.path)) as database:
        (key,) = database.execute("SELECT wrapped FROM keys WHERE object_id = ?", (object_id,)).fetchone()
    return bytes(key)


def places(post: TestOffice, needle: bytes) -> list[str]:
    """Every file below the office's folder, write-ahead logs included, in which these octets are."""
    paths = [path for path in post.directory.rglob("*") if path.is_file()]
    assert any(path.name.endswith("-wal") for path in paths)
    return [path.name for path in paths if needle in path.read_bytes()]
