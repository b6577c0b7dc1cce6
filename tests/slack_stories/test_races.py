"""Two people act on one file at once: exactly one wins, and the other is told apart by whom, and when."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.people import DEE, JO, NADIA, PLAN, SAM
from tests.slack import Message
from tests.slack_office import SlackOffice, open_slack_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    async with open_slack_office(tmp_path) as opened:
        await opened.send("jo", PLAN)
        yield opened


def card(office: SlackOffice) -> Message:
    """The one card in the channel of SEN."""
    (found,) = office.answers(office.sen)
    return found


def told_apart(office: SlackOffice, name: str) -> list[str]:
    """What only this member sees."""
    seen = office.slack.world.ephemerals.get(office.people[name].id, [])
    return [message.words for message in seen]


def acts(office: SlackOffice) -> int:
    """How often something was done to the one file since it was sent."""
    return office.post.files()[0].version - 1


async def test_of_two_officers_who_press_at_once_one_wins(office: SlackOffice) -> None:
    shown = card(office)
    await asyncio.gather(
        office.slack.press(office.people["sam"], shown, "Receive"),
        office.slack.press(office.people["nadia"], shown, "Receive"),
    )
    await office.settle()

    (file,) = office.post.files()
    winner = file.receiver.name if file.receiver else ""
    won, lost = ("sam", "nadia") if winner == "Sam Hale" else ("nadia", "sam")
    assert acts(office) == 1
    (link,), (late,) = told_apart(office, won), told_apart(office, lost)
    assert "Download" in link
    assert "Too late to receive" in late
    assert f"received by {winner} at 09:00 on 1 September 2026" in late
    assert "Download" not in late
    assert f"Received by {winner}" in card(office).words
    assert f"Received by {winner}" in office.answers(office.dm("jo"))[0].words


async def test_a_press_and_a_command_by_mail_at_once(office: SlackOffice) -> None:
    (file,) = office.post.files()
    await office.slack.press(office.people["sam"], card(office), "Receive")
    await office.post.email(NADIA, text=f"reject {file.reference} Wrong child")

    (file,) = office.post.files()
    assert acts(office) in (1, 2), "a rejection may follow a receipt, but nothing follows a rejection"
    if file.receiver is None:
        assert "Rejected by Nadia Brook" in told_apart(office, "sam")[0] or "Too late" in told_apart(office, "sam")[0]
    assert "Rejected by Nadia Brook" in card(office).words


async def test_a_press_on_an_old_card_is_told_what_came_between(office: SlackOffice) -> None:
    old = office.slack.photo(card(office))
    office.post.clock.advance(minutes=5)
    await office.post.email(NADIA, text=f"receive {office.post.files()[0].reference}")
    office.post.clock.advance(minutes=5)

    await office.press("sam", old, "Receive")

    (late,) = told_apart(office, "sam")
    assert "received by Nadia Brook at 09:05 on 1 September 2026" in late
    assert acts(office) == 1


async def test_a_form_that_was_open_while_another_decided_changes_nothing(office: SlackOffice) -> None:
    await office.press("sam", card(office), "Reject…")
    await office.press("nadia", card(office), "Receive")

    await office.slack.submit(office.people["sam"], {"written": "Wrong child"})
    await office.settle()

    assert office.post.files()[0].status == "Received"
    (late,) = told_apart(office, "sam")
    assert "received by Nadia Brook" in late


@pytest.mark.parametrize("first", ["recall", "receive"])
async def test_a_recall_and_a_receipt_at_once(office: SlackOffice, first: str) -> None:
    (receipt,), shown = office.answers(office.dm("jo")), card(office)
    presses = [("jo", receipt, "Recall"), ("sam", shown, "Receive")]
    for name, message, button in presses if first == "recall" else reversed(presses):
        assert (await office.slack.press(office.people[name], message, button)).ok
    await office.settle()

    (file,) = office.post.files()
    if file.status == "Recalled":
        assert file.receiver is None
        assert "recalled by Jo Sands" in told_apart(office, "sam")[0]
        assert "Recalled by Jo Sands" in card(office).words
        assert card(office).buttons == ["History"]
    else:
        assert "Received by Sam Hale at 09:00" in office.answers(office.dm("jo"))[0].words
        assert "Recall" not in office.answers(office.dm("jo"))[0].buttons


async def test_officers_who_were_told_by_mail_hear_once_that_it_is_decided(office: SlackOffice) -> None:
    await office.press("sam", card(office), "Receive")

    for told_by_mail in (NADIA, DEE):
        kinds = [answer.kind for answer in office.post.inbox_of(told_by_mail)]
        assert kinds.count("decided") == kinds.count("new-files")
    assert [answer.kind for answer in office.post.inbox_of(SAM)].count("decided") == 0
    assert [answer.kind for answer in office.post.inbox_of(JO)] == []


@pytest.mark.parametrize("name", ["ian", "tom"])
@pytest.mark.parametrize("button", ["Receive", "Reject…", "Not ours…"])
async def test_who_may_not_is_told_apart_and_whom_to_ask(office: SlackOffice, name: str, button: str) -> None:
    office.sen.members.append(office.people[name].id)

    await office.press(name, card(office), button)

    (told,) = told_apart(office, name)
    assert "nothing has been done" in told
    assert "Ask Sam Hale, Nadia Brook or Dee Lomas, who may do that" in told
    assert acts(office) == 0
    assert "Receive" in card(office).buttons
