"""The menus by which a reader chooses what a list shows, and what comes back from them
(https://docs.slack.dev/reference/block-kit/block-elements)."""

import re
import zlib
from collections.abc import Mapping
from typing import Any

from bot.arrival import SLACK
from bot.choosing import TEXT_CHARACTERS_MAX, Chosen
from bot.listing import CAN_BE_CHOSEN
from bot.notices import Menu
from handlers.slack import receive
from handlers.slack.elements import Json, literal, option, select
from handlers.slack.text import sound
from handlers.slack.values import Value

PREFIX = "choose-"
CHOOSING = re.compile(r"^(choose-(period|first|last|by|status|find)|turn|queue|clear)(:\d+)?$")
"""What is chosen in menus, and the buttons that belong to them."""
PERIODS = {"this-year": "This academic year", "last-year": "Last academic year", "dates": "From one day to another"}
ANYONE = "0"


def blocks(menu: Menu) -> list[Json]:
    """All menus. Those of another choice have other ids, so that Slack shows what is chosen, not what was; those of the
    same choice have the same, so that a redraw leaves alone what somebody types."""
    choice = menu.choice.model_copy(update={"page": 0, "queue": 0})
    mark = f"{zlib.crc32(choice.model_dump_json().encode()):08x}"
    dates = {"dates": _dates(menu)} if choice.period == "dates" else {}
    rows = {"choose": _selects(menu), **dates, "status": _statuses(menu), "find": _words(menu)}
    return [row | {"block_id": f"{name}-{mark}"} for name, row in rows.items()]


def chosen(body: Mapping[str, Any], address: str) -> Chosen:
    """What was chosen, by whom, where. Where it was chosen in a home, it is their own: nobody sees another's.

    `address`: the mailbox that Slack vouches for.
    """
    action, sender = body["actions"][0], receive.presser(body)
    container = body.get("container") or {}
    place = container.get("channel_id") or sender
    what = str(action["action_id"]).partition(":")[0].removeprefix(PREFIX)
    return Chosen(SLACK, sender, place, container.get("message_ts") or "", what, _values(action), address)


def _values(action: Mapping[str, Any]) -> list[str]:
    """What an element holds (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload)."""
    match action.get("type"):
        case "static_select":
            return [str((action.get("selected_option") or {}).get("value") or "")]
        case "multi_static_select":
            return [str(one.get("value") or "") for one in action.get("selected_options") or ()]
        case "datepicker":
            return [str(action.get("selected_date") or "")]
        case "plain_text_input":
            return [sound(str(action.get("value") or ""))]
    value = Value.read(action.get("value"))
    return value.say.split()[1:] if value else []


def _selects(menu: Menu) -> Json:
    periods = [option(words, word) for word, words in PERIODS.items()]
    senders = [option("Sent by anyone", ANYONE), *(option(name, str(number)) for number, name in menu.senders)]
    return {"type": "actions", "elements": [
        _select("period", "Date sent", periods, menu.choice.period),
        _select("by", "Sent by", senders, str(menu.choice.sent_by)),
    ]}  # fmt: skip


def _dates(menu: Menu) -> Json:
    days = (("first", "From", menu.first), ("last", "To", menu.last))
    return {"type": "actions", "elements": [
        {
            "type": "datepicker", "action_id": f"{PREFIX}{word}", "placeholder": literal(hint), "initial_date": day.isoformat(),
        }
        for word, hint, day in days
    ]}  # fmt: skip


def _statuses(menu: Menu) -> Json:
    offered = [option(status.value, status.value) for status in CAN_BE_CHOSEN]
    return {"type": "section", "text": literal("Status"), "accessory": {
        "type": "multi_static_select", "action_id": f"{PREFIX}status", "placeholder": literal("Sent, Received, Rejected"),
        "options": offered, "initial_options": [one for one in offered if one["value"] in menu.statuses],
    }}  # fmt: skip


def _words(menu: Menu) -> Json:
    text = {"initial_value": menu.choice.text} if menu.choice.text else {}
    return {
        "type": "input", "label": literal("Find in names, comments and tags"), "dispatch_action": True, "optional": True,
        "element": {
            "type": "plain_text_input", "action_id": f"{PREFIX}find", "max_length": TEXT_CHARACTERS_MAX,
            "placeholder": literal("Write, then press Enter"),
            "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}, **text,
        },
    }  # fmt: skip


def _select(word: str, hint: str, options: list[Json], held: str) -> Json:
    initial = [one for one in options if one["value"] == held]
    return select(f"{PREFIX}{word}", hint, options) | ({"initial_option": initial[0]} if initial else {})
