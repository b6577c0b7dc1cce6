"""Brings by Socket Mode: a web socket that the app opened (docs.slack.dev/apis/events-api/using-socket-mode)."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import WSMsgType, web

from tests.slack.delivery import Ack, Delivery, failed
from tests.slack.workspace import Workspace
from tests.slack.world import Json

ENVELOPES = {"event": "events_api", "interactive": "interactive", "command": "slash_commands"}
Reason = Literal["refresh_requested", "warning", "link_disabled", "too_many_websockets"]


@dataclass
class SocketDoor:
    """The connections that are open, newest last, and what is not acknowledged yet."""

    world: Workspace
    patience_seconds: float
    complaints: list[str]
    tell: Callable[[], Awaitable[None]]
    """Called after each acknowledgement."""
    tickets: set[str] = field(default_factory=set)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    requests: dict[web.WebSocketResponse, web.Request] = field(default_factory=dict)
    ever_open: bool = False
    acks: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    sent: dict[str, Delivery] = field(default_factory=dict)
    """Every envelope that is not acknowledged yet."""

    def ticket(self) -> str:
        """What lets one connection in, once."""
        made = self.world.mint("ticket-")
        self.tickets.add(made)
        return made

    async def bring(self, delivery: Delivery) -> Ack:
        begun = time.monotonic()
        if not self.sockets:
            return failed(delivery, "connection_failed", begun)
        envelope = self.envelope(delivery)
        waiting = self.acks[delivery.envelope_id] = asyncio.get_running_loop().create_future()
        try:
            await self.sockets[-1].send_json(envelope)
            said = await asyncio.wait_for(waiting, self.patience_seconds)
        except (TimeoutError, ConnectionError) as broken:
            return failed(delivery, "http_timeout" if isinstance(broken, TimeoutError) else "connection_failed", begun)
        delivery.taken, delivery.why = True, ""
        return Ack(delivery, ok=True, seconds=time.monotonic() - begun, body=said.get("payload"))

    def envelope(self, delivery: Delivery) -> Json:
        """What goes over the wire; each attempt has an envelope of its own."""
        delivery.envelope_id = self.world.mint("envelope-")
        self.sent[delivery.envelope_id] = delivery
        wrapped: Json = {
            "envelope_id": delivery.envelope_id,
            "type": ENVELOPES[delivery.what],
            "payload": delivery.payload,
            "accepts_response_payload": delivery.what != "event",
        }
        if delivery.what == "event":
            wrapped |= {"retry_attempt": delivery.attempts - 1, "retry_reason": delivery.why}
        return wrapped

    async def welcome(self, request: web.Request) -> web.WebSocketResponse:
        """A new connection, greeted.

        Raises:
            web.HTTPForbidden: its ticket was not issued, or was used before.
        """
        if request.query.get("ticket") not in self.tickets:
            raise web.HTTPForbidden
        self.tickets.discard(request.query["ticket"])
        socket = web.WebSocketResponse(timeout=1)
        await socket.prepare(request)
        self.sockets.append(socket)
        self.requests[socket] = request
        self.ever_open = True
        await socket.send_json(self.hello())
        return socket

    def hello(self) -> Json:
        """The first thing said on a connection."""
        return {
            "type": "hello",
            "num_connections": len(self.sockets),
            "debug_info": {"host": "applink-1", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self.world.app_id},
        }

    async def listen(self, socket: web.WebSocketResponse) -> None:
        """Take acknowledgements until the connection ends."""
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self.hear(message.data)
                    await self.tell()
        finally:
            self.forget(socket)

    def hear(self, said: str) -> None:
        """One acknowledgement."""
        try:
            ack: Any = json.loads(said)
        except ValueError:
            ack = None
        envelope = ack.get("envelope_id") if isinstance(ack, dict) else None
        if not isinstance(envelope, str):
            self.complaints.append(f"not an acknowledgement: {said[:200]}")
        elif (delivery := self.sent.pop(envelope, None)) is None:
            self.complaints.append(f"acknowledged twice, or never sent: {envelope}")
        else:
            delivery.taken = True
            waiting = self.acks.pop(envelope, None)
            if waiting and not waiting.done():
                waiting.set_result(ack)

    def forget(self, socket: web.WebSocketResponse) -> None:
        """A connection has ended; without any, what waits for an acknowledgement gets none."""
        self.requests.pop(socket, None)
        if socket in self.sockets:
            self.sockets.remove(socket)
        if not self.sockets:
            for waiting in self.acks.values():
                if not waiting.done():
                    waiting.set_exception(ConnectionResetError())
            self.acks.clear()

    async def disconnect(self, reason: Reason = "refresh_requested") -> None:
        """Ask the app to connect anew; Slack closes the old connection soon after."""
        for socket in list(self.sockets):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}})

    async def close(self) -> None:
        """Close every connection properly."""
        for socket in list(self.sockets):
            self.forget(socket)
            await socket.close()

    def drop(self) -> None:
        """Break every connection off, without a word."""
        for socket in list(self.sockets):
            transport = self.requests[socket].transport
            self.forget(socket)
            if transport:
                transport.abort()
