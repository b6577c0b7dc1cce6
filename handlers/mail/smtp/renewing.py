"""The certificate that is shown, read anew when its files have changed: a renewal needs no restart."""

import ssl
from collections.abc import Callable
from pathlib import Path

import structlog

from handlers.ports import CannotListen

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2
"""How often the files are looked at, at most."""
BAD_SECONDS = 60
"""A renewal writes two files, one after the other: so long they need not fit together."""

Identity = tuple[tuple[int, ...] | None, ...]


class Renewed:
    """Gives the newest certificate that could be used. Connections that have begun keep theirs."""

    def __init__(self, files: tuple[Path, ...], load: Callable[[], ssl.SSLContext], clock: Callable[[], float]) -> None:
        """`clock`: seconds that only ever go forward. Raises what `load` raises."""
        self._files, self._load, self._clock = files, load, clock
        self._seen = self._identity()
        self._context = load()
        self._looked_at = clock()
        self._bad_since: float | None = None
        self._why = ""

    def __call__(self) -> ssl.SSLContext:
        """The certificate for the next handshake."""
        if self._clock() >= self._looked_at + LOOK_SECONDS:
            self._looked_at = self._clock()
            self._look()
        return self._context

    def fault(self) -> str | None:
        """Why the files that lie there now cannot be used, once that has been so for `BAD_SECONDS`."""
        self()
        lasting = self._bad_since is not None and self._clock() >= self._bad_since + BAD_SECONDS
        return self._why if lasting else None

    def _look(self) -> None:
        if (identity := self._identity()) == self._seen:
            return
        self._seen = identity
        try:
            self._context = self._load()
        except CannotListen as fault:
            log.warning("the renewed certificate cannot be used; the one before is kept", why=str(fault))
            self._bad_since = self._clock() if self._bad_since is None else self._bad_since
            self._why = str(fault)
        else:
            log.info("a renewed certificate is in use")
            self._bad_since = None

    def _identity(self) -> Identity:
        """What changes when a file is written or replaced; None for one that is not there."""
        return tuple(_identity(path) for path in self._files)


def _identity(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
