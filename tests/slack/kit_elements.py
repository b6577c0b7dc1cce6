"""The interactive elements of Block Kit (docs.slack.dev/reference/block-kit/block-elements) and what they are made of."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.slack.kit_shapes import (
    Check,
    any_of,
    fault,
    flag,
    listed,
    matching,
    not_both,
    one_of,
    plain,
    prose,
    shape,
    text,
    typed,
    whole,
)

URL = matching(r"[a-z][a-z0-9+.-]*:\S+")
style = one_of("primary", "danger")
confirm = shape({"title": plain(100), "text": prose(300), "confirm": plain(30), "deny": plain(30)}, {"style": style})
ACTION = {"action_id": text(255)}
FOCUS = {"focus_on_load": flag}
CONFIRM = {"confirm": confirm}
PLACEHOLDER = {"placeholder": plain(150)}
DISPATCH = {
    "dispatch_action_config": shape(
        {"trigger_actions_on": listed(one_of("on_enter_pressed", "on_character_entered"), 2)}
    )
}


def option(of: Check, **more: Check) -> Check:
    """One option; its text is of this kind."""
    return shape({"text": of, "value": text(150)}, {"description": plain(75), **more})


def initial_is_offered(value: Any, at: str) -> Iterator[str]:
    """What is chosen at first must be one of the options, to the letter."""
    groups = value.get("option_groups") or [{"options": value.get("options")}]
    offered = [one for group in groups if isinstance(group, dict) for one in group.get("options") or []]
    chosen = [value["initial_option"]] if "initial_option" in value else value.get("initial_options") or []
    if any(one not in offered for one in chosen):
        yield fault("initial option must be one of the options", at)


def options_differ(value: Any, at: str) -> Iterator[str]:
    """Two options of one value could not be told apart."""
    options = value.get("options")
    values = [one.get("value") for one in options if isinstance(one, dict)] if isinstance(options, list) else []
    if len(set(map(str, values))) != len(values):
        yield fault("option values must be unique", f"{at}/options")


def is_a_date(value: Any, at: str) -> Iterator[str]:
    """A day of the calendar, YYYY-MM-DD."""
    try:
        good = date.fromisoformat(value).isoformat() == value
    except (TypeError, ValueError):
        good = False
    if not good:
        yield fault("must be a date: YYYY-MM-DD", at)


def lengths_agree(value: Any, at: str) -> Iterator[str]:
    """The least length is not above the greatest."""
    low, high = value.get("min_length"), value.get("max_length")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        yield fault("min_length must not exceed max_length", at)


plain_option = option(plain(75))
any_option = option(prose(75))
group = shape({"label": plain(75), "options": listed(plain_option, 100)})
CHOICES = {"options": listed(plain_option, 100), "option_groups": listed(group, 100)}
SELECT = ACTION | FOCUS | CONFIRM | PLACEHOLDER
chosen = (not_both("options", "option_groups"), initial_is_offered, options_differ)
TYPED_IN = ACTION | FOCUS | PLACEHOLDER | DISPATCH | {"initial_value": text(3000, 0)}

button = shape(
    {"text": plain(75)},
    ACTION | CONFIRM | {"url": URL, "value": text(2000), "style": style, "accessibility_label": text(75)},
)
image = shape(
    {"alt_text": text(2000)},
    {"image_url": URL, "slack_file": shape({}, {"id": text(255), "url": URL}, not_both("id", "url"))},
    not_both("image_url", "slack_file"),
)
static_select = shape({}, SELECT | CHOICES | {"initial_option": plain_option}, *chosen)
multi_static_select = shape(
    {},
    SELECT | CHOICES | {"initial_options": listed(plain_option, 100), "max_selected_items": whole(1, 100)},
    *chosen,
)
users_select = shape({}, SELECT | {"initial_user": text(255)})
overflow = shape(
    {"options": listed(option(plain(75), url=URL), 5)},
    ACTION | CONFIRM,
    options_differ,
)
radio_buttons = shape(
    {"options": listed(any_option, 10)},
    ACTION | FOCUS | CONFIRM | {"initial_option": any_option},
    initial_is_offered,
    options_differ,
)
checkboxes = shape(
    {"options": listed(any_option, 10)},
    ACTION | FOCUS | CONFIRM | {"initial_options": listed(any_option, 10)},
    initial_is_offered,
    options_differ,
)
datepicker = shape({}, SELECT | {"initial_date": is_a_date})
timepicker = shape({}, SELECT | {"initial_time": matching(r"([01][0-9]|2[0-3]):[0-5][0-9]"), "timezone": text(255)})
plain_text_input = shape(
    {},
    TYPED_IN | {"multiline": flag, "min_length": whole(0, 3000), "max_length": whole(1, 3000)},
    lengths_agree,
)
number = matching(r"-?[0-9]+(\.[0-9]+)?")
number_input = shape(
    {"is_decimal_allowed": flag}, TYPED_IN | {"initial_value": number, "min_value": number, "max_value": number}
)

SELECTS: dict[str, Check] = {
    "static_select": static_select,
    "multi_static_select": multi_static_select,
    "users_select": users_select,
    "radio_buttons": radio_buttons,
    "checkboxes": checkboxes,
    "datepicker": datepicker,
    "timepicker": timepicker,
}
in_actions = typed(SELECTS | {"button": button, "overflow": overflow})
in_section = typed(SELECTS | {"button": button, "overflow": overflow, "image": image})
in_input = typed(
    SELECTS
    | {"plain_text_input": plain_text_input, "number_input": number_input}
    | {"email_text_input": shape({}, TYPED_IN), "url_text_input": shape({}, TYPED_IN)}
)
in_context = typed(
    {
        "image": image,
        "plain_text": shape({"text": text(3000)}, {"emoji": flag}),
        "mrkdwn": shape({"text": text(3000)}, {"verbatim": flag}),
    }
)
either_text = any_of("text", "fields")
