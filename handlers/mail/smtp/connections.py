"""Who is connected: how many at once, and how all of them leave."""

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Coroutine
from typing import Protocol

from handlers.mail.smtp.context import ServerContext
from handlers.mail.smtp.rates import Rate

PARTING_SECONDS = 2
"""How long connections that were cut have to end."""


class Client(Protocol):
    """One connection, as `Connections` sees it."""

    @property
    def peer(self) -> str:
        """The IP address at the other end."""

    def say_goodbye(self) -> None:
        """Close the connection unless it is busy."""

    def cut(self) -> None:
        """Close the connection at once."""


class Connections:
    """The connections of one server, and the messages that are being accepted."""

    def __init__(self, context: ServerContext) -> None:
        """Nobody is connected."""
        self.closed = False
        self._context = context
        self._connecting = Rate(context.limits.connections_per_minute, 60)
        self._mailing = Rate(context.limits.messages_per_hour, 3600)
        self._clients: dict[Client, tuple[asyncio.Task[object], str]] = {}
        self._accepting: set[asyncio.Task[str]] = set()

    def admit(self, client: Client) -> str | None:
        """Let a connection in, to be run by the current task; or the reply that turns it away."""
        place, known, limits = network_of(client.peer), self._context.known(client.peer), self._context.limits
        if self.closed:
            return "421 4.3.2 The service is stopping; please try again later."
        if not self._may(self._connecting, client.peer):
            return "421 4.7.0 Too many connections from your address within a minute; please try again later."
        if sum(place == other for _, other in self._clients.values()) >= limits.per_address_max:
            return "421 4.7.0 Too many connections from your address; please try again later."
        if len(self._clients) >= (limits.connections_max if known else limits.strangers_max) and not self._part(place):
            return "421 4.3.2 Too many connections; please try again later."
        if task := asyncio.current_task():
            self._clients[client] = task, place
        return None

    def _part(self, place: str) -> bool:
        """Whether somebody had to leave for a newcomer from this place, there being no room: the eldest of those who hold the
        most places. Else a few hosts that send a little each second could keep everybody out for days."""
        strangers = {
            client: held for client, (_, held) in self._clients.items() if not self._context.known(client.peer)
        }
        held = Counter(strangers.values())
        if not held or max(held.values()) <= held[place] + 1:
            return False
        most = max(held, key=held.__getitem__)
        eldest = next(client for client, other in strangers.items() if other == most)
        self.leave(eldest)
        eldest.cut()
        return True

    def hear(self, peer: str, octets: int) -> str | None:
        """Whether this address may send another message, of so many octets (0: it did not say); or the reply if not."""
        if not self._context.has_room(octets):
            return "452 4.3.1 There is no room to store mail just now. Nothing was kept; please try again later."
        if not self._may(self._mailing, peer):
            return "450 4.7.1 Too many mails from your address within an hour; please try again later."
        return None

    def _may(self, rate: Rate, peer: str) -> bool:
        return self._context.known(peer) or rate.take(network_of(peer), asyncio.get_running_loop().time())

    def leave(self, client: Client) -> None:
        """The connection has ended; does nothing for one that was turned away."""
        self._clients.pop(client, None)

    async def finish(self, accepting: Coroutine[None, None, str]) -> str:
        """Run this to its end, even though the task that waits for it is cancelled, and return its reply."""
        task = asyncio.create_task(accepting)
        self._accepting.add(task)
        task.add_done_callback(self._accepting.discard)
        return await asyncio.shield(task)

    async def close(self, grace_seconds: float) -> None:
        """Send the idle away, wait so long for the others and for all that is being accepted, and cut the rest."""
        self.closed = True
        for client in tuple(self._clients):
            client.say_goodbye()
        await self._wait(grace_seconds)
        for client in tuple(self._clients):
            client.cut()
        for task in tuple(self._accepting):
            task.cancel()
        await self._wait(PARTING_SECONDS)

    async def _wait(self, seconds: float) -> None:
        if waiting := {*(task for task, _ in self._clients.values()), *self._accepting}:
            await asyncio.wait(waiting, timeout=seconds)


def network_of(peer: str) -> str:
    """Those who count as one address: one IPv6 subscriber has at least a whole /64 of addresses."""
    return str(ipaddress.ip_network(f"{peer}/64", strict=False)) if ":" in peer else peer
