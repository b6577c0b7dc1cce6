"""The menus by which somebody chooses which files they see, on their home and on an answer to `status`."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from bot.ledger import files
from bot.ledger.tables import File, Mention, Person
from tests.people import BETH, JO, PLAN
from tests.slack import Delivery, Message, View
from tests.slack_office import SlackOffice

REVIEW = "8302000_SENreview20260901.docx"
Surface = Callable[[], Message | View]


def list_of(office: SlackOffice, name: str) -> Message:
    """The answer to `status` in their direct message."""
    return office.answers(office.dm(name))[-1]


async def shown(office: SlackOffice, name: str, kind: str) -> Surface:
    """Their list, on their home or in the answer to `status`."""
    if kind == "home":
        await office.home(name)
        return lambda: office.slack.world.homes[office.people[name].id]
    await office.send(name, text="status")
    stamp = list_of(office, name).ts
    return lambda: next(one for one in office.answers(office.dm(name)) if one.ts == stamp)


both = pytest.mark.parametrize("kind", ["home", "message"])


@both
async def test_the_current_year_and_what_still_counts_is_shown_at_first(office: SlackOffice, kind: str) -> None:
    await office.send("jo", PLAN)
    office.post.clock.advance(days=365)
    await office.send("jo", "8302000_SENplan20270901.docx", REVIEW)
    await office.press("jo", office.answers(office.dm("jo"))[-1], "Recall")

    surface = await shown(office, "jo", kind)

    assert "8302000_SENplan20270901.docx" in surface().words or REVIEW in surface().words
    assert PLAN not in surface().words
    assert "1 file, 1 September 2027 to 31 August 2028" in surface().words
    assert not office.slack.complaints


@both
async def test_choosing_the_date_redraws_the_list(office: SlackOffice, kind: str) -> None:
    await office.send("jo", PLAN)
    office.post.clock.advance(days=365)
    surface = await shown(office, "jo", kind)

    await office.choose("jo", surface(), "choose-period", "Last academic year")

    assert PLAN in surface().words
    await office.choose("jo", surface(), "choose-period", "From one day to another")
    await office.choose("jo", surface(), "choose-first", "2026-09-02")
    assert "2 September 2026 to 31 August 2027" in surface().words
    assert PLAN not in surface().words
    await office.choose("jo", surface(), "choose-last", "2026-09-01")
    assert "1 September 2026 to 1 September 2026" in surface().words
    assert PLAN in surface().words
    assert not office.slack.complaints


@both
async def test_one_sender_can_be_chosen_and_anyone_again(office: SlackOffice, kind: str) -> None:
    await office.send("jo", PLAN)
    await office.send("tom", REVIEW)
    surface = await shown(office, "priya", kind)

    await office.choose("priya", surface(), "choose-by", "Tom Ashe")

    assert (PLAN in surface().words, REVIEW in surface().words) == (False, True)
    await office.choose("priya", surface(), "choose-by", "Sent by anyone")
    assert (PLAN in surface().words, REVIEW in surface().words) == (True, True)


@both
async def test_statuses_can_be_chosen_and_none_of_them_is_the_usual_three(office: SlackOffice, kind: str) -> None:
    await office.send("jo", PLAN)
    await office.press("jo", office.answers(office.dm("jo"))[-1], "Recall")
    surface = await shown(office, "jo", kind)
    assert PLAN not in surface().words

    await office.choose("jo", surface(), "choose-status", ["Recalled", "Sent"])

    assert PLAN in surface().words
    await office.choose("jo", surface(), "choose-status", [])
    assert PLAN not in surface().words


@both
async def test_words_are_found_at_the_press_of_enter(office: SlackOffice, kind: str) -> None:
    await office.send("jo", PLAN, text="For the panel")
    await office.send("jo", REVIEW)
    surface = await shown(office, "tom", kind)

    await office.choose("tom", surface(), "choose-find", "PANEL")

    assert (PLAN in surface().words, REVIEW in surface().words) == (True, False)
    await office.choose("tom", surface(), "choose-find", None)
    assert REVIEW in surface().words
    await office.choose("tom", surface(), "choose-find", "S%review")
    assert "No file matches" in surface().words


@both
async def test_pages_are_turned_and_a_new_choice_begins_at_the_first(office: SlackOffice, kind: str) -> None:
    for day in range(1, 8):
        await office.send("jo", f"8302000_SENplan202608{day:02}.docx")
        office.post.clock.advance(minutes=1)
    surface = await shown(office, "tom", kind)
    assert "Page 1 of 2" in surface().words

    await office.press("tom", surface(), "Older files ▶")

    assert "Page 2 of 2" in surface().words
    assert "8302000_SENplan20260801.docx" in surface().words
    assert "8302000_SENplan20260807.docx" not in surface().words
    await office.choose("tom", surface(), "choose-status", ["Sent"])
    assert "Page 1 of 2" in surface().words
    await office.press("tom", surface(), "Show this year’s again")
    assert "Show this year’s again" not in surface().buttons


@both
async def test_of_fewer_pages_than_were_turned_the_last_is_shown(office: SlackOffice, kind: str) -> None:
    for day in range(1, 7):
        await office.send("jo", f"8302000_SENplan202608{day:02}.docx")
        office.post.clock.advance(minutes=1)
    surface = await shown(office, "tom", kind)
    await office.press("tom", surface(), "Older files ▶")
    assert "8302000_SENplan20260801.docx" in surface().words

    await office.post.email(JO, text=f"recall {office.post.files()[0].reference}")

    assert "8302000_SENplan20260806.docx" in surface().words


@both
async def test_no_copy_is_offered_of_what_can_no_longer_be_had(office: SlackOffice, kind: str) -> None:
    await office.send("jo", PLAN)
    surface = await shown(office, "jo", kind)
    assert "Download a copy" in surface().buttons
    now = office.post.clock.now()
    office.post.rooms.ledger.write_now(lambda tx: files.destroyed(tx, tx.get_one(File, 1), now=now, why="by hand"))

    surface = await shown(office, "jo", kind)

    assert PLAN in surface().words
    assert "Download a copy" not in surface().buttons


@both
async def test_what_was_chosen_is_kept_when_a_file_changes(office: SlackOffice, kind: str) -> None:
    await office.send("jo", PLAN)
    await office.send("jo", REVIEW)
    surface = await shown(office, "jo", kind)
    await office.choose("jo", surface(), "choose-find", "plan2026")

    await office.press("sam", office.answers(office.sen)[0], "Receive")

    assert "Received by Sam Hale" in surface().words
    assert REVIEW not in surface().words


async def test_a_file_that_only_a_choice_brought_into_the_message_is_kept_up_to_date_there(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    office.post.clock.advance(days=365)
    surface = await shown(office, "jo", "message")
    await office.choose("jo", surface(), "choose-period", "Last academic year")

    await office.press("sam", office.answers(office.sen)[0], "Reject…")
    await office.slack.submit(office.people["sam"], {"written": "Wrong child"})
    await office.settle()

    assert "Rejected by Sam Hale" in surface().words


async def test_a_command_with_filters_is_a_choice_that_can_be_changed(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    office.post.clock.advance(days=365)

    await office.send("jo", text="status last year")

    message = list_of(office, "jo")
    assert PLAN in message.words
    await office.choose("jo", message, "choose-period", "This academic year")
    assert PLAN not in list_of(office, "jo").words


async def test_what_only_a_command_can_ask_for_is_said_and_can_be_undone(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    await office.send("jo", text="status from tom")
    assert "Only files sent by tom" in list_of(office, "jo").words

    await office.press("jo", list_of(office, "jo"), "Show this year’s again")

    assert PLAN in list_of(office, "jo").words
    assert "Only files" not in list_of(office, "jo").words


async def test_what_is_held_is_settled_from_the_answer_after_something_was_chosen(office: SlackOffice) -> None:
    await office.send("jo", "8302000 SENreview20260901.docx")
    await office.send("jo", "8302000 SENplan20260901.docx")
    surface = await shown(office, "jo", "message")
    await office.press("jo", surface(), f"Send as {REVIEW}")
    await office.choose("jo", surface(), "choose-status", ["Sent"])

    await office.press("jo", surface(), f"Send as {PLAN}")

    assert {file.name for file in office.post.files() if file.status == "Sent"} == {REVIEW, PLAN}


async def test_a_file_is_recalled_from_the_answer(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    surface = await shown(office, "jo", "message")

    await office.press("jo", surface(), "Recall")

    assert office.post.files()[0].status == "Recalled"
    assert PLAN not in surface().words


async def test_an_officer_receives_and_rejects_from_the_answer(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    surface = await shown(office, "sam", "message")
    assert surface().buttons == ["Receive", "Reject…", "Not ours…", "History"]

    await office.press("sam", surface(), "Receive")

    assert office.post.files()[0].status == "Received"
    assert "Receive" not in surface().buttons


async def test_where_others_read_there_are_no_menus(office: SlackOffice) -> None:
    await office.send("jo", PLAN)

    await office.send("jo", text=f"{office.slack.world.bot.mention} status", where=office.returns)

    (whisper,) = office.whispers("jo")
    assert PLAN in whisper.words
    assert whisper.find("choose-period") is None


def pressed(office: SlackOffice) -> Delivery:
    """What was brought of the newest press or choice."""
    return next(one for one in reversed(office.slack.deliveries) if "actions" in one.payload)


def by(user_id: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The same as if this member had pressed it."""
    return lambda payload: payload | {"user": payload["user"] | {"id": user_id}}


def holding(**said: object) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The same with something else in the menu."""
    return lambda payload: payload | {"actions": [payload["actions"][0] | said]}


async def test_nobody_turns_the_list_of_another(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    surface = await shown(office, "jo", "message")
    await office.choose("jo", surface(), "choose-status", ["Sent"])
    press = pressed(office)
    before = surface().blocks

    for name in ("tom", "sam", "beth"):
        alter = by(office.people[name].id)
        told = holding(selected_options=[{"value": "Recalled"}])
        await office.slack.repeat(press, alter=lambda payload, one=alter, two=told: two(one(payload)))  # type: ignore[misc] # a lambda's default
        await office.settle()

    assert surface().blocks == before


FORGED: list[dict[str, object]] = [
    {"action_id": "choose-status", "type": "multi_static_select", "selected_options": [{"value": "Held"}]},
    {"action_id": "choose-status", "type": "multi_static_select", "selected_options": [{"value": "no status"}]},
    {"action_id": "choose-period", "type": "static_select", "selected_option": {"value": "all time"}},
    {"action_id": "choose-period", "type": "static_select", "selected_option": None},
    {"action_id": "choose-by", "type": "static_select", "selected_option": {"value": "999"}},
    {"action_id": "choose-by", "type": "static_select", "selected_option": {"value": "0 or 1=1"}},
    {"action_id": "choose-first", "type": "datepicker", "selected_date": "0001-01-01"},
    {"action_id": "choose-last", "type": "datepicker", "selected_date": "9999-12-31"},
    {"action_id": "choose-last", "type": "datepicker", "selected_date": "yesterday"},
    {"action_id": "turn", "type": "button", "value": '{"notice":"","say":"turn -1"}'},
    {"action_id": "turn", "type": "button", "value": '{"notice":"","say":"turn 99999999999999999999"}'},
    {"action_id": "turn", "type": "button", "value": "rubbish"},
    {"action_id": "clear", "type": "button", "value": ""},
]


@both
@pytest.mark.parametrize("forged", FORGED, ids=str)
async def test_a_forged_value_changes_nothing(office: SlackOffice, kind: str, forged: dict[str, object]) -> None:
    await office.send("jo", PLAN)
    surface = await shown(office, "jo", kind)
    await office.choose("jo", surface(), "choose-find", "SEN")
    press, before = pressed(office), surface().words

    ack = await office.slack.repeat(press, alter=holding(**forged))
    await office.settle()

    assert ack.ok or forged["action_id"] == "clear"
    assert surface().words == before or forged["action_id"] == "clear"


@both
async def test_a_person_of_another_school_cannot_be_chosen_nor_be_told_from_nobody(
    office: SlackOffice, kind: str
) -> None:
    await office.send("beth", "8309001_SENplan20260901.docx")
    await office.send("jo", PLAN)
    beth = office.post.rooms.ledger.read_now(lambda tx: tx.scalar(select(Person.id).where(Person.email == BETH)))
    surface = await shown(office, "jo", kind)
    await office.choose("jo", surface(), "choose-by", "Sent by anyone")
    assert "Beth" not in surface().words

    await office.slack.repeat(pressed(office), alter=holding(selected_option={"value": str(beth)}))
    await office.settle()

    assert "Beth" not in surface().words
    assert PLAN in surface().words


async def test_the_home_of_another_cannot_be_reached(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    jo, beth = await shown(office, "jo", "home"), await shown(office, "beth", "home")
    await office.choose("jo", jo(), "choose-status", ["Sent"])

    await office.slack.repeat(pressed(office), alter=by(office.people["beth"].id))
    await office.settle()

    assert PLAN not in beth().words
    assert PLAN in jo().words


async def test_the_notice_speaks_of_what_it_shows(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    await office.send("jo", REVIEW)
    surface = await shown(office, "jo", "message")
    await office.choose("jo", surface(), "choose-find", "review")
    row = next(row for row in office.post.told() if row.kind == "status")

    spoken = office.post.rooms.ledger.read_now(
        lambda tx: list(tx.scalars(select(Mention.file_id).where(Mention.notice_id == row.id)))
    )

    assert spoken == [next(file.id for file in office.post.files() if file.name == REVIEW)]
