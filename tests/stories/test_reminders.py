"""Who is reminded of files that nobody has received, when, and once (docs/rules.md, «Reminders»)."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from sqlalchemy import delete, update

from bot.ledger import files
from bot.ledger.tables import File, Identity, Person
from bot.roster import imports
from bot.roster.imports.sheet import Row
from bot.rules.lifecycle import Status
from handlers.app import Office
from tests.office import Opener, TestOffice
from tests.people import ALEX, BETH, DEE, EYFS, JO, LENA, MINA, MOORVIEW_HEAD, NADIA, PLAN, RAJ, SAM

SLACK = {
    "POSTROOM__SLACK__BOT_TOKEN": "xoxb-1", "POSTROOM__SLACK__APP_TOKEN": "xapp-1",
    "POSTROOM__SLACK__REMIND_HOURS": "8", "POSTROOM__SLACK__ESCALATE_HOURS": "16",
}  # fmt: skip
TEAM = "senteam@derbyshire.example"
EDUCATION = "8302000_EPreport20260901.docx"


@pytest.fixture
async def office(post_with: Opener) -> AsyncIterator[TestOffice]:
    """It is Tuesday, 1 September 2026, at 09:00. Who is reminded is so after 8 office hours; the administrators after 16."""
    async with post_with(SLACK) as opened:
        yield opened


async def until(office: TestOffice, moment: str) -> None:
    """All that happens until then in September, by the authority's clocks."""
    await at(office, f"2026-09-{moment}")


async def at(office: TestOffice, moment: str) -> None:
    """All that happens until then, by the authority's clocks."""
    wanted = datetime.fromisoformat(moment).replace(tzinfo=office.rooms.settings.timezone)
    office.clock.advance(seconds=(wanted - office.clock.now()).total_seconds())
    await office.settle()


def reminded(office: TestOffice) -> list[tuple[str, int]]:
    """Who has been reminded since this was last asked, and of how many files."""
    return [(one.recipient, len(one.references)) for one in office.unread() if one.kind == "waiting"]


async def test_a_service_is_reminded_once_of_what_waits_longer_than_so_many_office_hours(office: TestOffice) -> None:
    await office.email(JO, attach=PLAN)
    await until(office, "01 17:00")
    assert reminded(office) == []

    await until(office, "02 08:31")
    assert sorted(reminded(office)) == [(DEE, 1), (NADIA, 1), (SAM, 1), (TEAM, 1)]
    told = office.expect(SAM, "waiting")
    assert told.subject.startswith(f"Still waiting for SEN: {PLAN}")
    assert "more than 8 office hours" in told.text
    assert "8 office hours, since 09:00 on 1 September 2026" in told.text.replace("\n", " ")

    await until(office, "02 16:00")
    assert reminded(office) == []


async def test_the_administrators_are_told_once_where_the_reminder_brought_nothing(office: TestOffice) -> None:
    await office.email(JO, attach=PLAN)
    await until(office, "02 16:30")
    office.unread()

    await until(office, "02 16:31")
    assert reminded(office) == [(ALEX, 1)]
    told = office.expect(ALEX, "waiting").text.replace("\n", " ")
    assert "more than 16 office hours" in told
    assert "Sam Hale, Nadia Brook and Dee Lomas" in told

    await until(office, "10 12:00")
    assert reminded(office) == []


@pytest.mark.parametrize("moment", ["01 20:00", "05 12:00", "07 08:29"])
async def test_nobody_is_told_outside_office_hours(office: TestOffice, moment: str) -> None:
    await office.email(JO, attach=PLAN)
    await until(office, moment)
    assert reminded(office) == []


async def test_what_came_due_while_nobody_was_at_work_is_told_of_as_the_office_opens(office: TestOffice) -> None:
    await until(office, "04 09:00")
    await office.email(BETH, attach=EYFS)
    await until(office, "06 12:00")
    await until(office, "07 08:30")
    assert reminded(office) == []
    await until(office, "07 08:31")
    assert ("ian.farrow@derbyshire.example", 1) in reminded(office)


@pytest.mark.parametrize(
    ("by", "words", "answering", "status"),
    [
        (SAM, "receive", "new-files", Status.RECEIVED),
        (SAM, "reject wrong child", "new-files", Status.REJECTED),
        (JO, "recall", "receipt", Status.RECALLED),
    ],
)
async def test_nobody_is_reminded_of_what_waits_no_more(
    office: TestOffice, by: str, words: str, answering: str, status: Status
) -> None:
    await office.email(JO, attach=PLAN)
    await office.email(by, text=words, reply_to=office.expect(by, answering))
    assert office.files()[0].status is status
    await until(office, "09 12:00")
    assert reminded(office) == []


async def test_nobody_is_reminded_of_what_can_no_longer_be_had(office: TestOffice) -> None:
    await office.email(JO, attach=PLAN)
    now = office.clock.now()
    await office.rooms.ledger.write(lambda tx: files.destroyed(tx, tx.get_one(File, 1), now=now, why="by hand"))
    await until(office, "09 12:00")
    assert reminded(office) == []


async def test_a_move_begins_the_count_anew_for_the_other_service(office: TestOffice) -> None:
    await office.email(JO, attach=PLAN)
    await until(office, "02 08:31")
    await office.email(SAM, text="move FIN", reply_to=office.expect(SAM, "waiting"))
    office.unread()

    await until(office, "02 16:31")
    assert reminded(office) == []
    await until(office, "02 16:32")
    assert reminded(office) == [(RAJ, 1)]
    assert "since 08:31 on 2 September 2026" in office.expect(RAJ, "waiting").text.replace("\n", " ")
    await until(office, "03 16:01")
    assert reminded(office) == []
    await until(office, "03 16:02")
    assert reminded(office) == [(ALEX, 1)]


async def test_each_reader_gets_one_mail_of_all_that_is_due(office: TestOffice) -> None:
    await office.email(JO, attach=[PLAN, EDUCATION])
    office.clock.advance(minutes=10)
    await office.email(MINA, attach="8302000_SENreview20260901.docx")
    await until(office, "02 09:00")
    assert sorted(reminded(office)) == [(DEE, 2), (NADIA, 2), (SAM, 3), (TEAM, 2)]
    assert office.expect(SAM, "waiting").subject.startswith("Still waiting for SEN, EP: 3 files")


async def test_nobody_is_reminded_of_a_file_of_their_own_school(office: TestOffice) -> None:
    await office.email(LENA, attach="8309003_SENplan20260901.docx")
    await until(office, "02 08:31")
    assert sorted(reminded(office)) == [(NADIA, 1), (SAM, 1), (TEAM, 1)]


async def test_where_nobody_may_take_in_the_administrators_are_reminded(office: TestOffice) -> None:
    await office.email(LENA, attach="8309003_SPplan20260901.docx")  # Dee Lomas alone takes in for SP
    await until(office, "02 08:31")
    assert reminded(office) == [(ALEX, 1)]
    assert "nobody to take files in" in office.expect(ALEX, "waiting").text.replace("\n", " ")


async def test_no_administrator_is_told_of_a_file_of_their_own_school(office: TestOffice) -> None:
    row = Row(None, {"email": ALEX, "role": "sender", "schools": "8302000"})
    now, settings = office.clock.now(), office.rooms.settings
    await office.rooms.ledger.write(lambda tx: imports.add_person(tx, row, settings, now))
    await office.email(JO, attach=PLAN)
    await office.email(BETH, attach=EYFS)

    await until(office, "03 08:31")

    assert [count for reader, count in reminded(office) if reader == ALEX] == [1]
    assert EYFS in office.expect(ALEX, "waiting").text


async def test_where_a_place_is_reminded_the_administrators_are_not(office: TestOffice) -> None:
    for officer in (SAM, NADIA, DEE):
        await office.leave(officer)
    await office.email(JO, attach=PLAN)

    await until(office, "02 08:31")

    assert reminded(office) == [(TEAM, 1)]


async def test_a_place_reads_no_comment_and_gets_no_link(office: TestOffice) -> None:
    await office.email(JO, text="About Alfie, as agreed.", attach=PLAN)
    await until(office, "02 08:31")
    assert "Alfie" in office.expect(SAM, "waiting").text
    assert "/get/" in office.expect(SAM, "waiting").text
    assert "Alfie" not in office.expect(TEAM, "waiting").text
    assert "/get/" not in office.expect(TEAM, "waiting").text
    assert not any("Alfie" in str(item.facts) for item in office.told() if item.recipient == TEAM)


async def test_who_has_only_a_mailbox_that_others_read_is_reminded_without_a_link(office: TestOffice) -> None:
    await office.email(JO, attach=PLAN)
    moved = update(Person).where(Person.email == SAM).values(email=MOORVIEW_HEAD)
    known = delete(Identity).where(Identity.value == SAM)
    office.rooms.ledger.write_now(lambda tx: (tx.execute(moved), tx.execute(known)))

    await until(office, "02 08:31")

    assert PLAN in office.expect(MOORVIEW_HEAD, "waiting").text
    assert "/get/" not in office.expect(MOORVIEW_HEAD, "waiting").text
    assert "/get/" in office.expect(NADIA, "waiting").text


async def test_a_reminder_is_answered_as_an_announcement_is_and_all_who_were_told_hear(office: TestOffice) -> None:
    await office.email(JO, attach=PLAN)
    await until(office, "02 17:00")
    await until(office, "03 09:00")
    await office.email(SAM, text="receive", reply_to=office.expect(SAM, "waiting"))
    assert office.files()[0].status is Status.RECEIVED
    assert "Sam Hale" in office.expect(ALEX, "decided").text


async def test_an_office_that_is_opened_again_repeats_no_reminder_and_forgets_none(office: TestOffice) -> None:
    await office.email(JO, attach=PLAN)
    await until(office, "02 08:31")
    office.unread()

    office.office = Office(office.rooms, office.office.channels)
    await until(office, "02 08:32")
    assert reminded(office) == []
    await until(office, "03 09:00")
    assert reminded(office) == [(ALEX, 1)]


async def test_a_clock_that_is_set_back_stops_no_reminder(office: TestOffice) -> None:
    await until(office, "30 09:00")
    await until(office, "01 09:00")
    await office.email(JO, attach=PLAN)
    await until(office, "02 08:31")
    assert (SAM, 1) in reminded(office)


async def test_without_slack_nobody_is_reminded(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await until(post, "10 12:00")
    assert reminded(post) == []


async def test_a_great_many_files_are_told_of_in_several_mails(office: TestOffice) -> None:
    for half in ("a", "b"):
        await office.email(JO, attach=[f"8302000_SENplan{half}{number}20260901.docx" for number in range(30)])
    await until(office, "02 08:31")
    assert sorted(count for reader, count in reminded(office) if reader == SAM) == [10, 50]


async def test_nobody_is_reminded_of_what_its_school_has_frozen_until_it_is_released(office: TestOffice) -> None:
    await office.email(JO, attach=PLAN)
    await office.email(JO, text="Wrong child!", reply_to=office.expect(JO, "receipt"))
    await until(office, "02 08:31")
    assert reminded(office) == []

    await office.email(JO, text="release", reply_to=office.expect(JO, "frozen"))
    await until(office, "02 08:40")
    assert (SAM, 1) in reminded(office)


async def test_on_a_bank_holiday_and_on_a_day_that_is_configured_nobody_is_at_work(post_with: Opener) -> None:
    extra = {"POSTROOM__AUTHORITY__EXTRA_HOLIDAYS": '["2026-12-29"]'}
    async with post_with(SLACK | extra) as office:
        await at(office, "2026-12-24 09:00")
        await office.email(JO, attach=PLAN)
        for shut in (
            "25 12:00",
            "28 12:00",
            "29 12:00",
            "30 08:29",
        ):  # Christmas; that of Boxing Day, a Saturday; our own
            await at(office, f"2026-12-{shut}")
            assert reminded(office) == []
        await at(office, "2026-12-30 08:31")
        assert (SAM, 1) in reminded(office)
