"""Messages are opened in threads of this process."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.preparing import OPENED_AT_ONCE_MAX, Prepared, Preparer, Raw, Spoiled
from bot.rules.bounce import Returned

T = TypeVar("T")


class InThreads:
    """Has it done in threads of this process (a `Preparing`)."""

    def __init__(self, preparer: Preparer) -> None:
        self._preparer = preparer
        # threads of its own: what takes minutes to fetch must not keep those that store what arrives
        self._openers = {name: ThreadPoolExecutor(OPENED_AT_ONCE_MAX, f"open-{name}") for name in preparer.readers}

    async def prepare(self, raw: Raw) -> Prepared | Spoiled:
        """See `Preparing`."""
        return await self._done(self._preparer.prepare, raw)

    async def weigh(self, raw: Raw) -> Prepared | Spoiled:
        """See `Preparing`."""
        return await self._done(self._preparer.weigh, raw)

    async def returned(self, raw: Raw) -> Returned:
        """See `Preparing`."""
        return await self._done(self._preparer.returned, raw)

    async def _done(self, work: Callable[[Raw], T], raw: Raw) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._openers[raw.channel], work, raw)
