"""What keeps the process small, done before the rest of it is loaded and before it has threads."""

import ctypes
import sys

C_LIBRARY = ctypes.CDLL(None)
M_ARENA_MAX = -8
"""mallopt(3)."""
HEAPS = 1
"""Two threads may be in them at once, which is as many as there are that work outside the interpreter as a rule."""

NOT_FOR_THE_LOG = ("rich", "greenlet")
"""What draws tracebacks, which we never show, and what tells light threads apart, of which we have none."""


def share_heaps() -> None:
    """All threads share two heaps. As glibc comes each gets one of its own, and a dozen are left half empty by a busy hour.

    Where the C library has no such switch nothing is done; of threads that run already each keeps what it has.
    """
    switch = getattr(C_LIBRARY, "mallopt", None)
    if switch:
        switch(M_ARENA_MAX, HEAPS)


def give_back() -> None:
    """Give memory that is free back to the system, also where it lies between what is not: glibc itself does so at its end
    alone. Takes a millisecond at the most, and frees some 8 MiB after a busy hour (malloc_trim(3))."""
    trim = getattr(C_LIBRARY, "malloc_trim", None)
    if trim:
        trim(0)


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
