"""What every server that is compared has."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

Done = Callable[[Sequence[int]], Awaitable[None]]


@dataclass(frozen=True)
class Server:
    """One that is at work."""

    port: int
    pid: int
    finished: Done
    """Waits until all that follows from the mails of these numbers is done."""
    lmtp: bool = False
    """It speaks LMTP in place of SMTP."""


async def at_once(_: Sequence[int]) -> None:
    """All is done when it is acknowledged."""
