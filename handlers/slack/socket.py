"""The way in by Socket Mode: a connection that we open to Slack, and open anew wherever it ends."""

import asyncio
import time
from contextlib import suppress
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.faults import of
from bot.measures import Measures
from handlers.slack.receive import kind_of

log = structlog.get_logger()

PING_SECONDS = 10.0
"""How often the connection is looked after."""
CONNECT_AGAIN_SECONDS = 5.0
FINISH_SECONDS = 10.0
"""How long what is being stored may take when we stop."""


class _Handler(AsyncSocketModeHandler):
    """Bolt's own, which knows what it has not acknowledged yet."""

    def __init__(self, bolt: AsyncApp, app_token: str, client: AsyncWebClient, measures: Measures) -> None:
        self._measures = measures
        super().__init__(bolt, app_token, web_client=client, ping_interval=PING_SECONDS)
        self.under_way: set[asyncio.Task[Any]] = set()

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override] # as Bolt's own
        """Hear one envelope and acknowledge it."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - whoever runs is a task
        self.under_way.add(task)
        begun = time.monotonic()
        try:
            await super().handle(client, req)
        finally:
            self.under_way.discard(task)
            self._measures.acknowledged(kind_of(req.payload), time.monotonic() - begun)


class Socket:
    """The connection of one app."""

    def __init__(self, bolt: AsyncApp, app_token: str, client: AsyncWebClient, measures: Measures) -> None:
        self._handler = _Handler(bolt, app_token, client, measures)
        self._connecting: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        """Whether Slack can bring us anything just now."""
        session = self._handler.client.current_session
        return session is not None and not session.closed

    async def start(self) -> None:
        """Connect, now or as soon as Slack can be reached."""
        client = self._handler.client
        await client.aiohttp_client_session.close()
        client.aiohttp_client_session = _once_each(client)
        self._connecting = asyncio.create_task(self._connect())

    async def stop(self) -> None:
        """Hear no more, and finish what was heard. What is not acknowledged comes again when we are back."""
        if self._connecting:
            self._connecting.cancel()
            with suppress(asyncio.CancelledError):
                await self._connecting
        self._handler.client.message_processor.cancel()
        if self._handler.under_way:
            await asyncio.wait(self._handler.under_way, timeout=FINISH_SECONDS)
        await self._handler.close_async()  # type: ignore[no-untyped-call] # slack_bolt's own

    async def _connect(self) -> None:
        while True:
            try:
                self._handler.client.wss_uri = await self._handler.client.issue_new_wss_url()
            except Exception as fault:  # noqa: BLE001 - whatever it is, mail must go on and Slack be tried again
                log.warning("Slack cannot be connected to; postroom doctor says why", fault=of(fault))
                await asyncio.sleep(CONNECT_AGAIN_SECONDS)
            else:
                await self._handler.connect_async()  # type: ignore[no-untyped-call] # slack_bolt's own
                return


def _once_each(client: SocketModeClient) -> aiohttp.ClientSession:
    """Connects to an address once: Slack lets nobody in by it again, and slack_sdk would try it for ever."""

    async def spent(*_: object) -> None:
        client.wss_uri = None

    tracing = aiohttp.TraceConfig()
    tracing.on_request_start.append(spent)
    return aiohttp.ClientSession(trace_configs=[tracing])
