"""What people say and show: messages, edits, files."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.slack.core import Core
from tests.slack.delivery import Ack, Delivery
from tests.slack.events import as_typed, changed_event, envelope, message_event, message_json
from tests.slack.messages import Conversation, Message
from tests.slack.world import CannotDo, File, Json, User

NEEDED = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "app_mention": "app_mentions:read",
    "file_shared": "files:read",
}
"""The scope without which an event is not brought, though the app be subscribed to it."""
PLURAL = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


@dataclass
class Said:
    """A message, and how the app took each event that came of it."""

    message: Message
    acks: list[Ack] = field(default_factory=list)

    @property
    def ts(self) -> str:
        """Its id."""
        return self.message.ts

    @property
    def ack(self) -> Ack:
        """Of the first event.

        Raises:
            AssertionError: there was none: the bot is not there, or not subscribed.
        """
        assert self.acks, "Slack brought the app nothing"
        return self.acks[0]


class Talking(Core):
    """People at their keyboards."""

    async def post(
        self,
        user: User,
        where: Conversation,
        text: str = "",
        *,
        files: Sequence[File] = (),
        thread: str | None = None,
        broadcast: bool = False,
    ) -> Said:
        """Say something, with files if need be; `thread` is the ts of the message it replies to."""
        self.must_see(user, where)
        typed = as_typed(text)
        message = Message(
            ts=self.world.ts(),
            channel=where.id,
            user=user.id,
            text=typed,
            team=user.team_id,
            blocks=[typed_block(self.world.mint("b"), text)] if text else [],
            files=list(files),
            thread_ts=thread,
            subtype="file_share" if files else "thread_broadcast" if broadcast else None,
            broadcast=broadcast,
        )
        for one in files:
            one.shared_in += [where.id] if where.id not in one.shared_in else []
        self.put(where, message)
        return Said(message, await self.bring_message(where, message))

    async def share(self, user: User, file: File, where: Conversation, text: str = "") -> Said:
        """Share a file once more."""
        return await self.post(user, where, text, files=[file])

    async def edit(self, user: User, message: Message, text: str) -> Said:
        """Put other words in one's own message."""
        where = self.world.conversations[message.channel]
        if message.user != user.id:
            raise CannotDo("one edits one's own messages only")
        before = message_json(self.world, message, self.base_url)
        message.text, message.blocks = as_typed(text), [typed_block(self.world.mint("b"), text)]
        message.edited = {"user": user.id, "ts": self.world.ts()}
        return Said(message, await self.bring_change(where, before, message))

    async def delete(self, user: User, message: Message) -> Said:
        """Take one's own message back; its files stay Slack's."""
        where = self.world.conversations[message.channel]
        if message.user != user.id:
            raise CannotDo("one deletes one's own messages only")
        before = message_json(self.world, message, self.base_url)
        where.messages.remove(message)
        return Said(message, await self.bring_change(where, before, None))

    def photo(self, message: Message) -> Message:
        """A message as it looks now, to press its buttons when it has long changed."""
        return copy.deepcopy(message)

    def must_see(self, user: User, where: Conversation) -> None:
        """Raise CannotDo for a place the person cannot speak in."""
        if user.id not in where.members or where.archived or user.deleted:
            raise CannotDo(f"{user.name} cannot speak in {where.name}")

    def put(self, where: Conversation, message: Message) -> None:
        """Add a message to a conversation."""
        parent = where.message(message.thread_ts or "")
        if parent:
            parent.thread_ts = parent.ts
        where.messages.append(message)

    async def bring_message(self, where: Conversation, message: Message) -> list[Ack]:
        """Every event that a new message gives."""
        event = message_event(self.world, where, message, self.base_url)
        acks = await self.bring_event(where, PLURAL[where.channel_type], event)
        if where.kind != "im" and self.world.bot.mention in message.text and message.user != self.world.bot.id:
            mention = {key: value for key, value in event.items() if key not in ("channel_type", "subtype")}
            acks += await self.bring_event(where, "app_mention", mention | {"type": "app_mention"})
        for file in message.files:
            shared = {"type": "file_shared", "file_id": file.id, "user_id": message.user, "file": {"id": file.id}}
            shared |= {"channel_id": where.id, "event_ts": message.ts}
            acks += await self.bring_event(where, "file_shared", shared)
        return acks

    async def bring_change(self, where: Conversation, before: Json, after: Message | None) -> list[Ack]:
        """The event of an edit or a deletion."""
        said = message_json(self.world, after, self.base_url) if after else None
        event = changed_event(where, self.world.ts(), before, said)
        return await self.bring_event(where, PLURAL[where.channel_type], event)

    async def bring_event(self, where: Conversation, name: str, event: Json) -> list[Ack]:
        """Bring an event, if the app is subscribed to it, may have it and is there."""
        granted: set[str] = set().union(*(one.scopes for one in self.world.tokens.values() if not one.is_app))
        allowed = NEEDED.get(name) in granted | {None}
        if name not in self.subscribed or not allowed or self.world.bot.id not in where.members:
            return []
        return [await self.deliver(Delivery("event", envelope(self.world, event, ext_shared=where.ext_shared)))]

    def echo(self, where: Conversation, message: Message) -> None:
        """Bring the app its own message, beside whatever goes on."""
        if self.echoes and (self.http.client or self.socket.ever_open):
            self.soon(self.bring_message(where, message))

    def echo_change(self, where: Conversation, before: Json, after: Message | None) -> None:
        """Bring the app its own change."""
        if self.echoes and (self.http.client or self.socket.ever_open):
            self.soon(self.bring_change(where, before, after))


def typed_block(block_id: str, text: str) -> Json:
    """The rich text that Slack's composer makes of plain typing."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}
