"""The Slack channel: Bolt over Socket Mode or HTTP in, the Web API out."""

import logging
from collections.abc import Iterable, Sequence

import aiohttp
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.arrival import SLACK, Introduce
from bot.clock import Clock
from bot.inbox import Inbox
from bot.ledger import Ledger
from bot.measures import Measures
from bot.outbox import Courier
from bot.preparing import OpenMessage
from bot.redrawing import Painter
from bot.settings import Settings
from bot.watching import Trouble
from bot.wording import Wording
from handlers.slack.calling import CALL_SECONDS, Caller
from handlers.slack.door import Door
from handlers.slack.fetching import Fetcher
from handlers.slack.installation import Installation, Next
from handlers.slack.introducing import Introducer
from handlers.slack.listening import Body, Listeners
from handlers.slack.manifest import PATH
from handlers.slack.paging import Pager
from handlers.slack.places import Places
from handlers.slack.secrets import Secrets
from handlers.slack.send import SlackCourier
from handlers.slack.socket import Socket

__all__ = ["PATH", "SlackChannel"]


class SlackChannel:
    """How schools and officers are heard and answered in Slack."""

    name = SLACK

    def __init__(
        self, settings: Settings, clock: Clock, ledger: Ledger, wording: Wording, measures: Measures | None = None
    ) -> None:
        """`settings` has `[slack]`; `wording`: of chats. Raises `BadSecrets`."""
        assert settings.slack is not None  # noqa: S101 - whoever builds the channel has looked
        self._settings, self._configured, self._secrets = settings, settings.slack, Secrets.of(settings.slack)
        self._clock, self._ledger, self._measures = clock, ledger, measures or Measures()
        self._client = AsyncWebClient(
            self._secrets.bot_token, base_url=self._configured.api_url, retry_handlers=[],
        )  # fmt: skip
        self._caller = Caller(self._client, clock)
        self._courier = SlackCourier(self._caller, Places(self._caller, clock))
        self._installation = Installation(
            self._caller, self._secrets.bot_token, allow_connect=self._configured.allow_connect
        )
        self._introducer = Introducer(self._caller, clock, self._configured)
        self._pager = Pager(ledger, clock, settings, wording, self._courier)
        self._door: Door | None = None
        self._socket: Socket | None = None

    @property
    def introduce(self) -> Introduce | None:
        """How Slack is asked who speaks."""
        return self._introducer.introduce

    @property
    def painter(self) -> Painter | None:
        """How its messages are drawn anew."""
        return self._courier

    def troubles(self) -> Iterable[Trouble]:
        """None that its doctor does not tell."""
        return ()

    def faults(self) -> Iterable[str]:
        """The connection, where it is we who call."""
        return ["socket"] if self._socket and not self._socket.is_connected else []

    def reader(self) -> OpenMessage:
        """How a message is opened."""
        client = WebClient(self._secrets.bot_token, base_url=self._configured.api_url, timeout=CALL_SECONDS)
        return Fetcher(
            client, self._secrets.bot_token, self._clock, attachment_bytes_max=self._settings.files.attachment_bytes_max
        ).open_message

    def reports(self) -> None:
        """Nothing comes back in a chat."""

    def hints(self) -> None:
        """A chat proves who speaks: there is nothing to guess."""

    def courier(self) -> Courier:
        """The way out."""
        return self._courier

    def routes(self) -> Sequence[BaseRoute]:
        """What Slack calls, in mode http."""
        return [Route(PATH, self._called, methods=["POST"])] if self._configured.mode == "http" else []

    async def start(self, inbox: Inbox) -> None:
        """Listen. Where Slack cannot be reached it is tried again and again, and mail goes on meanwhile."""
        # slack_sdk keeps its own time limit only for sessions of its own
        self._client.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_SECONDS))
        bolt = self._bolt(self._client.session)
        self._listeners(inbox).listen(bolt)
        await self._installation.look()
        if self._configured.mode == "http":
            self._door = Door(bolt, self._secrets.signing_secret, self._measures)
            return
        self._socket = Socket(bolt, self._secrets.app_token, self._client, self._measures)
        await self._socket.start()

    def _listeners(self, inbox: Inbox) -> Listeners:
        return Listeners(
            self._settings, self._clock, self._ledger, inbox, introduce=self._introducer.introduce,
            turn=self._pager.turn,
        )  # fmt: skip

    def _bolt(self, session: aiohttp.ClientSession) -> AsyncApp:
        """Bolt, which neither looks at signatures, for `Door` has, nor asks who we are, for `Installation` does."""

        async def admit(body: Body, next: Next) -> BoltResponse:  # noqa: A002 - Bolt goes by the name
            return await self._installation.admit(body, next)

        async def authorize() -> AuthorizeResult:
            return await self._installation.authorize()

        client = AsyncWebClient(base_url=self._configured.api_url, session=session, retry_handlers=[])
        return AsyncApp(
            client=client, signing_secret=self._secrets.signing_secret, process_before_response=True,
            request_verification_enabled=False, ssl_check_enabled=False, before_authorize=admit, authorize=authorize,
            logger=logging.getLogger("slack_bolt"),
        )  # fmt: skip

    async def stop(self) -> None:
        """Listen no more. What was not acknowledged comes again when we are back."""
        if self._socket:
            await self._socket.stop()

    async def close(self) -> None:
        """Hang up."""
        if self._client.session:
            await self._client.session.close()

    async def _called(self, request: Request) -> Response:
        """One call of Slack's, over HTTP."""
        if self._door is None:
            return PlainTextResponse("not now", status_code=503)
        return await self._door.called(request)
