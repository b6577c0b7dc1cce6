"""A workspace: who and what is in it, and where its numbers come from."""

import itertools
import mimetypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tests.slack.messages import Conversation, Message, View
from tests.slack.world import File, FileKind, Kind, Refused, ResponseUrl, Token, Trigger, User

SCOPES = frozenset(
    [
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "users:read",
        "users:read.email",
    ]
)
"""What the bot was granted unless a test says otherwise."""
MIME = {"canvas": "application/vnd.slack-docs", "snippet": "text/plain"}


@dataclass
class Workspace:
    """The state that Slack would keep. Tests read it freely and build it with `user`, `channel` and `file`."""

    now: Callable[[], datetime]
    team_id: str = "T0SCHOOLS1"
    app_id: str = "A0POSTROOM"
    bot_id: str = "B0POSTROOM"
    domain: str = "council"
    users: dict[str, User] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    ephemerals: dict[str, list[Message]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    modals: dict[str, list[View]] = field(default_factory=dict)
    """By user, the topmost last."""
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _last_ts: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        self.bot = self.user("postroom", is_bot=True)

    @property
    def seconds(self) -> float:
        """The time now, as Slack writes it."""
        return self.now().timestamp()

    def mint(self, prefix: str) -> str:
        """A new id."""
        return f"{prefix}0{next(self._numbers):08X}"

    def ts(self) -> str:
        """A message's time, which is also its id: later than every one before."""
        moment = self.now()
        self._last_ts = max((int(moment.timestamp()), moment.microsecond), (self._last_ts[0], self._last_ts[1] + 1))
        return f"{self._last_ts[0]}.{self._last_ts[1]:06d}"

    def user(self, name: str, email: str = "", *, team_id: str = "", **traits: bool) -> User:
        """A new person; `traits` are those of `User`. Another `team_id` makes them somebody of Slack Connect."""
        address = email or f"{name}@{self.domain}.example"
        real_name = name.replace(".", " ").title()
        made = User(self.mint("U"), name, address, team_id or self.team_id, real_name, **traits)
        return self.users.setdefault(made.id, made)

    def channel(
        self, name: str, *members: User, kind: Kind = "public", bot: bool = True, ext_shared: bool = False,
        pending_ext_shared: bool = False,
    ) -> Conversation:  # fmt: skip
        """A new channel, with the bot in it unless told otherwise."""
        inside = [one.id for one in members] + ([self.bot.id] if bot else [])
        made = Conversation(
            self.mint("C"), name, kind, inside, int(self.seconds), ext_shared=ext_shared,
            pending_ext_shared=pending_ext_shared,
        )  # fmt: skip
        return self.conversations.setdefault(made.id, made)

    def dm(self, user: User) -> Conversation:
        """The direct message between this person and the bot; opened if it was not."""
        for one in self.conversations.values():
            if one.kind == "im" and one.members[0] == user.id:
                return one
        made = Conversation(self.mint("D"), "directmessage", "im", [user.id, self.bot.id], int(self.seconds))
        return self.conversations.setdefault(made.id, made)

    def file(
        self, owner: User, name: str, content: bytes = b"", *, kind: FileKind = "hosted", size: int | None = None
    ) -> File:
        """An uploaded file, not shared anywhere yet. `size` is what Slack will say of it, true or not."""
        mimetype = MIME.get(kind) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        octets = len(content) if size is None else size
        made = File(self.mint("F"), owner.id, name, content, kind, int(self.seconds), mimetype, octets)
        return self.files.setdefault(made.id, made)

    def token(self, value: str, scopes: set[str]) -> Token:
        """Issue a token."""
        return self.tokens.setdefault(value, Token(value, scopes))

    def trigger(self, user: User) -> str:
        """A trigger id for this person, good for one view within 3 seconds."""
        number = next(self._numbers)
        trigger_id = f"{number}.{number + 1}.{number:032x}"
        self.triggers[trigger_id] = Trigger(user.id, self.seconds)
        return trigger_id

    def visible(self, channel: str) -> Conversation:
        """A conversation as the bot may know of it.

        Raises:
            Refused: channel_not_found: there is none, or it is a private one without the bot.
        """
        found = self.conversations.get(channel)
        if not found or (found.kind != "public" and self.bot.id not in found.members):
            raise Refused("channel_not_found")
        return found

    def can_see(self, file: File) -> bool:
        """Whether the bot may know of a file: its own, or shared where it is."""
        shared = (self.conversations[one] for one in file.shared_in)
        return file.owner == self.bot.id or any(self.bot.id in one.members for one in shared)

    def top(self, user: str) -> View | None:
        """The modal this person has before them."""
        return next(iter(self.modals.get(user, [])[-1:]), None)

    def view(self, view_id: str) -> View | None:
        """An open view, by its id or external id."""
        open_views = [one for stack in self.modals.values() for one in stack] + list(self.homes.values())
        by_id = [one for one in open_views if view_id in (one.id, one.body.get("external_id") or None)]
        return next(iter(by_id), None)
