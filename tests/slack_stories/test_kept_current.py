"""What stands in Slack shows how things are by now, whoever brought that about, and nothing that its reader may not know."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.people import JO, NADIA, PLAN, RAJ, TOM
from tests.slack_office import SlackOffice, open_slack_office

RETURN, OTHER = "8302000_FINreturn20260901.xlsx", "8302000_FINother20260901.xlsx"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    async with open_slack_office(tmp_path, services={"SEN": "channel", "EP": "direct"}) as opened:
        yield opened


async def test_a_file_that_a_redraw_brought_into_a_list_is_kept_up_to_date_there(office: SlackOffice) -> None:
    await office.send("jo", RETURN)
    await office.send("jo", text="status")
    await office.send("jo", OTHER)
    first, second = office.post.files()
    await office.post.email(JO, text=f"recall {first.reference}")
    answer = office.answers(office.dm("jo"))[1]
    assert OTHER in answer.words, "the list was drawn anew, and shows what has come since"
    assert "Recall" in answer.buttons

    await office.post.email(RAJ, text=f"receive {second.reference}")

    assert "Received by Raj Patel" in answer.words
    assert "Recall" not in answer.buttons


async def test_what_is_told_of_a_move_bears_no_button_that_could_come_too_late(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    (file,) = office.post.files()
    await office.post.email(NADIA, text=f"move {file.reference} FIN")

    receipt, moved = office.answers(office.dm("jo"))

    assert "Moved to FIN" in moved.words
    assert moved.buttons == ["History"]
    assert receipt.buttons == ["Recall", "History"]


async def test_the_buttons_of_an_answer_that_nothing_was_done_go_when_they_no_longer_apply(office: SlackOffice) -> None:
    await office.send("jo", "8302000 FINreturn20260901.xlsx")
    (advice,) = office.answers(office.dm("jo"))
    again = office.slack.photo(advice)
    await office.press("jo", advice, f"Send as {RETURN}")
    await office.press("jo", again, "Don’t send")
    settled = office.answers(office.dm("jo"))[-1]
    assert settled.buttons == ["Recall", "History"]

    await office.post.email(RAJ, text=f"receive {office.post.files()[0].reference}")

    assert settled.buttons == ["Download a copy", "History"]
    assert "Received by Raj Patel" in settled.words


async def test_what_was_not_understood_loses_the_buttons_that_no_longer_apply(office: SlackOffice) -> None:
    await office.send("jo", RETURN)
    (receipt,) = office.answers(office.dm("jo"))
    await office.send("jo", text="please send it to the other team", thread=receipt.thread_ts or "")
    asked = office.answers(office.dm("jo"))[-1]
    assert "Recall" in asked.buttons

    await office.post.email(RAJ, text=f"receive {office.post.files()[0].reference}")

    assert "Recall" not in asked.buttons


async def test_the_thread_of_a_leaver_where_others_read_it_is_kept_up_to_date(office: SlackOffice) -> None:
    await office.send("tom", RETURN, where=office.returns)
    await office.send("tom", OTHER)
    in_channel, own = office.answers(office.returns)[0], office.answers(office.dm("tom"))[0]
    await office.post.leave(TOM)

    for file in office.post.files():
        await office.post.email(RAJ, text=f"receive {file.reference}")

    assert "Received by Raj Patel" in in_channel.words
    assert "Recall" not in in_channel.buttons
    assert "Received by" not in own.words, "a leaver is shown no more than they were"


async def test_an_officers_own_card_does_not_tell_what_another_service_said_of_the_file(office: SlackOffice) -> None:
    await office.send("sam", text="help")
    await office.send("jo", "8302000_EPreport20260901.docx", text="For the review.")
    (file,) = office.post.files()
    card = office.answers(office.dm("sam"))[-1]
    await office.press("sam", card, "Not ours…")
    await office.slack.submit(office.people["sam"], {"service": "FIN", "written": "It is a bill"})
    await office.settle()

    await office.post.email(RAJ, text=f"reject {file.reference} It names the wrong child")

    assert "Rejected by Raj Patel" in card.words
    assert "wrong child" not in card.words
    assert "wrong child" in office.answers(office.dm("jo"))[0].words


async def test_a_place_that_slack_wants_left_alone_is_left_alone_whatever_else_is_due_there(
    office: SlackOffice,
) -> None:
    await office.send("jo", PLAN)
    await office.send("jo", "8302000_SENreview20260901.docx")
    office.slack.trouble.limit("chat.update", retry_after=60, channel=office.sen.id)

    for file in office.post.files():
        await office.post.email(NADIA, text=f"receive {file.reference}")

    tried = [one for one in office.slack.calls_of("chat.update") if one.args["channel"] == office.sen.id]
    assert [one.error for one in tried] == ["ratelimited"]
    office.post.clock.advance(seconds=61)
    await office.settle()
    assert all("Received by Nadia Brook" in card.words for card in office.answers(office.sen))


async def test_a_file_held_for_days_is_asked_about_once_more_in_slack_where_it_came_with_buttons_that_go_when_it_is_settled(
    office: SlackOffice,
) -> None:
    await office.send("jo", "8302000 FINreturn20260901.xlsx")
    office.post.clock.advance(days=5)
    await office.settle()
    first, again = office.answers(office.dm("jo"))
    assert "Still not sent" in again.words
    assert again.buttons == first.buttons == [f"Send as {RETURN}", "Don’t send"]
    assert not [one for one in office.post.told() if one.kind == "expiring" and one.recipient == JO]

    await office.press("jo", again, f"Send as {RETURN}")
    assert office.post.files()[0].name == RETURN
    first, again = office.answers(office.dm("jo"))[:2]
    assert first.buttons == again.buttons == []
