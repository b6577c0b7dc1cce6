"""A small language for saying what a part of Block Kit must look like.

A check takes a value and the JSON pointer to it, and yields what is wrong, in the words that Slack uses.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

Check = Callable[[Any, str], Iterator[str]]


def fault(what: str, at: str) -> str:
    """One thing that is wrong, and where."""
    return f"{what} [json-pointer:{at}]"


def length(text: str) -> int:
    """Characters as the strictest counter would have them: those beyond the basic plane are two."""
    return len(text.encode("utf-16-le")) // 2


def text(high: int, low: int = 1) -> Check:
    """A string of so many characters."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield fault("must be a string", at)
        elif length(value) > high:
            yield fault(f"must be less than {high + 1} characters", at)
        elif length(value) < low:
            yield fault(f"must be more than {low - 1} characters", at)

    return check


def matching(pattern: str, high: int = 3000) -> Check:
    """A string of this form."""

    def check(value: Any, at: str) -> Iterator[str]:
        yield from text(high)(value, at)
        if isinstance(value, str) and not re.fullmatch(pattern, value):
            yield fault("invalid value", at)

    return check


def one_of(*allowed: Any) -> Check:
    """One of these values."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not any(value == one and type(value) is type(one) for one in allowed):
            yield fault("must be one of: " + ", ".join(map(str, allowed)), at)

    return check


def whole(low: int, high: int) -> Check:
    """A whole number between these two, or one of them."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            yield fault(f"must be a whole number from {low} to {high}", at)

    return check


def flag(value: Any, at: str) -> Iterator[str]:
    """True or false."""
    if not isinstance(value, bool):
        yield fault("must be a boolean", at)


def listed(check_one: Check, high: int, low: int = 1) -> Check:
    """A list of so many of these."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield fault("must be an array", at)
            return
        if len(value) > high:
            yield fault(f"no more than {high} items allowed", at)
        if len(value) < low:
            yield fault(f"no fewer than {low} items allowed", at)
        for number, one in enumerate(value):
            yield from check_one(one, f"{at}/{number}")

    return check


def shape(required: dict[str, Check], optional: dict[str, Check] | None = None, *further: Check) -> Check:
    """An object with these fields and no others; `further` looks at it as a whole."""
    known = required | (optional or {})

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield fault("must be an object", at)
            return
        yield from (fault(f"missing required field: {name}", at) for name in required if name not in value)
        yield from (fault(f"invalid additional property: {name}", at) for name in value if name not in [*known, "type"])
        for name in known.keys() & value.keys():
            yield from known[name](value[name], f"{at}/{name}")
        for one in further:
            yield from one(value, at)

    return check


def typed(checks: dict[str, Check]) -> Check:
    """An object of one of these types."""

    def check(value: Any, at: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in checks:
            yield fault(f"unsupported type: {kind}", f"{at}/type")
        else:
            yield from checks[kind](value, at)

    return check


def any_of(*names: str) -> Check:
    """An object with at least one of these fields."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not any(name in value for name in names):
            yield fault(f"must define one of: {', '.join(names)}", at)

    return check


def not_both(*names: str) -> Check:
    """An object with exactly one of these fields."""

    def check(value: Any, at: str) -> Iterator[str]:
        if len([name for name in names if name in value]) != 1:
            yield fault(f"must define either: {' or '.join(names)}", at)

    return check


def plain(high: int) -> Check:
    """A `plain_text` object."""
    return typed({"plain_text": shape({"text": text(high)}, {"emoji": flag})})


def prose(high: int) -> Check:
    """A text object of either kind."""
    marked = shape({"text": text(high)}, {"verbatim": flag})
    return typed({"plain_text": shape({"text": text(high)}, {"emoji": flag}), "mrkdwn": marked})
