"""Who is connected: how many at once, and how all of them leave."""

import asyncio
import ipaddress
from collections.abc import Coroutine
from typing import Protocol

from handlers.mail.smtp.limits import Limits

PARTING_SECONDS = 2
"""How long connections that were cut have to end."""


class Guest(Protocol):
    """One connection, as the porch sees it."""

    @property
    def peer(self) -> str:
        """The IP address at the other end."""

    def say_goodbye(self) -> None:
        """Close the connection unless it is busy."""

    def cut(self) -> None:
        """Close the connection at once."""


class Porch:
    """The connections of one server, and the messages that are being accepted."""

    def __init__(self, limits: Limits) -> None:
        """Nobody is connected."""
        self.closed = False
        self._limits = limits
        self._guests: dict[Guest, tuple[asyncio.Task[object], str]] = {}
        self._accepting: set[asyncio.Task[str]] = set()

    def admit(self, guest: Guest) -> str | None:
        """Let a connection in, to be run by the current task; or the reply that turns it away."""
        place = neighbourhood(guest.peer)
        neighbours = sum(place == other for _, other in self._guests.values())
        if self.closed:
            return "421 4.3.2 The service is stopping; please try again later."
        if len(self._guests) >= self._limits.connections_max:
            return "421 4.3.2 Too many connections; please try again later."
        if neighbours >= self._limits.per_address_max:
            return "421 4.7.0 Too many connections from your address; please try again later."
        if task := asyncio.current_task():
            self._guests[guest] = task, place
        return None

    def leave(self, guest: Guest) -> None:
        """The connection has ended; does nothing for one that was turned away."""
        self._guests.pop(guest, None)

    async def finish(self, accepting: Coroutine[None, None, str]) -> str:
        """Run this to its end, even though the task that waits for it is cancelled, and return its reply."""
        task = asyncio.create_task(accepting)
        self._accepting.add(task)
        task.add_done_callback(self._accepting.discard)
        return await asyncio.shield(task)

    async def close(self, grace_seconds: float) -> None:
        """Send the idle away, wait so long for the others and for all that is being accepted, and cut the rest."""
        self.closed = True
        for guest in tuple(self._guests):
            guest.say_goodbye()
        await self._wait(grace_seconds)
        for guest in tuple(self._guests):
            guest.cut()
        for task in tuple(self._accepting):
            task.cancel()
        await self._wait(PARTING_SECONDS)

    async def _wait(self, seconds: float) -> None:
        if waiting := {*(task for task, _ in self._guests.values()), *self._accepting}:
            await asyncio.wait(waiting, timeout=seconds)


def neighbourhood(peer: str) -> str:
    """Those who count as one address: one IPv6 subscriber has at least a whole /64 of addresses."""
    return str(ipaddress.ip_network(f"{peer}/64", strict=False)) if ":" in peer else peer
