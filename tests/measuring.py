"""How much memory and how much of the processor something needs."""

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Held:
    """What was measured."""

    octets: int = 0
    """The most that were held at any moment; known at the end."""


@contextmanager
def held() -> Iterator[Held]:
    """Measure the memory of what happens within."""
    found = Held()
    tracemalloc.start()
    try:
        yield found
    finally:
        found.octets = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()


@contextmanager
def no_more_work_than(seconds: float) -> Iterator[None]:
    """What happens within costs this process no more: the processor's time, for others may be busy on this machine."""
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds
