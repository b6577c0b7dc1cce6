"""How much memory something needs."""

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
    """Measure what happens within."""
    found = Held()
    tracemalloc.start()
    try:
        yield found
    finally:
        found.octets = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
