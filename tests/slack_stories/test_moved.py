"""A file that was handed to another service: by whom and when stands wherever it is shown."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.people import DEE, PLAN
from tests.slack import Message
from tests.slack_office import SlackOffice, open_slack_office

MOVED = "Moved to EP by Sam Hale at 09:30 on 1 September 2026"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    """SEN is told in a channel, and EP, whose one officer Sam is, directly."""
    async with open_slack_office(tmp_path, services={"SEN": "channel", "EP": "direct"}) as opened:
        yield opened


async def moved(office: SlackOffice) -> Message:
    """Half an hour after Jo sent it Sam moves a file from SEN to EP: its card as Nadia still sees it."""
    await office.send("jo", PLAN)
    (card,) = office.answers(office.sen)
    before = office.slack.photo(card)
    office.post.clock.advance(minutes=30)
    await office.press("sam", card, "Not ours…")
    await office.slack.submit(office.people["sam"], {"service": "EP"})
    await office.settle()
    return before


async def test_the_reason_of_a_move_may_follow_the_code_in_words(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    (card,) = office.answers(office.sen)
    await office.send("sam", text="move to EP it is about a therapist", thread=card.ts, where=office.sen)
    assert office.post.files()[0].service == "EP"
    assert "The reason given: it is about a therapist" in office.answers(office.dm("jo"))[-1].words


async def test_the_school_reads_who_moved_it_and_when_in_its_list_and_in_its_home(office: SlackOffice) -> None:
    await moved(office)
    await office.send("jo", text="status")

    assert MOVED in office.answers(office.dm("jo"))[-1].words
    assert MOVED in (await office.home("jo")).words


async def test_by_mail_officers_read_it_too(office: SlackOffice) -> None:
    await moved(office)

    told = office.post.expect(DEE, "decided").text
    assert "moved from SEN by Sam Hale at 09:30 on 1 September 2026" in told


async def test_who_took_in_for_the_service_before_and_comes_too_late_is_told_who_moved_it_and_when(
    office: SlackOffice,
) -> None:
    before = await moved(office)
    for button in ("Receive", "Reject…", "Receive all from this school…"):
        await office.press("nadia", before, button)

        told = office.whispers("nadia")[-1]
        assert "It was moved from SEN to EP by Sam Hale at 09:30 on 1 September 2026." in told.words
        assert "The officers of Education Psychology have been told." in told.words
        assert not told.buttons


async def test_a_reminder_of_it_waits_for_nobody_where_it_is_not_any_more(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    office.post.clock.advance(days=7)
    await office.settle()
    _, reminder = office.answers(office.sen)
    assert "Receive" in reminder.buttons

    await office.press("sam", reminder, "Not ours…")
    await office.slack.submit(office.people["sam"], {"service": "EP"})
    await office.settle()

    _, reminder = office.answers(office.sen)
    assert "Nothing waits any more" in reminder.words
    assert "Moved to EP by Sam Hale" in reminder.words
    assert not reminder.buttons


async def test_a_card_that_was_moved_here_and_on_from_here_tells_the_last_move_alone(office: SlackOffice) -> None:
    await office.send("jo", "8302000_EPplan20260901.docx")
    await office.home("sam")
    queue = await office.home("sam")
    await office.press("sam", queue, "Not ours…")
    await office.slack.submit(office.people["sam"], {"service": "SEN"})
    await office.settle()
    (card,) = office.answers(office.sen)
    assert "Sam Hale has moved it here from EP at 09:00 on 1 September 2026." in card.words

    await office.press("sam", card, "Not ours…")
    await office.slack.submit(office.people["sam"], {"service": "FIN"})
    await office.settle()

    (card,) = office.answers(office.sen)
    assert "Moved to FIN by Sam Hale" in card.words
    assert "has moved it here" not in card.words
