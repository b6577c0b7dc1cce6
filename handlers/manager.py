"""What the service manager is told (sd_notify(3)): that we are ready, that we stop, and that the event loop still turns."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

import structlog

log = structlog.get_logger()

MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Manager:
    """Whoever has started us and may want to know how we are; perhaps nobody."""

    address: str
    """The datagram socket at which it listens, a path or `@` and an abstract name; empty where nobody does."""
    watchdog_seconds: float | None = None
    """It starts us anew where it has not heard of us for so long; None where it does not."""

    @classmethod
    def of(cls, environ: Mapping[str, str], pid: int) -> Self:
        """As the environment says, for the process of this id (sd_watchdog_enabled(3))."""
        limit, whose = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID") or str(pid)
        is_watched = limit.isdecimal() and int(limit) > 0 and whose == str(pid)
        return cls(environ.get("NOTIFY_SOCKET", ""), int(limit) / MICROSECONDS if is_watched else None)

    @asynccontextmanager
    async def told(self) -> AsyncIterator[None]:
        """Ready from now on, alive while it lasts, and stopping at its end."""
        self._tell("READY=1")
        alive = asyncio.create_task(self._keep_telling())
        try:
            yield
        finally:
            alive.cancel()
            self._tell("STOPPING=1")

    async def _keep_telling(self) -> None:
        """Twice within each limit: a loop that is held up longer than that is one that serves nobody."""
        while self.watchdog_seconds is not None:
            self._tell("WATCHDOG=1")
            await asyncio.sleep(self.watchdog_seconds / 2)

    def _tell(self, state: str) -> None:
        if not self.address:
            return
        where = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as talking:
                talking.sendto(state.encode(), where)
        except OSError as fault:
            log.warning("the service manager cannot be told", state=state, why=fault.strerror)
