"""Whether there is room on the disks on which everything lies: below a limit no more mail is let in."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from bot.settings import Settings
from bot.watching import Trouble


def free_bytes(path: Path) -> int:
    """Octets that may still be written on the disk of this path, or of its nearest parent that is there. Raises OSError."""
    if path.exists():  # at every message it is
        return shutil.disk_usage(path).free
    return shutil.disk_usage(next(parent for parent in path.parents if parent.exists())).free


class Space:
    """The disks of the vault, the record, and the keys with their mirror."""

    def __init__(self, places: Sequence[Path], free_bytes_min: int) -> None:
        """`places`: files or folders, there or not yet."""
        self._places, self._least = tuple(places), free_bytes_min

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Where these settings put everything."""
        places = (settings.vault.folder, settings.ledger.file, settings.keys.path, settings.keys.mirror)
        return cls([place for place in places if place], settings.vault.free_bytes_min)

    @property
    def for_strangers(self) -> bool:
        """Whether there is so much that mail of which nobody knows who sent it cannot be what fills the disk."""
        return self.has_room((STRANGERS - 1) * self._least)

    def has_room(self, octets: int = 0) -> bool:
        """Whether the limit still holds when so much more is stored. True where it cannot be told: storing will tell."""
        return not list(self._short(octets))

    def troubles(self) -> Iterator[Trouble]:
        """What the administrators have to hear."""
        if short := list(self._short(0)):
            yield Trouble("The disk is nearly full, and mail has to wait", (*self.said(short), WAITING))
        elif short := list(self._short((STRANGERS - 1) * self._least)):
            yield Trouble("The disk fills up, and mail of unproven senders has to wait", (*self.said(short), UNPROVEN))

    def said(self, short: Sequence[tuple[Path, int]]) -> list[str]:
        """How much is left where it is too little."""
        return [
            f"{path}: {free // 1_000_000:,} MB are free; free_bytes_min of [vault] is {self._least // 1_000_000:,} MB"
            for path, free in short
        ]

    def shortage(self) -> list[str]:
        """What is short now; nothing where all is well."""
        return self.said(list(self._short(0)))

    def _short(self, octets: int) -> Iterator[tuple[Path, int]]:
        for path in self._places:
            try:
                free = free_bytes(path)
            except OSError:
                continue
            if free - octets < self._least:
                yield path, free


STRANGERS = 3
"""Mail of unproven senders, which anybody can send in any number, is taken in while so many times the limit is free."""
UNPROVEN = (
    "Less than three times that is left. Until there is more, only mail whose sender is proven comes in; other mail waits with "
    "the servers that sent it, or in its mailbox. See what fills the disk: postroom inbox list --state quarantined."
)
WAITING = (
    "New mail is answered «452, try again later» and waits with the servers that sent it. What was taken in is safe. "
    "Make room; mail then comes in again by itself."
)
