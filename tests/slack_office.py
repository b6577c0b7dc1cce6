"""The whole office with a workspace in Slack: its people are those of the demo's roster, each by their confirmed address."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from bot import roster
from handlers.slack.channel import PATH, SlackChannel
from handlers.web.application import application
from handlers.web.pages import Pages
from tests.office import HandWoundClock, TestOffice, open_office
from tests.people import ALEX, BETH, DEE, IAN, JO, NADIA, PRIYA, SAM, TOM
from tests.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Conversation, Message, Slack, User, View, open_slack

MEMBERS = {
    "jo": JO,
    "tom": TOM,
    "priya": PRIYA,
    "beth": BETH,
    "sam": SAM,
    "nadia": NADIA,
    "dee": DEE,
    "ian": IAN,
    "alex": ALEX,
}


@dataclass
class SlackOffice:
    """A post office, its correspondents, and the workspace in which some of them are."""

    post: TestOffice
    slack: Slack
    people: Mapping[str, User]
    returns: Conversation
    """Where schools post returns."""
    sen: Conversation
    """Where the officers of SEN are."""

    async def settle(self) -> None:
        """Do all that is due."""
        await self.post.settle()

    def dm(self, name: str) -> Conversation:
        """The conversation of this member with Postroom."""
        return self.slack.world.dm(self.people[name])

    async def send(
        self, name: str, *files: str, text: str = "", where: Conversation | None = None, thread: str = ""
    ) -> Message:
        """Post these files, or just words, and let the office do all that follows."""
        user = self.people[name]
        made = [self.slack.world.file(user, file, b"PK " + file.encode()) for file in files]
        said = await self.slack.post(user, where or self.dm(name), text, files=made, thread=thread or None)
        assert said.ack.ok, said.ack
        await self.settle()
        return said.message

    async def press(self, name: str, message: Message | View, button: str) -> None:
        """Press a button of a message and let the office do all that follows."""
        ack = await self.slack.press(self.people[name], message, button)
        assert ack.ok, ack
        await self.settle()

    async def choose(self, name: str, where: Message | View, menu: str, choice: object) -> None:
        """Choose in a menu and let the office do all that follows."""
        ack = await self.slack.choose(self.people[name], where, menu, choice)
        assert ack.ok, ack
        await self.settle()

    def take_account_away(self, name: str) -> None:
        """Unlink this member's account, whose address is nobody's on the roster from now on; what Slack said is stale."""
        user = self.people[name]

        def unlink(tx: Session) -> None:
            person = roster.who(tx, "email", MEMBERS[name])
            assert person
            assert roster.unlink(tx, person, "slack", f"{user.team_id}/{user.id}")

        self.post.rooms.ledger.write_now(unlink)
        user.email = "somebody@else.example"
        self.post.clock.advance(minutes=6)

    async def home(self, name: str) -> View:
        """Open one's home."""
        ack = await self.slack.open_home(self.people[name])
        assert ack.ok, ack
        await self.settle()
        return self.slack.world.homes[self.people[name].id]

    def whispers(self, name: str) -> list[Message]:
        """All that this member alone was shown where others read, oldest first."""
        return self.slack.world.ephemerals.get(self.people[name].id, [])

    def answers(self, where: Conversation) -> list[Message]:
        """All that Postroom has posted there, oldest first."""
        return self.slack.said_by_bot(where)


@asynccontextmanager
async def open_slack_office(
    directory: Path, *, mode: str = "http", services: Mapping[str, str] | None = None, environ: Mapping[str, str] | None = None,
    **keys: object,
) -> AsyncIterator[SlackOffice]:  # fmt: skip
    """`services`: what each is told by, «channel» for the channel of SEN or «direct»; `keys`: of `[slack]`, in which nobody
    is asked to delete a copy unless it says so."""
    clock = HandWoundClock()
    async with open_slack(now=clock.now) as slack:
        people = {name: slack.world.user(name, email) for name, email in MEMBERS.items()}
        returns = slack.world.channel("returns", *(people[name] for name in ("jo", "tom", "priya", "beth")))
        sen = slack.world.channel("sen", *(people[name] for name in ("sam", "nadia", "dee")), kind="private")
        told = {
            code: sen.id if place == "channel" else place for code, place in (services or {"SEN": "channel"}).items()
        }
        configured = {
            "mode": mode, "delete_copy": False, "api_url": slack.api_url, "returns_channels": [returns.id], **keys,
        }  # fmt: skip
        configure = partial(configure_slack, configured, told)
        environ = {
            **(environ or {}),
            "POSTROOM__SLACK__BOT_TOKEN": BOT_TOKEN,
            "POSTROOM__SLACK__APP_TOKEN": APP_TOKEN,
            "POSTROOM__SLACK__SIGNING_SECRET": SIGNING_SECRET,
        }
        async with open_office(directory, environ, configure=configure, clock=clock) as post:
            _connect(slack, post, mode)
            if mode == "socket":
                await slack.until(lambda: slack.socket.sockets)
            yield SlackOffice(post, slack, people, returns, sen)


def _connect(slack: Slack, post: TestOffice, mode: str) -> None:
    channel = post.office.channels["slack"]
    assert isinstance(channel, SlackChannel)
    if mode == "http":
        settings = post.rooms.settings
        slack.use_asgi(application(settings, Pages(settings), channel.routes()), PATH)


def configure_slack(keys: Mapping[str, object], services: Mapping[str, str], folder: Path) -> None:
    """Write `[slack]` with these keys, and by what each of these services is told, into a configuration."""
    lines = [f"{key} = {_toml(value)}" for key, value in keys.items()]
    (folder / "slack.toml").write_text("\n".join(["[slack]", *lines, ""]), encoding="utf-8")
    path = folder / "services.toml"
    text = path.read_text(encoding="utf-8")
    for code, place in services.items():
        text = text.replace(f'code = "{code}"\n', f'code = "{code}"\nslack_channel = "{place}"\n')
    path.write_text(text, encoding="utf-8")


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value) if isinstance(value, int) else f'"{value}"'
