"""One life of the process aside: begun, asked, ended."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress

from bot.settings import Settings
from bot.vault import MasterKey
from handlers.aside import requests
from handlers.aside.lane import Died, Lane, TooSlow
from handlers.aside.requests import Begin, Request

START_SECONDS = 60.0
END_SECONDS = 5.0
"""How long it may take to end by itself when it is no longer wanted."""
OURS = "POSTROOM_"
"""How the variables begin that may hold secrets: the process is told by its socket what it must know."""
OPENING, WRITING = LANES = (0, 1)
"""No large mail keeps answers waiting."""


class Life:
    """A process with a lane for each kind of work, and a leash on which nothing is said."""

    def __init__(self) -> None:
        """Begin it. Raises OSError. The thread must live as long as the process: the system ends it with the thread."""
        pairs = [socket.socketpair() for _ in (*LANES, "leash")]
        (self._leash, *self._sockets), theirs = [ours for ours, _ in pairs], [other for _, other in pairs]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - nothing of it comes from outside
                [sys.executable, "-m", "handlers.aside.worker", *(str(one.fileno()) for one in theirs)],
                pass_fds=[one.fileno() for one in theirs], env=_environment(),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except BaseException:
            for ours, _ in pairs:
                ours.close()
            raise
        finally:
            for one in theirs:
                one.close()
        self._lanes: list[Lane] = []
        self._is_over = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """It was seen to have ended, or has just now."""
        return self._is_over or self._process.poll() is not None

    async def begin(self, settings: Settings, master: MasterKey) -> None:
        """Tell it what it must know. Raises `Died`, `TooSlow`, `requests.Failed`, `Unavailable` and OSError where it cannot begin."""
        loop = asyncio.get_running_loop()
        for which, ours in zip(LANES, self._sockets, strict=True):
            lane = Lane(self._end, one_by_one=which == WRITING)
            await loop.create_unix_connection(lambda lane=lane: lane, sock=ours)  # type: ignore[misc]  # mypy cannot infer it
            self._lanes.append(lane)
        await self.ask(OPENING, Begin(settings, master.secret), START_SECONDS)

    async def ask(self, lane: int, request: Request, seconds: float) -> bytes:
        """Have this done, within so many seconds. Raises `Died`, `TooSlow`, and what `requests.answer` does.

        Whoever does not wait any more leaves the process at it.
        """
        if self._is_over:
            raise Died(alone=False)
        return requests.answer(await self._lanes[lane].ask(requests.asked(request), seconds))

    def _end(self, *, slow: "asyncio.Future[bytes] | None" = None) -> None:
        """End it at once, for it may be alive and not speak as it should. `slow`: what it was too slow at."""
        if self._is_over:
            return
        self._is_over = True
        self._process.kill()
        alone = sum(lane.under_way for lane in self._lanes) == 1
        if slow and not slow.done():
            slow.set_exception(TooSlow(alone=alone))
        for lane in self._lanes:
            lane.fail(Died(alone=alone))

    async def close(self) -> str:
        """Let it end, and be sure that it has. How it ended, for the log."""
        status = await asyncio.to_thread(self._wait)
        for lane in self._lanes:
            lane.close()
        for unused in self._sockets[len(self._lanes) :]:
            unused.close()
        return f"status {status}" if status >= 0 else signal.Signals(-status).name

    def _wait(self) -> int:
        self._leash.settimeout(END_SECONDS)
        with suppress(OSError):  # it has ended, or does not within that time
            self._leash.shutdown(socket.SHUT_WR)
            # which says nothing: the end of the process closes it (no clock is asked, unlike by `wait`)
            self._leash.recv(1)
        self._leash.close()
        self._process.kill()
        return self._process.wait()


def _environment() -> dict[str, str]:
    """Ours, without what may be secret. It finds the very code that we run, and its threads share two heaps: with one for
    each they would hold more, and claim most of the address space that it may have."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    code = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONSAFEPATH": "1"}
    return kept | code | {"MALLOC_ARENA_MAX": "2"}
