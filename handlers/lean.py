"""What keeps the process small and quick: most of it is done before the rest is loaded and before there are threads."""

import gc
import sys
from contextlib import suppress
from functools import cache
from typing import Any

M_ARENA_MAX = -8
"""mallopt(3)."""
HEAPS = 2
"""Two threads may be in them at once, which is as many as there are that work outside the interpreter as a rule."""

NOT_FOR_THE_LOG = ("rich", "greenlet")
"""What draws tracebacks, which we never show, and what tells light threads apart, of which we have none."""


def share_heaps() -> None:
    """All threads share two heaps. As glibc comes each gets one of its own, and a dozen are left half empty by a busy hour.

    Threads that run already keep what they have.
    """
    if switch := _of_c_library("mallopt"):
        switch(M_ARENA_MAX, HEAPS)


def give_back() -> None:
    """Give memory that is free back to the system, also where it lies between what is not: glibc itself does so at its end
    alone. Takes a millisecond at the most, and frees some 8 MiB after a busy hour (malloc_trim(3))."""
    if trim := _of_c_library("malloc_trim"):
        trim(0)


def leave_in_peace() -> None:
    """What has been loaded and begun by now is not looked through for garbage any more: it stays as long as the process. Under
    load that took a twentieth of the service's CPU, for every full collection goes through all of it."""
    gc.collect()
    gc.freeze()


@cache
def _of_c_library(function: str) -> Any:
    """None where the C library is not glibc, or Python has no ctypes: then more is held, and all else is the same."""
    with suppress(ImportError, OSError):
        from ctypes import CDLL  # noqa: PLC0415 - 10 ms: only where it serves

        return getattr(CDLL(None), function, None)
    return None


def load_log() -> None:
    """Load structlog without what it takes along wherever it is installed, and we never use: 6 MiB, and 60 ms of each start.

    A module that is None is one that is not there (docs.python.org/3/reference/import.html, «The module cache»).
    """
    without = [name for name in NOT_FOR_THE_LOG if name not in sys.modules]
    if "structlog" in sys.modules:
        return
    sys.modules |= dict.fromkeys(without)  # type: ignore[arg-type]  # typeshed knows of modules alone
    try:
        import structlog  # noqa: F401, PLC0415
    finally:
        for name in without:
            del sys.modules[name]
