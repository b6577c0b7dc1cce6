"""The process itself: `python -m handlers.aside.worker LEASH LANE…`, descriptors of sockets. On each lane comes one request
after the other.

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
from contextlib import suppress
from pathlib import Path
from typing import Any

from handlers.aside import frames

PR_SET_PDEATHSIG = 1
"""prctl(2)."""
ADDRESS_SPACE_MAX = 2 * 1024**3
"""Octets of address space: some ten times what the largest mail has needed. Beyond it an allocation fails, and so the mail."""
NICENESS = 5
"""Where both want the same core whoever listens goes first: an idle session feels nothing of the mails that are opened."""
EXPENDABLE = 500
"""If memory is short, this process goes before the service (proc(5), `oom_score_adj`)."""


def main(descriptors: list[int]) -> None:
    """Work until the service closes a lane."""
    for sign in (signal.SIGINT, signal.SIGTERM):  # said to all of us at once: the service ends this process in order
        signal.signal(sign, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _bound()
    leash, *lanes = [socket.socket(fileno=one) for one in descriptors]
    first = frames.receive(lanes[0])
    # only now: whatever fails from here on can be told
    work: Any = importlib.import_module("handlers.aside.work")
    outcome, answer = work.begin(first)
    frames.send(lanes[0], outcome)
    for lane in lanes:
        threading.Thread(target=_serve, args=(lane, answer), daemon=True).start()
    leash.recv(1)  # nothing is said on it: it ends when the service lets go, or is no more
    os._exit(0)  # whatever the lanes are at: nobody waits for it any more


def _bound() -> None:
    with suppress(OSError):
        os.nice(NICENESS)
    with suppress(ValueError, OSError):  # a lower limit of the machine's own stands
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_MAX, ADDRESS_SPACE_MAX))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(EXPENDABLE), "ascii")


def _serve(lane: socket.socket, answer: Any) -> None:
    """One request after the other, until the service is gone. Whatever ends it otherwise must not leave a lane without."""
    try:
        while True:
            frames.send(lane, answer(frames.receive(lane)))
    finally:
        os._exit(0)


if __name__ == "__main__":
    with suppress(frames.Ended):
        main([int(one) for one in sys.argv[1:]])
