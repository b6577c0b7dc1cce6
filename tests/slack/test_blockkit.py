"""Block Kit: at each documented limit all is well, and one beyond it is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.slack import faults
from tests.slack.blockkit import CHARACTERS_MAX, weight
from tests.slack.world import Json


def plain(size: int) -> Json:
    """So much plain text."""
    return {"type": "plain_text", "text": "x" * size}


def section(**more: Any) -> Json:
    """A section."""
    return {"type": "section", "text": plain(1)} | more


def button(**more: Any) -> Json:
    """A button."""
    return {"type": "button", "text": plain(1)} | more


def acts(*elements: Json) -> Json:
    """An actions block."""
    return {"type": "actions", "elements": list(elements)}


def option(number: int = 0, **more: Any) -> Json:
    """An option."""
    return {"text": plain(1), "value": str(number)} | more


def options(count: int) -> list[Json]:
    """So many options."""
    return [option(number) for number in range(count)]


def confirm(**sizes: int) -> Json:
    """A button with a dialog whose parts have these sizes."""
    parts = {name: plain(size) for name, size in ({"title": 1, "text": 1, "confirm": 1, "deny": 1} | sizes).items()}
    return acts(button(confirm=parts))


def typed_in(**more: Any) -> Json:
    """An input block."""
    return {"type": "input", "label": plain(1), "element": {"type": "plain_text_input"}} | more


def rich(*parts: Json) -> Json:
    """A rich text block."""
    return {"type": "rich_text", "elements": list(parts)}


def line(*inline: Json) -> Json:
    """A line of rich text."""
    return {"type": "rich_text_section", "elements": list(inline)}


WORD = {"type": "text", "text": "word"}

LIMITS: dict[str, tuple[Callable[[int], Any], int]] = {
    "blocks": (lambda n: [section() for _ in range(n)], 50),
    "section text": (lambda n: [section(text=plain(n))], 3000),
    "fields": (lambda n: [section(fields=[plain(1)] * n)], 10),
    "field text": (lambda n: [section(fields=[plain(n)])], 2000),
    "header": (lambda n: [{"type": "header", "text": plain(n)}], 150),
    "block id": (lambda n: [section(block_id="x" * n)], 255),
    "elements": (lambda n: [acts(*[button() for _ in range(n)])], 25),
    "context": (lambda n: [{"type": "context", "elements": [plain(1)] * n}], 10),
    "button text": (lambda n: [acts(button(text=plain(n)))], 75),
    "button value": (lambda n: [acts(button(value="x" * n))], 2000),
    "button url": (lambda n: [acts(button(url="https://" + "x" * (n - 8)))], 3000),
    "action id": (lambda n: [acts(button(action_id="x" * n))], 255),
    "spoken label": (lambda n: [acts(button(accessibility_label="x" * n))], 75),
    "options": (lambda n: [acts({"type": "static_select", "options": options(n)})], 100),
    "several options": (lambda n: [section(accessory={"type": "multi_static_select", "options": options(n)})], 100),
    "groups": (
        lambda n: [acts({"type": "static_select", "option_groups": [{"label": plain(1), "options": options(1)}] * n})],
        100,
    ),
    "group label": (
        lambda n: [acts({"type": "static_select", "option_groups": [{"label": plain(n), "options": options(1)}]})],
        75,
    ),
    "placeholder": (
        lambda n: [acts({"type": "static_select", "options": options(1), "placeholder": plain(n)})],
        150,
    ),
    "option text": (lambda n: [acts({"type": "radio_buttons", "options": [option(text=plain(n))]})], 75),
    "option value": (lambda n: [acts({"type": "checkboxes", "options": [option(value="x" * n)]})], 150),
    "option description": (lambda n: [acts({"type": "overflow", "options": [option(description=plain(n))]})], 75),
    "overflow": (lambda n: [acts({"type": "overflow", "options": options(n)})], 5),
    "radio buttons": (lambda n: [acts({"type": "radio_buttons", "options": options(n)})], 10),
    "checkboxes": (lambda n: [acts({"type": "checkboxes", "options": options(n)})], 10),
    "dialog title": (lambda n: [confirm(title=n)], 100),
    "dialog text": (lambda n: [confirm(text=n)], 300),
    "dialog yes": (lambda n: [confirm(confirm=n)], 30),
    "dialog no": (lambda n: [confirm(deny=n)], 30),
    "label": (lambda n: [typed_in(label=plain(n))], 2000),
    "hint": (lambda n: [typed_in(hint=plain(n))], 2000),
    "least length": (lambda n: [typed_in(element={"type": "plain_text_input", "min_length": n})], 3000),
    "greatest length": (lambda n: [typed_in(element={"type": "plain_text_input", "max_length": n})], 3000),
    "alternative text": (
        lambda n: [{"type": "image", "image_url": "https://a.example", "alt_text": "x" * n}],
        2000,
    ),
    "indent": (
        lambda n: [rich({"type": "rich_text_list", "style": "bullet", "indent": n, "elements": [line(WORD)]})],
        8,
    ),
    "markdown": (lambda n: [{"type": "markdown", "text": "x" * n}], 12_000),
}


@pytest.mark.parametrize("what", LIMITS)
def test_a_limit_is_kept_to_the_letter(what: str) -> None:
    build, most = LIMITS[what]
    assert faults(build(most), "message") == []
    assert len(faults(build(most + 1), "message")) == 1


STYLED = {"text": {"text": "x"}, "link": {"url": "https://a.example"}, "user": {"user_id": "U1"}}
WRONG: dict[str, list[Any]] = {
    "no list": [{"type": "divider"}],
    "an unknown block": [{"type": "dividers"}],
    "an unknown field": [section(colour="red")],
    "an empty section": [{"type": "section"}],
    "empty text": [section(text=plain(0))],
    "mrkdwn in a header": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "mrkdwn on a button": [acts(button(text={"type": "mrkdwn", "text": "x"}))],
    "a flag that is none": [typed_in(optional="yes")],
    "an unknown style": [acts(button(style="warning"))],
    "a repeated block id": [section(block_id="a"), section(block_id="a")],
    "a repeated action id": [acts(button(action_id="a"), button(action_id="a"))],
    "no elements": [acts()],
    "text typed among actions": [acts({"type": "plain_text_input"})],
    "a button as an input": [typed_in(element=button())],
    "no options": [acts({"type": "static_select"})],
    "options and groups": [
        acts(
            {
                "type": "static_select",
                "options": options(1),
                "option_groups": [{"label": plain(1), "options": options(1)}],
            }
        )
    ],
    "options of one value": [acts({"type": "static_select", "options": [option(), option()]})],
    "a first choice that is not offered": [
        acts({"type": "static_select", "options": options(1), "initial_option": option(1)})
    ],
    "no such day": [acts({"type": "datepicker", "initial_date": "2026-02-30"})],
    "half a dialog": [acts(button(confirm={"title": plain(1), "text": plain(1), "confirm": plain(1)}))],
    "least above greatest": [typed_in(element={"type": "plain_text_input", "min_length": 5, "max_length": 4})],
    "a link that is none": [acts(button(url="here"))],
    "an image without words": [{"type": "image", "image_url": "https://a.example"}],
    "two focuses": [
        typed_in(element={"type": "plain_text_input", "action_id": one, "focus_on_load": True}) for one in "ab"
    ],
    "empty rich text": [rich(line({"type": "text", "text": ""}))],
    "an unknown style of letters": [rich(line(WORD | {"style": {"blink": True}}))],
    "a mention in code": [rich(line({"type": "user", "user_id": "U1", "style": {"code": True}}))],
    "a mention in a preformatted part": [
        rich({"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]})
    ],
    "a list of words": [rich({"type": "rich_text_list", "style": "bullet", "elements": [WORD]})],
    "a list without a style": [rich({"type": "rich_text_list", "elements": [line(WORD)]})],
    "a list in a section": [rich(line({"type": "rich_text_list", "style": "bullet", "elements": [line(WORD)]}))],
    "a link to nowhere": [rich(line({"type": "link", "text": "here"}))],
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_not_of_the_documented_form_is_refused(what: str) -> None:
    blocks: Any = WRONG[what][0] if what == "no list" else WRONG[what]
    [said] = faults(blocks, "message")
    assert "[json-pointer:/blocks" in said


def test_rich_text_of_every_kind_is_taken() -> None:
    inline = [{"type": kind, "style": {"bold": True}} | more for kind, more in STYLED.items()]
    bullet = {"type": "rich_text_list", "style": "ordered", "indent": 1, "border": 1, "elements": [line(*inline)]}
    quote = {"type": "rich_text_quote", "elements": inline}
    verbatim = {"type": "rich_text_preformatted", "elements": [WORD], "border": 0}
    assert faults([rich(line(*inline, {"type": "emoji", "name": "tada"}), bullet, quote, verbatim)], "message") == []


def test_views_take_more_blocks_but_not_those_of_messages() -> None:
    assert faults([section()] * 100, "modal") == []
    assert len(faults([section()] * 101, "home")) == 1
    assert len(faults([{"type": "markdown", "text": "x"}], "modal")) == 1


def test_characters_beyond_the_basic_plane_count_twice() -> None:
    assert faults([{"type": "header", "text": {"type": "plain_text", "text": "📄" * 75}}], "message") == []
    assert len(faults([{"type": "header", "text": {"type": "plain_text", "text": "📄" * 76}}], "message")) == 1


def test_a_message_may_be_too_long_though_every_block_is_short_enough() -> None:
    long = [section(text=plain(2900)) for _ in range(5)]
    assert faults(long, "message") == []
    assert weight(long) > CHARACTERS_MAX >= weight(long[:4])
