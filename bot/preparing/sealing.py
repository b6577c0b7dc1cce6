"""Seals the attachments of one message while it is being read, under names that a retry makes again.

A receipt of ours is noticed on the way: it is judged from memory and never stored.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from bot import receipts
from bot.arrival import Kept
from bot.receipts import RECEIPT_BYTES_MAX, Glance, Judged, KeyRing
from bot.vault import Vault, Writing

OPEN_MAX = 8
"""Attachments sealed at once: each holds a frame in memory until its key and bytes are made durable together."""
JUDGED_BYTES_MAX = 4 * RECEIPT_BYTES_MAX
"""Octets of one message that are judged as receipts: more than anybody forwards, and no more than a second's work."""


@dataclass
class Bench:
    """Judges what may be receipts among the files of one message, and no more than `JUDGED_BYTES_MAX` of it."""

    keys: KeyRing
    octets: int = 0

    def judge(self, perhaps_receipt: bytes | None) -> Judged | None:
        """What is to be said of these contents; None where they are no receipt, or came after too much of the kind."""
        if not perhaps_receipt:
            return None
        self.octets += len(perhaps_receipt)
        return receipts.judge(perhaps_receipt, self.keys) if self.octets <= JUDGED_BYTES_MAX else None


@dataclass(frozen=True)
class Sink:
    """Where the contents of one attachment go."""

    writing: Writing
    sealing: "Sealing"
    glance: Glance = field(default_factory=Glance)

    def write(self, data: bytes) -> None:
        """The next piece of the contents."""
        self.glance.see(data)
        self.writing.write(data)

    def finish(self) -> Kept:
        """That was all of it."""
        return self.sealing.keep(self.writing, self.glance.contents())

    def abandon(self) -> None:
        """It is no file after all."""
        self.sealing.drop(self.writing)


class Sealing:
    """The files of one message. Durable once `finish` has returned."""

    def __init__(self, vault: Vault, prefix: str, keys: KeyRing) -> None:
        """`keys`: those that prove receipts."""
        self._vault, self._prefix, self._bench = vault, prefix, Bench(keys)
        self.receipts: dict[str, Judged] = {}
        """Those among them that are receipts, by their ids."""
        self._open: list[Writing] = []
        self._finished: set[str] = set()
        self._wanted: Collection[str] = ()

    @property
    def durable(self) -> tuple[str, ...]:
        """The names of those that are durable by now."""
        return tuple(self._finished)

    def sink(self, part: str) -> Sink:
        """The place for this part of the message."""
        return Sink(self._vault.begin(f"{self._prefix}-{part}"), self)

    def keep(self, writing: Writing, perhaps_receipt: bytes | None) -> Kept:
        """It is whole; it becomes durable with others, unless it is a receipt."""
        kept = Kept(size=writing.size, sha256=writing.sha256, object_id=writing.key.object_id)
        if judged := self._bench.judge(perhaps_receipt):
            self.receipts[kept.object_id] = judged
            writing.abandon()
            return kept
        self._open.append(writing)
        if len(self._open) >= OPEN_MAX:
            self._store(self._open)
        return kept

    def drop(self, writing: Writing) -> None:
        """It is not wanted; what is durable already is left to `finish`."""
        if writing.key.object_id not in self._finished:
            writing.abandon()
            self._open = [other for other in self._open if other is not writing]

    def close(self, wanted: Collection[str]) -> None:
        """No more comes. The wanted ones are whole, and sealed: it is only the disk that is to be waited for."""
        self._wanted = wanted
        for writing in [one for one in self._open if one.key.object_id not in wanted]:
            self.drop(writing)
        for writing in self._open:
            writing.close()

    def finish(self) -> tuple[str, ...]:
        """Make the wanted ones durable. The names of those that are durable and not wanted, to be destroyed."""
        self._store(self._open)
        return tuple(self._finished.difference(self._wanted))

    def abandon(self) -> None:
        """Leave nothing behind that is not durable yet."""
        for writing in self._open:
            writing.abandon()
        self._open = []

    def _store(self, writings: list[Writing]) -> None:
        if writings:
            self._vault.finish(*writings)
            self._finished.update(writing.key.object_id for writing in writings)
        self._open = []
