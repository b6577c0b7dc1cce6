"""When what has come is worked on: whoever still sends waits for us, and nobody else does yet."""

import asyncio
from weakref import WeakSet

from bot.vault import Writing

LULL_SECONDS = 0.25
"""So long nothing may have come before what has come is worked on. One that comes alone is worked on at once."""
LULL_SECONDS_MAX = 2.0
"""However much more comes, what has come waits no longer than this, and then is worked on for as long."""


class Lull:
    """Knows what is coming. For one event loop."""

    def __init__(self) -> None:
        self._coming: WeakSet[Writing] = WeakSet()
        self._came_at = -LULL_SECONDS
        self._lull_at = self._turn_until = 0.0

    def comes(self, raw: Writing) -> None:
        """One begins to come."""
        self._coming.add(raw)

    def came(self, raw: Writing) -> None:
        """One has come whole: others are expected after it, unless it comes alone."""
        self._coming.discard(raw)
        now = asyncio.get_running_loop().time()
        if self._coming or now < self._came_at + LULL_SECONDS:
            self._lull_at = now + LULL_SECONDS
        self._came_at = now

    async def wait(self) -> None:
        """Wait until no more comes for a moment; where it goes on coming, turn about with it."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._turn_until:
            return
        until = loop.time() + LULL_SECONDS_MAX
        while (now := loop.time()) < min(self._lull_at, until):  # noqa: ASYNC110 (it is a time that is waited for)
            await asyncio.sleep(min(self._lull_at, until) - now)
        if now >= until:
            self._turn_until = now + LULL_SECONDS_MAX
