"""What Slack refuses in a view (docs.slack.dev/reference/views)."""

import json
from collections.abc import Iterator
from typing import Any

from tests.slack.blockkit import faults
from tests.slack.kit_shapes import Check, fault, flag, plain, shape, text, typed

SIZE_MAX = 250_000
"""Octets of a view; above it Slack answers `view_too_large`."""


def anything(value: Any, at: str) -> Iterator[str]:
    """Blocks are looked at apart, for their faults depend on the surface."""
    yield from ()


COMMON: dict[str, Check] = {
    "private_metadata": text(3000, 0),
    "callback_id": text(255),
    "external_id": text(255, 0),
}
MODAL: dict[str, Check] = {
    "submit": plain(24),
    "close": plain(24),
    "clear_on_close": flag,
    "notify_on_close": flag,
    "submit_disabled": flag,
}
of_a_view = typed(
    {
        "modal": shape({"title": plain(24), "blocks": anything}, COMMON | MODAL),
        "home": shape({"blocks": anything}, COMMON),
    }
)


def view_faults(view: Any) -> list[str]:
    """Everything that is wrong with a view."""
    wrong = list(of_a_view(view, "/view"))
    if wrong:
        return wrong
    wrong = [one.replace("json-pointer:", "json-pointer:/view") for one in faults(view["blocks"], view["type"])]
    inputs = [one for one in view["blocks"] if isinstance(one, dict) and one.get("type") == "input"]
    if view["type"] == "modal" and inputs and "submit" not in view:
        wrong.append(fault("submit is required when an input block is in the view", "/view"))
    return wrong


def is_too_large(view: Any) -> bool:
    """Larger than Slack takes."""
    return len(json.dumps(view).encode()) > SIZE_MAX
