"""What Slack brings to the app, and how the app took it."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urlencode

import httpx

from tests.slack.world import Json

What = Literal["event", "interactive", "command"]
IN_TIME_SECONDS = 3
RETRIES_MAX = 3


@dataclass
class Delivery:
    """One event, press, submission or command. `attempts` counts how often it was brought."""

    what: What
    payload: Json
    attempts: int = 0
    taken: bool = False
    under_way: bool = False
    why: str = ""
    """Why the last attempt failed, in the words of `X-Slack-Retry-Reason`."""
    no_retry: bool = False
    envelope_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    """As they last went over the wire, by HTTP."""

    @property
    def owed(self) -> bool:
        """Slack will bring it again: events only, three times at most."""
        return (
            self.what == "event"
            and not self.taken
            and not (self.under_way or self.no_retry)
            and self.attempts <= RETRIES_MAX
        )


@dataclass
class Ack:
    """How the app took a delivery: `ok` if it acknowledged, after so many `seconds`."""

    delivery: Delivery
    ok: bool
    seconds: float
    status: int | None = None
    """The HTTP status; None by Socket Mode, or if there was no answer."""
    body: Json | None = None
    text: str = ""

    @property
    def in_time(self) -> bool:
        """Acknowledged within the 3 seconds that Slack waits."""
        return self.ok and self.seconds <= IN_TIME_SECONDS


class Door(Protocol):
    """A way to the app."""

    async def bring(self, delivery: Delivery) -> Ack:
        """Bring it once, and wait for the acknowledgement."""


def encoded(delivery: Delivery) -> tuple[bytes, str]:
    """A request's body and content type, as documented: events are JSON, the rest is a form."""
    if delivery.what == "event":
        return json.dumps(delivery.payload).encode(), "application/json"
    form = delivery.payload if delivery.what == "command" else {"payload": json.dumps(delivery.payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`X-Slack-Signature` (docs.slack.dev/authentication/verifying-requests-from-slack)."""
    return "v0=" + hmac.new(secret.encode(), b":".join([b"v0", timestamp.encode(), body]), hashlib.sha256).hexdigest()


class HttpDoor:
    """Brings by HTTP, signed. `when` gives the time of signing: Bolt compares it with the machine's own clock."""

    def __init__(self, secret: str, patience_seconds: float, when: Callable[[], float] = time.time) -> None:
        self.secret, self.patience_seconds, self.when = secret, patience_seconds, when
        self.url = ""
        self.late: set[asyncio.Task[httpx.Response]] = set()
        """Requests that nobody waits for any more; the app goes on with them all the same."""
        self.client: httpx.AsyncClient | None = None

    def lead_to(self, url: str, client: httpx.AsyncClient) -> None:
        """From now on bring to this URL."""
        self.url, self.client = url, client

    def sign(self, body: bytes, *, secret: str | None = None, seconds_ago: float = 0) -> dict[str, str]:
        """The two headers that vouch for a body."""
        timestamp = str(int(self.when() - seconds_ago))
        vouched = signature(self.secret if secret is None else secret, timestamp, body)
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": vouched}

    async def bring(self, delivery: Delivery) -> Ack:
        body, content_type = encoded(delivery)
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        if delivery.attempts > 1:
            headers |= {"X-Slack-Retry-Num": str(delivery.attempts - 1), "X-Slack-Retry-Reason": delivery.why}
        return await self.send(delivery, body, headers | self.sign(body))

    async def send(self, delivery: Delivery, body: bytes, headers: dict[str, str]) -> Ack:
        """Send just this, right or wrong."""
        assert self.client, "no app to bring to: call slack.use_http or slack.use_asgi first"
        delivery.body, delivery.headers = body, headers
        begun = time.monotonic()
        request = asyncio.create_task(self.client.post(self.url, content=body, headers=headers, timeout=None))
        done, _ = await asyncio.wait({request}, timeout=self.patience_seconds)
        if not done:
            self.late.add(request)
            return failed(delivery, "http_timeout", begun)
        try:
            answer = request.result()
        except (httpx.TransportError, OSError):
            return failed(delivery, "connection_failed", begun)
        delivery.no_retry = answer.headers.get("X-Slack-No-Retry") == "1" and not answer.is_success
        return answered(delivery, answer, time.monotonic() - begun)

    async def close(self) -> None:
        """Let go of whatever is still under way."""
        for request in self.late:
            request.cancel()
        await asyncio.gather(*self.late, return_exceptions=True)
        if self.client:
            await self.client.aclose()


def failed(delivery: Delivery, why: str, begun: float) -> Ack:
    """No answer came."""
    delivery.why = why
    return Ack(delivery, ok=False, seconds=time.monotonic() - begun)


def answered(delivery: Delivery, answer: httpx.Response, seconds: float) -> Ack:
    """An answer came; only 2xx acknowledges."""
    delivery.taken = delivery.taken or answer.is_success
    delivery.why = "" if answer.is_success else "http_error"
    is_json = "json" in answer.headers.get("content-type", "")
    try:
        body = answer.json() if is_json and answer.content else None
    except ValueError:
        body = None
    return Ack(delivery, answer.is_success, seconds, answer.status_code, body, answer.text)
