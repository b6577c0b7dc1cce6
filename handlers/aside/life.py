"""One life of the process aside: begun, asked, ended."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress

from bot.settings import Settings
from bot.vault import MasterKey
from handlers.aside import frames, requests
from handlers.aside.requests import Begin, Request

START_SECONDS = 60.0
END_SECONDS = 5.0
"""How long it may take to end by itself when it is no longer wanted."""
OURS = "POSTROOM_"
"""How the variables begin that may hold secrets: the process is told by its socket what it must know."""


class Stopped(Exception):
    """It ended before this was done. Our own fault, whatever the mail is like."""

    def __init__(self, *, alone: bool) -> None:
        super().__init__(alone)
        self.alone = alone
        """Nothing else was being worked on, so nothing else can have been the cause."""


class Died(Stopped):
    """It ended while it was at work on this."""


class TooSlow(Stopped):
    """It took longer than it may, and was ended."""


class Life:
    """A process with some lanes, on each of which one thread at a time may ask, and a leash on which nothing is said."""

    def __init__(self, lanes: int) -> None:
        """Begin it. Raises OSError. The thread must live as long as the process: the system ends it with the thread."""
        pairs = [socket.socketpair() for _ in range(lanes + 1)]
        (self._leash, *self._lanes), theirs = [ours for ours, _ in pairs], [other for _, other in pairs]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - nothing of it comes from outside
                [sys.executable, "-m", "handlers.aside.worker", *(str(one.fileno()) for one in theirs)],
                pass_fds=[one.fileno() for one in theirs], env=_environment(),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except BaseException:
            self._close_sockets()
            raise
        finally:
            for one in theirs:
                one.close()
        self._guard = threading.Lock()
        self._at_work = 0
        self._ended_with: int | None = None
        """So many pieces of work were under way when it ended."""

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """It was seen to have ended, or has just now."""
        return self._ended_with is not None or self._process.poll() is not None

    def begin(self, settings: Settings, master: MasterKey) -> None:
        """Tell it what it must know. Raises `Died`, `TooSlow`, `requests.Failed` and `Unavailable` where it cannot begin."""
        self.ask(0, Begin(settings, master.secret), START_SECONDS)

    def ask(self, lane: int, request: Request, seconds: float) -> bytes:
        """Have this done, within so many seconds. Raises `Died`, `TooSlow`, and what `requests.answer` does."""
        with self._guard:
            if self._ended_with is not None:
                raise Died(alone=False)
            self._at_work += 1
        try:
            return requests.answer(self._exchange(self._lanes[lane], requests.asked(request), seconds))
        finally:
            with self._guard:
                self._at_work -= 1

    def _exchange(self, lane: socket.socket, octets: bytes, seconds: float) -> bytes:
        until = time.monotonic() + seconds
        lane.settimeout(seconds)
        try:
            frames.send(lane, octets)
            return frames.receive(lane, until)
        except TimeoutError as fault:
            raise TooSlow(alone=self._end() == 1) from fault
        except frames.Ended as fault:
            raise Died(alone=self._end() == 1) from fault
        except BaseException:  # what is left of this answer must not be taken for the next one's
            self._end()
            raise

    def _end(self) -> int:
        """End it at once, for it may be alive and not speak as it should. How many pieces of work were under way when the
        first of them saw that."""
        with self._guard:
            if self._ended_with is None:
                self._ended_with = self._at_work
        self._process.kill()
        return self._ended_with

    def close(self) -> str:
        """Let it end, and be sure that it has. How it ended, for the log."""
        self._leash.settimeout(END_SECONDS)
        with suppress(OSError):  # it has ended, or does not within that time
            self._leash.shutdown(socket.SHUT_WR)
            self._leash.recv(
                1
            )  # which says nothing: the end of the process closes it (no clock is asked, unlike by `wait`)
        self._process.kill()
        status = self._process.wait()
        self._close_sockets()
        return f"status {status}" if status >= 0 else signal.Signals(-status).name

    def _close_sockets(self) -> None:
        for one in (self._leash, *self._lanes):
            one.close()


def _environment() -> dict[str, str]:
    """Ours, without what may be secret. It finds the very code that we run, and its threads share two heaps: with one for
    each they would hold more, and claim most of the address space that it may have."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    code = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONSAFEPATH": "1"}
    return kept | code | {"MALLOC_ARENA_MAX": "2"}
