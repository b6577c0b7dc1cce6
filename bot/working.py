"""What all workers are: they do what is due a step at a time, and a piece of work that is slow holds up no other."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass
class Pulse:
    """Whether a worker works, as whoever makes it step has seen."""

    stepped_at: datetime | None = None
    """When a step of it ended last, well or not; None: it has not begun."""
    failing_since: datetime | None = None
    """When the first of the steps failed that have failed without a break."""
    misses: int = 0
    """How many those are."""
    fault: str = ""
    """What kind of error the last of them ended with."""

    def beat(self, now: datetime) -> None:
        """A step ended well."""
        self.stepped_at, self.failing_since, self.misses, self.fault = now, None, 0, ""

    def miss(self, now: datetime, fault: BaseException) -> None:
        """A step ended with an error."""
        self.stepped_at, self.fault = now, type(fault).__name__
        self.failing_since = self.failing_since or now
        self.misses += 1


class Worker(ABC):
    """Does what is due. A step may leave pieces of work under way."""

    table: str
    """Where what is due to it is written: a change there wakes it."""
    name: str = ""
    """What it is called in metrics and in the log; its class's, where it has none of its own."""

    def __init__(self) -> None:
        self.name = self.name or type(self).__name__.lower()
        self.pulse = Pulse()
        self._under_way: dict[asyncio.Task[None], str] = {}

    @abstractmethod
    async def step(self) -> bool:
        """Begin what is due. False: nothing was. Raises what ended an earlier piece of work for good."""

    async def finish(self) -> bool:
        """Wait until all that was begun is done. False: nothing was."""
        if not self._under_way:
            return False
        await asyncio.wait(self._under_way)
        self._let_go()
        return True

    async def stop(self) -> None:
        """Leave what was begun: it is taken up again by whoever serves next."""
        begun = list(self._under_way)
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None], name: str = "") -> None:
        self._under_way[asyncio.create_task(work)] = name

    def _let_go(self) -> None:
        """Forget what is done. Raises what a piece of work died of."""
        for task in [task for task in self._under_way if task.done()]:
            del self._under_way[task]
            task.result()
