"""Who is at work with a key file: any number of processes at once, or one alone that changes what all of them rely on."""

import fcntl
import os
from pathlib import Path
from typing import Self

from bot.vault.disk import Unavailable, disk_errors, give_like


class KeyLock:
    """Held until it is closed, or its process ends."""

    def __init__(self, path: Path, *, alone: bool) -> None:
        """Of the key file at this path. Raises Unavailable where another process is in the way."""
        with disk_errors(f"opening {path}"):
            place = path.with_name(f"{path.name}.lock")
            self._held = os.open(place, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            give_like(place, path if path.exists() else path.parent)
        try:
            fcntl.flock(self._held, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:
            self.close()
            raise Unavailable(ALONE.format(path=path) if alone else OTHERS.format(path=path)) from None

    def close(self) -> None:
        """Let others have it."""
        os.close(self._held)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


ALONE = "{path}: Postroom is at work with these keys (postroom serve, or another command). Stop it, and run this again"
OTHERS = "{path}: the keys are just being wrapped anew or brought back. Try again when that has ended"
