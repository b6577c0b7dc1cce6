"""What is pressed, chosen or written, as HTML (docs.slack.dev/reference/block-kit/block-elements)."""

from collections.abc import Callable
from datetime import date

from bot.rules import calendar
from tests.slack.world import Json
from tests.slack_pictures.markup import Markup, tag, words


def element(one: Json) -> Markup:
    """Any of them."""
    return ELEMENTS[one["type"]](one)


def _button(one: Json) -> Markup:
    look = f"button {one.get('style', '')}".strip()
    if "url" in one:
        return tag("a", words(one["text"]), look=look, href=one["url"])
    return tag("button", words(one["text"]), look=look, type="button")


def _box(shown: Markup, mark: str, look: str = "") -> Markup:
    return tag("span", tag("span", shown), tag("span", mark, look="mark"), look=f"box {look}".strip())


def _select(one: Json) -> Markup:
    chosen = one.get("initial_options") or [option for option in [one.get("initial_option")] if option]
    hint = one.get("placeholder") or {"type": "plain_text", "text": "Choose an option"}
    shown = Markup(", ".join(words(option["text"]) for option in chosen)) if chosen else words(hint)
    return _box(shown, "⌄", "" if chosen else "hint")


def _datepicker(one: Json) -> Markup:
    chosen = one.get("initial_date")
    hint = one.get("placeholder") or {"type": "plain_text", "text": "Choose a date"}
    shown = {"type": "plain_text", "text": calendar.spoken_date(date.fromisoformat(chosen))} if chosen else hint
    return _box(words(shown), "▦", "" if chosen else "hint")


def _overflow(_one: Json) -> Markup:
    return tag("button", "⋯", look="button", type="button", aria_label="More")


def _writing(one: Json) -> Markup:
    hint = one.get("placeholder", {}).get("text", "")
    look = "writing lines" if one.get("multiline") else "writing"
    return tag("span", one.get("initial_value") or hint, look=look)


def _choices(mark: str) -> Callable[[Json], Markup]:
    def choices(one: Json) -> Markup:
        options = (tag("div", f"{mark} ", words(option["text"]), look="choice") for option in one["options"])
        return tag("div", *options)

    return choices


ELEMENTS: dict[str, Callable[[Json], Markup]] = {
    "button": _button,
    "static_select": _select,
    "multi_static_select": _select,
    "users_select": _select,
    "external_select": _select,
    "datepicker": _datepicker,
    "overflow": _overflow,
    "plain_text_input": _writing,
    "checkboxes": _choices("☐"),
    "radio_buttons": _choices("○"),
}
