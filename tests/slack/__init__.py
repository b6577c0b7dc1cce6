"""A strict local Slack: it stands in for slack.com, which tests cannot have, and refuses whatever Slack refuses.

    async with open_slack(now=clock.now) as slack:
        head = slack.world.user("maria", "head@school.example")
        returns = slack.world.channel("returns", head)            # kind="private", ext_shared=True, bot=False …
        client = AsyncWebClient(BOT_TOKEN, base_url=slack.api_url)  # APP_TOKEN for Socket Mode, SIGNING_SECRET for HTTP
        slack.use_http("http://127.0.0.1:8025/slack/events")      # or use_asgi(app, path); else Socket Mode is used
        said = await slack.post(head, returns, "Here it is", files=[slack.world.file(head, "a.docx", b"…")])
        assert said.ack.ok                                        # Ack: ok, seconds, in_time, status, body, delivery
        card = await slack.until(lambda: slack.said_by_bot(returns))
        await slack.press(head, card[-1], "Recall")

**World** (`slack.world`, read and changed at will): `user(name, email, team_id=…, is_stranger=…, is_restricted=…, deleted=…,
is_email_confirmed=…)`, `channel`, `dm(user)`, `file(owner, name, content, kind="hosted|snippet|canvas|external|connect",
size=…)`; `conversations[id].messages`, `ephemerals[user.id]`, `homes[user.id]`, `modals[user.id]`, `bot`, `tokens[value]`
(`.scopes`, `.state = "token_revoked"`). A `Message` or `View` has `words`, `buttons`, `blocks`; a Message `ts`, `metadata`,
`files`, `thread_ts`; a View `title`, `errors`, `body`. `file.break_after = n` breaks its download off.

**People**: `post(user, where, text, files=[], thread=ts)`, `share(user, file, where)`, `edit(user, message, text)`,
`delete(user, message)` → `Said` (`ts`, `message`, `ack`, `acks`); a text with `slack.world.bot.mention` in a channel gives
`app_mention` too. `press(user, where, "label or action id")`, `choose(user, where, "action id", "label or value")` with a
ts (as it stands), a Message, a `photo(message)` kept from before, or a View (`modal(user)`, `world.homes[user.id]`);
`submit(user, {"label, block or action id": value})`, `close_modal(user)`, `command(user, where, "/postroom", "status")`,
`open_home(user)` → `Ack`. What their client would not let them do raises `CannotDo`.

**Waiting**: `await slack.until(lambda: …)` looks again after every call, download, delivery and response; `await
slack.settle()` waits for the echoes of the bot's own messages (`slack.echoes = False` stops those). `said_by_bot(where)`,
`told(user)` (in their direct message) and `whispered(user)` (what only they see) are the bot's messages, oldest first.

**Record**: `calls`, `calls_of("chat.postMessage")` (`method, args, token, at, error, answer`), `downloads`, `deliveries`,
and `complaints`: what the app did that Slack would swallow or show as a failure; a test may end with `assert not
slack.complaints`.

**Trouble** (`slack.trouble`): `limit(method, times=, retry_after=, channel=)`, `fail(method, status=)`, `refuse(method,
error)`, `hang(method)` → `.release()`, `.waiting`; `drop(method, after=True)`: done, but the answer is lost. `"*"` is every
method, `"download"` the file URL, `"response"` the response URLs. slack_sdk repeats a call by itself once when the
connection breaks.

**Delivery**: only 2xx (or an envelope's acknowledgement) takes a delivery within `patience_seconds`. `owed` are the events
Slack would bring again; `retry()` brings them, `retry(delivery, why="http_timeout")` one that was taken, with the same
event_id. `repeat(delivery, secret="wrong", seconds_ago=600, alter=lambda payload: …, sign=False)` is an attacker.
`forget_owed()` gives up. Presses and commands are never repeated, nor are they by Slack. `verify_url()` is the first thing
Slack sends to a new request URL. Socket Mode: what is owed is brought again on the next connection;
`slack.socket.disconnect()` asks the app to connect anew, `.close()` ends connections properly, `.drop()` breaks them off.
Signatures are timed by the machine's clock, as Bolt checks them (`slack.http.when`); all else by `now`: a trigger_id lives
3 seconds of it, a response_url 30 minutes.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from tests.slack.blockkit import faults
from tests.slack.core import APP_TOKEN, BOT_TOKEN, EVENTS, SIGNING_SECRET
from tests.slack.delivery import Ack, Delivery
from tests.slack.kit_views import view_faults
from tests.slack.messages import Conversation, Message, View
from tests.slack.modals import Modals
from tests.slack.server import Server
from tests.slack.talking import Said
from tests.slack.workspace import SCOPES
from tests.slack.world import CannotDo, File, User

__all__ = [
    "APP_TOKEN",
    "BOT_TOKEN",
    "EVENTS",
    "SCOPES",
    "SIGNING_SECRET",
    "Ack",
    "CannotDo",
    "Conversation",
    "Delivery",
    "File",
    "Message",
    "Said",
    "Slack",
    "User",
    "View",
    "faults",
    "open_slack",
    "view_faults",
]


class Slack(Modals):
    """The local Slack; see the package."""

    def said_by_bot(self, where: Conversation) -> list[Message]:
        """The bot's messages there, oldest first."""
        return [one for one in where.messages if one.bot_id]

    def told(self, user: User) -> list[Message]:
        """The bot's messages in its direct message with this person, oldest first."""
        return self.said_by_bot(self.world.dm(user))

    def whispered(self, user: User) -> list[Message]:
        """What only this person sees, oldest first."""
        return self.world.ephemerals.get(user.id, [])


def machine_time() -> datetime:
    """The machine's own clock."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_slack(
    now: Callable[[], datetime] = machine_time,
    *,
    scopes: Iterable[str] = SCOPES,
    subscribed: Iterable[str] = EVENTS,
) -> AsyncIterator[Slack]:
    """A local Slack with one workspace, in which our app is installed with these scopes and subscriptions."""
    slack = Slack(now, frozenset(subscribed))
    slack.world.token(BOT_TOKEN, set(scopes))
    slack.world.token(APP_TOKEN, {"connections:write"})
    async with Server(slack).listening() as base_url:
        slack.base_url = base_url
        try:
            yield slack
        finally:
            await slack.end()
