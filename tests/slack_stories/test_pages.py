"""Another page of a message is shown where that message stands, to whoever reads it, and to nobody else."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.people import JO, PLAN, SAM
from tests.slack import Delivery, Message
from tests.slack_office import SlackOffice, open_slack_office

REVIEW = "8302000_SENreview20260901.docx"
Payload = dict[str, Any]


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SlackOffice]:
    """One in which hardly anything stands on one page."""
    monkeypatch.setattr("handlers.slack.render.BLOCKS_MAX", 2)
    async with open_slack_office(tmp_path) as opened:
        yield opened


def turner(message: Message, words: str) -> str:
    """The button that turns to this page."""
    return next(button for button in message.buttons if words in button)


async def turned(office: SlackOffice, name: str, message: Message) -> Delivery:
    """They turn to the second page and back: the press by which they turned it, and now the first is shown again."""
    await office.press(name, message, turner(message, "Page 2"))
    press = next(one for one in reversed(office.slack.deliveries) if "actions" in one.payload)
    await office.press(name, message, turner(message, "Back"))
    return press


async def repeat(office: SlackOffice, press: Delivery, alter: Callable[[Payload], Payload]) -> None:
    """The same press once more, but for this."""
    assert (await office.slack.repeat(press, alter=alter)).ok
    await office.settle()


def bearing(**other: str) -> Callable[[Payload], Payload]:
    """The button bears something else."""

    def alter(payload: Payload) -> Payload:
        (action,) = payload["actions"]
        value = json.loads(action["value"]) | other
        return payload | {"actions": [action | {"value": json.dumps(value)}]}

    return alter


async def test_what_one_person_sees_is_turned_for_that_person_alone(office: SlackOffice) -> None:
    await office.send("jo", text=f"{office.slack.world.bot.mention} help", where=office.returns)
    (whisper,) = office.whispers("jo")
    first = whisper.words
    press = await turned(office, "jo", whisper)

    tom = {"user": {**press.payload["user"], "id": office.people["tom"].id}}
    elsewhere = {"container": press.payload["container"] | {"channel_id": office.sen.id}}
    for change in (tom, elsewhere):
        await repeat(office, press, lambda payload, other=change: payload | other)  # type: ignore[misc] # a lambda's default
        assert whisper.words == first

    await repeat(office, press, lambda payload: payload)
    assert whisper.words != first


async def test_what_a_leaver_alone_sees_is_not_turned(office: SlackOffice) -> None:
    await office.send("jo", text=f"{office.slack.world.bot.mention} help", where=office.returns)
    (whisper,) = office.whispers("jo")
    first = whisper.words
    await office.post.leave(JO)

    await office.press("jo", whisper, turner(whisper, "Page 2"))

    assert whisper.words == first


@pytest.mark.parametrize("page", ["page", "page -1", "page 10000", "page one"])
async def test_what_is_no_page_is_not_turned_to(office: SlackOffice, page: str) -> None:
    await office.send("jo", PLAN)
    (card,) = office.answers(office.sen)
    before = card.words
    press = await turned(office, "sam", card)

    await repeat(office, press, bearing(say=page))

    assert card.words == before


async def test_a_page_is_shown_in_the_message_to_which_it_belongs_alone(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    await office.send("jo", REVIEW)
    card, other = office.answers(office.sen)
    before = other.words
    press = await turned(office, "sam", card)

    def elsewhere(payload: Payload) -> Payload:
        return payload | {"container": payload["container"] | {"message_ts": other.ts}}

    await repeat(office, press, elsewhere)

    assert other.words == before


async def test_what_somebody_was_told_alone_is_not_turned_to_where_others_read(office: SlackOffice) -> None:
    await office.send("jo", PLAN, text="About Alfie")
    (card,) = office.answers(office.sen)
    before = card.words
    press = await turned(office, "sam", card)
    theirs = [row.id for row in office.post.told() if row.recipient != office.sen.id]
    assert theirs

    for notice in theirs:
        await repeat(office, press, bearing(notice=notice))

    assert card.words == before


async def test_a_page_is_not_turned_before_an_account_that_was_taken_away(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    (receipt,) = office.answers(office.dm("jo"))
    before = receipt.words
    office.take_account_away("jo")
    await office.press("jo", receipt, turner(receipt, "Page 2"))

    assert receipt.words == before


async def test_every_page_shows_the_file_as_it_is_by_now(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    (card,) = office.answers(office.sen)
    await office.post.email(SAM, text=f"receive {office.post.files()[0].reference}")

    seen = card.words
    for page in ("Page 2", "Page 3"):
        await office.press("nadia", card, turner(card, page))
        seen += card.words
        assert "Receive" not in card.buttons

    assert "Received by Sam Hale" in seen
