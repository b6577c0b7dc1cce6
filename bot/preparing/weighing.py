"""Takes the contents of a message that is only tried out: they are hashed as they stream past, and kept nowhere."""

import hashlib
from dataclasses import dataclass, field

from bot.arrival import Kept
from bot.preparing.sealing import Bench
from bot.receipts import Glance, Judged

PART = "try"
"""Begins the name of each object that a rehearsal speaks of; there is none."""


@dataclass
class Weighing:
    """In the place of `Sealing`: contents are hashed as they stream past, and kept nowhere."""

    bench: Bench
    receipts: dict[str, Judged] = field(default_factory=dict)

    def sink(self, part: str) -> "Scale":
        """The place for this part of the message."""
        return Scale(f"{PART}-{part}", self)


@dataclass
class Scale:
    """Where the contents of one part go."""

    name: str
    weighing: Weighing
    size: int = 0
    glance: Glance = field(default_factory=Glance)

    def __post_init__(self) -> None:
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> None:
        """The next piece of the contents."""
        self.size += len(data)
        self._hash.update(data)
        self.glance.see(data)

    def finish(self) -> Kept:
        """That was all of it."""
        if judged := self.weighing.bench.judge(self.glance.contents()):
            self.weighing.receipts[self.name] = judged
        return Kept(size=self.size, sha256=self._hash.hexdigest(), object_id=self.name)

    def abandon(self) -> None:
        """There is nothing to forget."""
