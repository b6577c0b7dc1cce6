"""What Slack refuses in blocks: `faults(blocks, surface)` says everything that is wrong with them.

Every limit is Slack's documented one (docs.slack.dev/reference/block-kit). Where the documents leave room, the stricter
reading is taken. A block or element that is not here is refused, though Slack may know it.
"""

from collections.abc import Iterator
from typing import Any, Literal

from tests.slack.kit_elements import URL, either_text, in_actions, in_context, in_input, in_section
from tests.slack.kit_rich_text import parts
from tests.slack.kit_shapes import (
    Check,
    fault,
    flag,
    length,
    listed,
    not_both,
    one_of,
    plain,
    prose,
    shape,
    text,
    typed,
)
from tests.slack.messages import elements
from tests.slack.world import Json

Surface = Literal["message", "modal", "home"]
BLOCKS_MAX = {"message": 50, "modal": 100, "home": 100}
CHARACTERS_MAX = 13_000
"""Of all text in a message's blocks; Slack documents the error (`msg_blocks_too_long`) but not the number, which
bolt-js issue 2509 measured at about 13,200, every block beyond the second taking some 125 of them."""
BLOCK_COSTS = 125
ID = {"block_id": text(255)}
cell = typed({"raw_text": shape({"text": text(3000)}), "rich_text": shape({"elements": parts})})
column = shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": flag})

ANYWHERE: dict[str, Check] = {
    "section": shape(
        {},
        ID | {"text": prose(3000), "fields": listed(prose(2000), 10), "accessory": in_section, "expand": flag},
        either_text,
    ),
    "divider": shape({}, ID),
    "image": shape(
        {"alt_text": text(2000)},
        ID | {"image_url": URL, "slack_file": shape({}, {"id": text(255), "url": URL}), "title": plain(2000)},
        not_both("image_url", "slack_file"),
    ),
    "actions": shape({"elements": listed(in_actions, 25)}, ID),
    "context": shape({"elements": listed(in_context, 10)}, ID),
    "header": shape({"text": plain(150)}, ID),
    "input": shape(
        {"label": plain(2000), "element": in_input},
        ID | {"hint": plain(2000), "optional": flag, "dispatch_action": flag},
    ),
    "rich_text": shape({"elements": parts}, ID),
}
IN_MESSAGES: dict[str, Check] = {
    "markdown": shape({"text": text(12_000)}, ID),
    "table": shape({"rows": listed(listed(cell, 20), 100)}, ID | {"column_settings": listed(column, 20)}),
}


def faults(blocks: Any, surface: Surface) -> list[str]:
    """Everything that is wrong with these blocks on a message, a modal or an App Home tab; nothing if Slack takes them."""
    kinds = ANYWHERE | (IN_MESSAGES if surface == "message" else {})
    wrong = list(listed(typed(kinds), BLOCKS_MAX[surface], 0)(blocks, "/blocks"))
    return wrong or [*repeated(blocks), *focused(blocks), *tables(blocks)]


def repeated(blocks: list[Json]) -> Iterator[str]:
    """Block ids are unique among the blocks, action ids within a block."""
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        if block.get("block_id") in seen:
            yield fault("block_id must be unique", f"/blocks/{number}/block_id")
        seen |= {block["block_id"]} if "block_id" in block else set()
        actions = [element["action_id"] for _, element in elements([block])]
        if len(set(actions)) != len(actions):
            yield fault("action_id must be unique in its block", f"/blocks/{number}/elements")


def focused(blocks: list[Json]) -> Iterator[str]:
    """At most one element takes the focus."""
    if len([one for _, one in elements(blocks) if one.get("focus_on_load")]) > 1:
        yield fault("only one element may have focus_on_load", "/blocks")


def tables(blocks: list[Json]) -> Iterator[str]:
    """A message holds one table at most."""
    if len([one for one in blocks if one["type"] == "table"]) > 1:
        yield fault("only one table is allowed", "/blocks")


def weight(blocks: list[Json]) -> int:
    """How much of `CHARACTERS_MAX` these blocks take."""
    return sum(map(length, texts(blocks))) + BLOCK_COSTS * max(0, len(blocks) - 2)


def texts(part: Any) -> Iterator[str]:
    """Every text in a part of a message, seen or not."""
    if isinstance(part, list):
        for one in part:
            yield from texts(one)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key in ("text", "alt_text", "value", "url") and isinstance(value, str):
                yield value
            else:
                yield from texts(value)
