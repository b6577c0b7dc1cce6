"""What stands before somebody who may see no more shows them no more, whatever they press in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import data
from bot.roster import imports
from tests.people import JO, NADIA, PLAN, RAJ, SAM
from tests.slack import Message
from tests.slack_office import SlackOffice, open_slack_office

REVIEW = "8302000_SENreview20260901.docx"
REASON = "It is about another child"


@pytest.fixture
async def direct(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    """Officers are told of new files by direct message, and two of them are known."""
    async with open_slack_office(tmp_path, services={"SEN": "direct", "FIN": "direct"}) as opened:
        for name in ("sam", "nadia"):
            await opened.send(name, text="help")
        yield opened


def latest(office: SlackOffice, name: str) -> Message:
    """The last that this member was told in their own conversation, as it stands now."""
    return office.answers(office.dm(name))[-1]


def appoint(office: SlackOffice, row: str) -> None:
    """Import them anew: what they were appointed to before is not theirs any more."""
    sheet = imports.read_people(f"email,name,role,schools,services,other_emails\n{row}\n".encode())
    settings, now = office.post.rooms.settings, office.post.clock.now()
    office.post.rooms.ledger.write_now(lambda tx: imports.import_people(tx, sheet, settings, now))


async def leaf(office: SlackOffice, name: str) -> None:
    """Choose other files in the list, and the first ones again."""
    for period in ("last-year", "this-year"):
        await office.choose(name, latest(office, name), "Date sent", period)


async def test_a_list_before_an_account_that_was_taken_away_shows_nothing_new(office: SlackOffice) -> None:
    await office.send("jo", text="status")
    office.take_account_away("jo")
    await office.send("tom", REVIEW)

    await leaf(office, "jo")

    assert REVIEW not in latest(office, "jo").words


async def test_a_receipt_before_an_account_that_was_taken_away_is_not_drawn_anew(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    office.take_account_away("jo")

    await office.post.email(NADIA, text=f"reject {office.post.files()[0].reference} {REASON}")

    assert "Nadia" not in latest(office, "jo").words


async def test_a_list_before_a_guest_shows_nothing_new(office: SlackOffice) -> None:
    await office.send("jo", text="status")
    office.people["jo"].is_restricted = True
    office.post.clock.advance(minutes=6)
    await office.send("tom", REVIEW)

    await leaf(office, "jo")

    assert REVIEW not in latest(office, "jo").words


async def test_a_page_is_not_turned_for_a_guest(office: SlackOffice) -> None:
    names = [f"8302000_SENplan{number}x20260901.docx" for number in range(60)]
    await office.send("jo", *names)
    office.people["jo"].is_restricted = True
    office.post.clock.advance(minutes=6)
    before = latest(office, "jo").words

    await office.press("jo", latest(office, "jo"), "page")

    assert latest(office, "jo").words == before


async def test_an_officer_who_is_none_any_more_is_not_told_a_reason(direct: SlackOffice) -> None:
    await direct.send("jo", PLAN, text="A comment")
    appoint(direct, f"{SAM},Sam Hale,officer,,FIN,")

    await direct.post.email(NADIA, text=f"reject {direct.post.files()[0].reference} {REASON}")

    assert "Rejected by Nadia Brook" in latest(direct, "sam").words
    assert REASON not in latest(direct, "sam").words
    assert "A comment" not in latest(direct, "sam").words
    assert REASON in latest(direct, "nadia").words


async def test_a_service_is_not_told_the_reason_of_the_one_it_handed_a_file_to(direct: SlackOffice) -> None:
    await direct.send("jo", PLAN)
    reference = direct.post.files()[0].reference
    await direct.post.email(NADIA, text=f"move {reference} to FIN")

    await direct.post.email(RAJ, text=f"reject {reference} {REASON}")

    assert "Rejected by Raj Patel" in latest(direct, "sam").words
    assert REASON not in latest(direct, "sam").words


async def test_a_sender_who_changes_schools_is_not_told_a_reason(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    appoint(office, f"{JO},Jo Sands,sender,8309001,,")

    await office.post.email(NADIA, text=f"reject {office.post.files()[0].reference} {REASON}")

    assert "Rejected by Nadia Brook" in latest(office, "jo").words
    assert REASON not in latest(office, "jo").words


async def test_what_still_waits_for_an_account_that_was_taken_away_goes_by_mail(direct: SlackOffice) -> None:
    await direct.post.email(JO, attach=PLAN)
    before = len(direct.answers(direct.dm("sam")))
    direct.slack.trouble.fail("chat.postMessage", times=10)
    await direct.post.email(JO, attach=REVIEW)
    direct.slack.trouble.asked.clear()

    direct.take_account_away("sam")
    await direct.settle()

    assert len(direct.answers(direct.dm("sam"))) == before
    assert REVIEW in direct.post.expect(SAM, "new-files").text


async def test_who_became_a_guest_is_told_by_mail_and_sees_nothing_new(direct: SlackOffice) -> None:
    await direct.post.email(JO, attach=PLAN)
    await direct.send("sam", text="status")
    listed = latest(direct, "sam")
    assert PLAN in listed.words
    direct.people["sam"].is_restricted = True
    direct.post.clock.advance(minutes=6)

    await direct.post.email(NADIA, text=f"receive {direct.post.files()[0].reference}")
    await direct.post.email(JO, attach=REVIEW)

    assert latest(direct, "sam") == listed
    assert "Received by" not in listed.words
    assert REVIEW in direct.post.expect(SAM, "new-files").text


async def test_who_is_not_on_a_whole_list_any_more_sees_nothing_new_in_slack(office: SlackOffice) -> None:
    await office.send("jo", text="status")
    demo = (data.folder("config") / "demo" / "people.csv").read_text("utf-8").splitlines(keepends=True)
    sheet = imports.read_people("".join(row for row in demo if "jo.sands@" not in row).encode())
    settings, now = office.post.rooms.settings, office.post.clock.now()
    office.post.rooms.ledger.write_now(lambda tx: imports.import_people(tx, sheet, settings, now, whole=True))
    await office.send("tom", REVIEW)

    await leaf(office, "jo")
    assert REVIEW not in latest(office, "jo").words
    await office.send("jo", text="status")
    assert REVIEW not in latest(office, "jo").words
