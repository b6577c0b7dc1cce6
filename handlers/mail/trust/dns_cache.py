"""Answers of the domain name system, remembered for as long as they say, and no more of them than there is room for."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import NamedTuple

SECONDS_MIN, SECONDS_MAX = 10.0, 3600.0
"""An answer that is good for less still serves a burst of mail; one that is good for longer may be withdrawn: a key that
was stolen, or a server that is somebody else's now."""
NOTHING_SECONDS_MAX = 300.0
"""That there is nothing is believed for no longer: the administrator who has just put it right tries again."""
OCTETS_MAX = 8 << 20
"""All that is remembered, with what it costs to keep it."""
ENTRY_OCTETS = 500
"""What an entry costs besides its values."""
VALUE_OCTETS = 80
"""What a value costs besides its octets."""


class Answer(NamedTuple):
    """What a name has of one kind."""

    values: tuple[bytes, ...]
    """None: there is nothing."""
    seconds: float
    """For how long the zone says that this holds (RFC 1035, section 3.2.1; RFC 2308, section 5, for nothing)."""

    @property
    def cost(self) -> int:
        """Octets that it takes to remember it."""
        return ENTRY_OCTETS + sum(VALUE_OCTETS + len(value) for value in self.values)


class Cache:
    """The least recently used goes first. Not for several threads."""

    def __init__(self, octets_max: int = OCTETS_MAX, now: Callable[[], float] = time.monotonic) -> None:
        """`now`: seconds of any steady clock."""
        self._octets_max, self._now = octets_max, now
        self._kept: OrderedDict[Hashable, tuple[Answer, float]] = OrderedDict()
        self._octets = 0

    def get(self, key: Hashable) -> tuple[bytes, ...] | None:
        """What is known of it; None where nothing is, or not any more."""
        if (kept := self._kept.get(key)) is None:
            return None
        if kept[1] <= self._now():
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return kept[0].values

    def put(self, key: Hashable, answer: Answer) -> None:
        """Remember it, at the cost of what was not asked for longest."""
        self._drop(key)
        longest = SECONDS_MAX if answer.values else NOTHING_SECONDS_MAX
        self._kept[key] = answer, self._now() + min(max(answer.seconds, SECONDS_MIN), longest)
        self._octets += answer.cost
        while self._octets > self._octets_max:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        if key in self._kept:
            self._octets -= self._kept.pop(key)[0].cost
