"""The event loop's clock, put forward by hand: nobody waits in a test of patience."""

import asyncio
from collections.abc import Callable

import pytest


class Clock:
    """The event loop's own clock, which can be put forward."""

    def __init__(self, loop: asyncio.AbstractEventLoop, patch: pytest.MonkeyPatch) -> None:
        self._ahead = 0.0
        true: Callable[[], float] = loop.time
        patch.setattr(loop, "time", lambda: true() + self._ahead)

    def advance(self, seconds: float) -> None:
        self._ahead += seconds
