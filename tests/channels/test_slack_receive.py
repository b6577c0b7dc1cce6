"""What of Slack's events is an arrival at all (handlers/slack/receive.py)."""

from typing import Any

import pytest

from handlers.slack import receive

TEAM, US, JO, OTHER_BOT = "T0SCHOOLS1", "U0BOT", "U0JO", "U0OTHER"
FILE = {"id": "F1", "name": "8302000_SENplan20260901.docx", "mode": "hosted"}


def body(event: dict[str, Any]) -> dict[str, Any]:
    """An event in its envelope."""
    return {"team_id": TEAM, "authorizations": [{"user_id": US, "is_bot": True}], "event": event}


def posted(**more: object) -> dict[str, Any]:
    """A message with a file, in a direct message."""
    return {
        "type": "message",
        "channel": "D1",
        "user": JO,
        "text": "",
        "ts": "1788249600.000001",
        "files": [FILE],
        **more,
    }


def edited(**more: object) -> dict[str, Any]:
    """The same, in which other words were put."""
    before = posted(**more)
    after = before | {"text": "other words", "edited": {"user": JO, "ts": "1788249601.000001"}}
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": "D1",
        "previous_message": before,
        "message": after,
    }


def test_what_a_person_posts_and_changes_is_an_arrival() -> None:
    assert receive.message(body(posted()), ())
    assert receive.change(body(edited()))


@pytest.mark.parametrize("author", [{"user": US}, {"user": OTHER_BOT, "bot_id": "B0OTHER"}, {"user": ""}])
def test_what_a_machine_posts_or_changes_is_none(author: dict[str, str]) -> None:
    assert receive.message(body(posted(**author)), ()) is None
    assert receive.change(body(edited(**author))) is None


def test_two_people_who_press_at_the_same_moment_are_two_arrivals() -> None:
    value = '{"notice": "n", "say": "help"}'

    def pressed(user: str) -> dict[str, Any]:
        action = {"action_id": "help", "action_ts": "1788249600.000001", "value": value}
        return {"actions": [action], "user": {"id": user, "team_id": TEAM}, "container": {"channel_id": "C1"}}

    first, second = receive.press(pressed("U0SAM")), receive.press(pressed("U0NADIA"))

    assert first
    assert second
    assert first.key != second.key
