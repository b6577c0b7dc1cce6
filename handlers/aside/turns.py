"""Who works beside whom, so that whoever is near when another's mail ends the process is not taken for its cause."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


class Turns:
    """Any number at once, or one alone. For one event loop."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []
        self._together = 0
        self._alone = False

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Beside others."""
        await self._until(lambda: not self._alone)
        self._together += 1
        try:
            yield
        finally:
            self._together -= 1
            self._changed()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """With nobody beside; nobody new begins before it has ended."""
        await self._until(lambda: not self._alone)
        self._alone = True
        try:
            await self._until(lambda: not self._together)
            yield
        finally:
            self._alone = False
            self._changed()

    async def _until(self, free: Callable[[], bool]) -> None:
        while not free():
            changed = asyncio.get_running_loop().create_future()
            self._waiting.append(changed)
            await changed

    def _changed(self) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.done():  # whoever waited may have left
                one.set_result(None)
