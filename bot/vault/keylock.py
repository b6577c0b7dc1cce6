"""Who is at work with a key file: any number of processes at once, or one alone that changes what all of them rely on."""

import fcntl
import os
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Self

from bot.vault.disk import InUse, disk_errors, give_like


class KeyLock:
    """Held until it is closed, or its process ends."""

    def __init__(self, path: Path, *, alone: bool) -> None:
        """Of the key file at this path. Raises InUse where another process is in the way, and Unavailable."""
        with disk_errors(f"opening {path}"):
            place = path.with_name(f"{path.name}.lock")
            self._held = FileIO(place, "ab", opener=partial(os.open, mode=0o600))
            give_like(place, path if path.exists() else path.parent)
        try:
            fcntl.flock(self._held, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:
            self.close()
            raise InUse(ALONE.format(path=path) if alone else OTHERS.format(path=path)) from None

    def close(self) -> None:
        """Let others have it."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


ALONE = (
    "Nothing was changed, because Postroom is at work with the keys in {path}. Stop postroom serve (systemctl stop postroom), "
    "let any other postroom command end, and run this again."
)
OTHERS = (
    "The keys in {path} are just being sealed anew or brought back by another command. Try again when it has ended."
)
