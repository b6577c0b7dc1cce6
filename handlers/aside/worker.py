"""The process itself: `python -m handlers.aside.worker LEASH OPENING WRITING`, descriptors of sockets: a leash, and a lane on
which comes what is to be opened, and one on which comes what is to be written.

It says nothing to anybody but the service that started it, which logs for it. It ends when that lets go of the leash, and
is killed by the system when that dies.
"""

import ctypes
import importlib
import os
import resource
import signal
import socket
import sys
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any

from handlers import lean
from handlers.aside import frames

PR_SET_PDEATHSIG = 1
"""prctl(2)."""
ADDRESS_SPACE_MAX = 2 * 1024**3
"""Octets of address space: some ten times what the largest mail has needed. Beyond it an allocation fails, and so the mail."""
NICENESS = 5
"""Where both want the same core whoever listens goes first: an idle session feels nothing of the mails that are opened."""
HEARD_AT_ONCE = 64 * 1024
"""Octets: two mails of 20 kB to be opened, or dozens of notices to be written."""
GIVING_BACK_SECONDS = 1.0
"""How often memory that is free goes back to the system: a mail of 25 MB leaves some megabytes behind."""
EXPENDABLE = 500
"""If memory is short, this process goes before the service (proc(5), `oom_score_adj`)."""


def main(descriptors: list[int]) -> None:
    """Work until the service lets go."""
    for sign in (signal.SIGINT, signal.SIGTERM):  # said to all of us at once: the service ends this process in order
        signal.signal(sign, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _bound()
    leash, *lines = [socket.socket(fileno=one) for one in descriptors]
    opening, writing = map(Lane, lines)
    number, first = opening.take()
    # only now: whatever fails from here on can be told
    work: Any = importlib.import_module("handlers.aside.work")
    outcome, answer = work.begin(first)
    lean.leave_in_peace()
    opening.say(number, outcome)
    for lane in (*[opening] * work.OPENERS, writing):
        threading.Thread(target=_serve, args=(lane, answer), daemon=True).start()
    leash.settimeout(GIVING_BACK_SECONDS)
    while _is_held(leash):
        lean.give_back()
    os._exit(0)  # whatever the lanes are at: nobody waits for it any more


def _is_held(leash: socket.socket) -> bool:
    """Nothing is said on it: it ends when the service lets go, or is no more. Waits a while for that."""
    try:
        leash.recv(1)
    except TimeoutError:
        return True
    return False


class Lane:
    """The process's end of a lane, for any number of threads: each takes a request and answers it."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._taking, self._saying = threading.Lock(), threading.Lock()
        self._heard = frames.Heard()
        self._whole: deque[tuple[int, bytes]] = deque()

    def take(self) -> tuple[int, bytes]:
        """The next request and its number. Raises `frames.Ended`."""
        with self._taking:
            while not self._whole:
                if not (piece := self._line.recv(HEARD_AT_ONCE)):
                    raise frames.Ended
                self._heard.feed(piece)
                self._whole.extend(self._heard.frames())
            return self._whole.popleft()

    def say(self, number: int, answer: bytes) -> None:
        """Answer a request: at once, so that the service knows what the process is at."""
        with self._saying:
            self._line.sendall(frames.framed(number, answer))


def _bound() -> None:
    with suppress(OSError):
        os.nice(NICENESS)
    with suppress(ValueError, OSError):  # a lower limit of the machine's own stands
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_MAX, ADDRESS_SPACE_MAX))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(EXPENDABLE), "ascii")


def _serve(lane: Lane, answer: Any) -> None:
    """One request after the other, until the service is gone. Whatever ends it otherwise must not leave a lane without."""
    try:
        while True:
            number, request = lane.take()
            lane.say(number, answer(request))
    finally:
        os._exit(0)


if __name__ == "__main__":
    with suppress(frames.Ended, OSError):  # the service is no more
        main([int(one) for one in sys.argv[1:]])
