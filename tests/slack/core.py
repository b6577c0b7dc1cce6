"""What everything in the local Slack stands on: its state, the record of calls, the way to the app, waiting."""

import asyncio
import copy
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from tests.slack.delivery import Ack, Delivery, Door, HttpDoor, encoded
from tests.slack.messages import STATEFUL
from tests.slack.socket_door import SocketDoor
from tests.slack.trouble import Troubles
from tests.slack.workspace import Workspace
from tests.slack.world import Json, Token

EVENTS = frozenset({"message.channels", "message.groups", "message.im", "app_mention", "app_home_opened"})
"""What the app is subscribed to unless a test says otherwise; `file_shared` is known too."""
NO_REUSE = httpx.Limits(max_keepalive_connections=0)
"""A connection for each request: one kept too long would break, and look like the app's fault."""
INTERACTIVE = {"button", "overflow", *STATEFUL}
BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-1-postroom", "xapp-1-postroom", "8f742231b10e8888abcd99yyyzzz85a5"


@dataclass
class Call:
    """A Web API call of the app's, as it was made and answered (`error` is "" if all was well)."""

    method: str
    args: Json
    token: str
    at: float
    verb: str = "POST"
    is_json: bool = False
    error: str | None = None
    """None while it is under way or if it was never answered."""
    answer: Json | None = None


class Core:
    """State and plumbing; see the package for what a test calls."""

    def __init__(self, now: Callable[[], datetime], subscribed: frozenset[str] = EVENTS) -> None:
        self.world = Workspace(now)
        self.trouble = Troubles()
        self.calls: list[Call] = []
        self.downloads: list[str] = []
        self.deliveries: list[Delivery] = []
        self.complaints: list[str] = []
        self.subscribed = subscribed
        self.echoes = True
        """Bring the app the events of its own messages too, as Slack does."""
        self.base_url = ""
        self.patience_seconds = 15.0
        self.http = HttpDoor(SIGNING_SECRET, self.patience_seconds)
        self.socket = SocketDoor(self.world, self.patience_seconds, self.complaints, self.tell)
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[object]] = set()

        self.caller: Token | None = None
        """Whose call is being carried out."""

    @property
    def api_url(self) -> str:
        """What to give `AsyncWebClient` as `base_url`."""
        return f"{self.base_url}/api/"

    def use_http(self, url: str) -> None:
        """Bring to the app at this URL."""
        self.http.lead_to(url, httpx.AsyncClient(limits=NO_REUSE))

    def use_asgi(self, app: Any, path: str = "/slack/events") -> None:
        """Bring to an ASGI application in this process."""
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.http.lead_to(f"http://app.example{path}", httpx.AsyncClient(transport=transport))

    @property
    def door(self) -> Door:
        """HTTP once the app has a URL, else Socket Mode."""
        return self.http if self.http.client else self.socket

    async def until(self, holds: Callable[[], Any], seconds: float = 30) -> Any:
        """Wait until this holds; looked at after every call, download and delivery. Its value.

        Raises:
            AssertionError: it did not, for so long.
        """
        try:
            async with asyncio.timeout(seconds), self._changed:
                return await self._changed.wait_for(holds)
        except TimeoutError:
            said = [f"{one.method} {one.error if one.error is not None else '…'}" for one in self.calls[-12:]]
            raise AssertionError(f"waited {seconds} s in vain; the last calls: {said}") from None

    async def tell(self) -> None:
        """Something has changed."""
        async with self._changed:
            self._changed.notify_all()

    async def deliver(self, delivery: Delivery) -> Ack:
        """Bring something to the app, once."""
        if delivery not in self.deliveries:
            self.deliveries.append(delivery)
        delivery.attempts += 1
        door = self.door
        if isinstance(door, (HttpDoor, SocketDoor)):
            door.patience_seconds = self.patience_seconds
        delivery.under_way = True
        try:
            ack = await door.bring(delivery)
        finally:
            delivery.under_way = False
        silent = delivery.what == "event" or delivery.payload.get("type") in ("block_actions", "view_closed")
        if ack.ok and silent and (ack.body or ack.text):
            self.complaints.append(f"acknowledged, but with words that Slack drops: {ack.body or ack.text}")
        await self.tell()
        return ack

    @property
    def owed(self) -> list[Delivery]:
        """Events that Slack will bring again."""
        return [one for one in self.deliveries if one.owed]

    def forget_owed(self) -> None:
        """As when Slack has given up: nothing is brought again."""
        for one in self.owed:
            one.no_retry = True

    async def retry(self, delivery: Delivery | None = None, *, why: str = "") -> list[Ack]:
        """Bring again what is owed, or this event though it was taken (Slack does when the answer was late)."""
        again = self.owed if delivery is None else [delivery]
        for one in again:
            assert one.what == "event", "Slack repeats events only"
            one.why = why or one.why or "http_timeout"
        return [await self.deliver(one) for one in again]

    async def repeat(
        self,
        delivery: Delivery,
        *,
        secret: str | None = None,
        seconds_ago: float = 0,
        alter: Callable[[Json], Json] | None = None,
        sign: bool = True,
    ) -> Ack:
        """Bring something as an attacker might: replayed, altered, signed with another secret or long ago.

        With `sign=False` it bears the signature of the time before. By Socket Mode only `alter` means anything.
        """
        forged = copy.deepcopy(delivery)
        forged.payload = alter(forged.payload) if alter else forged.payload
        if self.door is self.socket:
            return await self.socket.bring(forged)
        body, content_type = encoded(forged)
        vouched = self.http.sign(body, secret=secret, seconds_ago=seconds_ago) if sign else {}
        kept = {} if sign else {key: value for key, value in delivery.headers.items() if key.startswith("X-Slack")}
        return await self.http.send(forged, body, {"Content-Type": content_type} | kept | vouched)

    async def verify_url(self) -> Ack:
        """What Slack does first with a new request URL: `ok` only if the app gave the challenge back."""
        challenge = self.world.mint("challenge-")
        payload = {"token": "verification-token", "challenge": challenge, "type": "url_verification"}
        ack = await self.http.bring(Delivery("event", payload, attempts=1))
        ack.ok = ack.ok and challenge in (ack.text.strip(), (ack.body or {}).get("challenge"))
        return ack

    def with_ids(self, blocks: list[Json]) -> list[Json]:
        """Blocks as Slack keeps them: every block and interactive element has an id."""
        kept = copy.deepcopy(blocks)
        for block in kept:
            block.setdefault("block_id", self.world.mint("b"))
            inside = [*block.get("elements", []), block.get("accessory"), block.get("element")]
            for one in inside:
                if isinstance(one, dict) and one.get("type") in INTERACTIVE:
                    one.setdefault("action_id", self.world.mint("a"))
        return kept

    def soon(self, work: Coroutine[Any, Any, object]) -> None:
        """Do this beside whatever goes on."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            self.complaints.append(f"the local Slack itself failed: {task.exception()!r}")

    async def settle(self) -> None:
        """Wait until everything that was begun beside is done."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def end(self) -> None:
        """Stop whatever is going on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.http.close()

    def calls_of(self, method: str) -> list[Call]:
        """The calls of one method, oldest first."""
        return [one for one in self.calls if one.method == method]
