"""Our end of what is said to the process aside, on the event loop: what is asked in one turn of it is said at once, and all
answers that are there are heard at once."""

import asyncio
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from handlers.aside import frames


class Stopped(Exception):
    """The process ended before this was done. Our own fault, whatever the mail is like."""

    def __init__(self, *, alone: bool) -> None:
        super().__init__(alone)
        self.alone = alone
        """Nothing else was being worked on, so nothing else can have been the cause."""


class Died(Stopped):
    """It ended while it was at work on this."""


class TooSlow(Stopped):
    """It took longer than it may, and was ended."""


class End(Protocol):
    """Told once the other side has ended, or does not speak as it should, or must be ended."""

    def __call__(self, *, slow: "asyncio.Future[bytes] | None" = None) -> None:
        """`slow`: what it was too slow at."""


@dataclass(frozen=True)
class _Asked:
    answer: "asyncio.Future[bytes]"
    at: float
    seconds: float


class Lane(asyncio.Protocol):
    """Requests, each with a number, and their answers in any order. What comes back is believed in nothing."""

    def __init__(self, end: End, *, one_by_one: bool) -> None:
        """`one_by_one`: the other side does one after the other, so the time of each begins when the one before was
        answered."""
        self._loop = asyncio.get_running_loop()
        self._end, self._one_by_one = end, one_by_one
        self._heard = frames.Heard()
        self._numbers = count()
        self._unsaid: list[bytes] = []
        self._asked: dict[int, _Asked] = {}
        self._answered_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def under_way(self) -> int:
        """How many requests have no answer yet, also of those who do not wait for it any more."""
        return len(self._asked)

    def ask(self, request: bytes, seconds: float) -> "asyncio.Future[bytes]":
        """The answer to come: octets, `TooSlow`, or what `fail` is given. Those of one lane have the same time."""
        number, now = next(self._numbers), self._loop.time()
        asked = self._asked[number] = _Asked(self._loop.create_future(), now, seconds)
        if not self._unsaid:
            self._loop.call_soon(self._say)
        self._unsaid.append(frames.framed(number, request))
        if self._timer is None or self._timer.when() > now + seconds:
            self._ring_at(now + seconds)
        return asked.answer

    def fail(self, fault: Exception) -> None:
        """Nothing of what is under way will be answered."""
        for asked in self._asked.values():
            if not asked.answer.done():
                asked.answer.set_exception(fault)
        self._asked.clear()

    def close(self) -> None:
        """Hear and say nothing more."""
        if self._timer:
            self._timer.cancel()
        self._transport.close()

    def _say(self) -> None:
        unsaid, self._unsaid = self._unsaid, []
        if not self._transport.is_closing():
            self._transport.writelines(unsaid)

    def _ring_at(self, due: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        """One timer for all, which rings when what was asked first would be due if that were still under way."""
        self._timer = None
        if not self._asked:
            return
        first = next(iter(self._asked.values()))
        due = max(first.at, self._answered_at) + first.seconds
        if due > self._loop.time():
            self._ring_at(due)
            return
        self._end(slow=first.answer)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a socket
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """A piece has come."""
        self._heard.feed(data)
        try:
            for number, octets in self._heard.frames():
                self._take(number, octets)
        except frames.Ended:
            self._end()

    def _take(self, number: int, octets: bytes) -> None:
        asked = self._asked.pop(number, None)
        if asked is None:
            raise frames.Ended
        if self._one_by_one:
            self._answered_at = self._loop.time()
        if not asked.answer.done():
            asked.answer.set_result(octets)

    def connection_lost(self, _fault: Exception | None) -> None:
        """The process is no more."""
        self._end()
