"""The Slack channel: Bolt over Socket Mode or HTTP in, the Web API out."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp, AsyncRespond
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.clock import Clock
from bot.inbox import Inbox
from bot.ledger import Ledger
from bot.outbox import Courier
from bot.reception import Introduce, OpenMessage
from bot.redrawing import Painter
from bot.settings import Settings, reveal
from bot.settings.channels import Slack
from bot.vault import Vault
from handlers.slack.calling import CALL_SECONDS, Caller
from handlers.slack.fetching import Fetcher
from handlers.slack.introducing import Introducer
from handlers.slack.listening import Body, Listeners
from handlers.slack.receive import CHANNEL
from handlers.slack.send import SlackCourier
from handlers.slack.values import Value

log = structlog.get_logger()

PATH = "/slack/events"
BODY_BYTES_MAX = 1_000_000
"""Octets of one call of Slack's: far more than its largest event."""
CONNECT_AGAIN_SECONDS = 5.0


@dataclass(frozen=True)
class Secrets:
    """What Slack knows us by, and we it."""

    bot_token: str
    app_token: str
    signing_secret: str

    @classmethod
    def of(cls, settings: Slack) -> "Secrets":
        """As configured. Raises OSError where a file cannot be read."""
        return cls(
            bot_token=reveal(settings.bot_token, settings.bot_token_file) or "",
            app_token=reveal(settings.app_token, settings.app_token_file) or "",
            signing_secret=reveal(settings.signing_secret, settings.signing_secret_file) or "",
        )


class SlackChannel:
    """How schools and officers are heard and answered in Slack."""

    name = CHANNEL

    def __init__(self, settings: Settings, clock: Clock, ledger: Ledger, vault: Vault) -> None:
        """`settings` has `[slack]`."""
        assert settings.slack is not None  # noqa: S101 - whoever builds the channel has looked
        self._settings, self._configured, self._secrets = settings, settings.slack, Secrets.of(settings.slack)
        self._clock = clock
        self._client = AsyncWebClient(
            self._secrets.bot_token, base_url=self._configured.api_url, timeout=CALL_SECONDS, retry_handlers=[],
        )  # fmt: skip
        self._caller = Caller(self._client, clock)
        self._courier = SlackCourier(self._caller)
        self._introducer = Introducer(self._caller, clock, self._configured)
        self._listeners = Listeners(
            settings, clock, ledger, vault, introduce=self._introducer.introduce, turn=self._turn
        )
        self._bolt: AsyncApp | None = None
        self._socket: AsyncSocketModeHandler | None = None
        self._connecting: asyncio.Task[None] | None = None

    @property
    def introduce(self) -> Introduce | None:
        """How Slack is asked who speaks."""
        return self._introducer.introduce

    @property
    def painter(self) -> Painter | None:
        """How its messages are drawn anew."""
        return self._courier

    def reader(self) -> OpenMessage:
        """How a message is opened."""
        client = WebClient(self._secrets.bot_token, base_url=self._configured.api_url, timeout=CALL_SECONDS)
        return Fetcher(
            client, self._secrets.bot_token, self._clock, attachment_bytes_max=self._settings.files.attachment_bytes_max
        ).open_message

    def courier(self) -> Courier:
        """The way out."""
        return self._courier

    def routes(self) -> Sequence[BaseRoute]:
        """What Slack calls, in mode http."""
        return [Route(PATH, self._called, methods=["POST"])] if self._configured.mode == "http" else []

    async def start(self, inbox: Inbox) -> None:
        """Listen. Where Slack cannot be reached it is tried again and again, and mail goes on meanwhile."""
        self._client.session = aiohttp.ClientSession()
        self._bolt = AsyncApp(
            token=self._secrets.bot_token, signing_secret=self._secrets.signing_secret or None, client=self._client,
            process_before_response=True, request_verification_enabled=self._configured.mode == "http",
            logger=logging.getLogger("slack_bolt"),
        )  # fmt: skip
        self._listeners.listen(self._bolt, inbox)
        if self._configured.mode == "socket":
            self._socket = AsyncSocketModeHandler(self._bolt, self._secrets.app_token, web_client=self._client)
            self._connecting = asyncio.create_task(self._connect(self._socket))

    async def stop(self) -> None:
        """Listen no more. What was not acknowledged comes again when we are back."""
        if self._connecting:
            self._connecting.cancel()
            with suppress(asyncio.CancelledError):
                await self._connecting
        if self._socket:
            await self._socket.close_async()  # type: ignore[no-untyped-call] # slack_bolt's own
        if self._client.session:
            await self._client.session.close()

    async def _connect(self, socket: AsyncSocketModeHandler) -> None:
        while True:
            try:
                await socket.connect_async()  # type: ignore[no-untyped-call] # slack_bolt's own
            except Exception as fault:  # noqa: BLE001 - whatever it is, mail must go on and Slack be tried again
                log.warning("Slack cannot be connected to; postroom doctor says why", fault=str(fault))
                await asyncio.sleep(CONNECT_AGAIN_SECONDS)
            else:
                return

    async def _called(self, request: Request) -> Response:
        """One call of Slack's, over HTTP."""
        if self._bolt is None or int(request.headers.get("content-length") or 0) > BODY_BYTES_MAX:
            return PlainTextResponse("not now", status_code=503)
        return await AsyncSlackRequestHandler(self._bolt).handle(request)

    async def _turn(self, body: Body, value: Value, respond: AsyncRespond) -> None:
        """Show another page of a message."""
