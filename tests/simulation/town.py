"""The whole office with a workspace, driven step by step: what people do, what they were told, and what stands."""

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import inbox, outbox, roster
from bot.inbox import Inbox
from bot.ledger import Later
from bot.ledger.tables import File, InboxItem, InboxState, OutboxItem, OutboxState, Person, Surface
from bot.notices import KINDS
from bot.outbox import OutboxWorker
from handlers.app import office as build
from handlers.mail.channel import MailChannel
from handlers.slack.channel import PATH, SlackChannel
from handlers.slack.listening import ANSWERED_APART
from handlers.web.application import application
from handlers.web.pages import Pages
from tests.simulation.chat_model import Buttons
from tests.simulation.model import Told
from tests.slack import Message, View
from tests.slack.messages import elements, label
from tests.slack_office import SlackOffice, open_slack_office

T = TypeVar("T")
SETTLES_MAX = 60
PATIENCE_MINUTES = 2
TURNERS = ("◀", "▶")


class Town:
    """One office; every call does all that follows from it."""

    def __init__(self, channel: str) -> None:
        """`channel`: which of SEN and EP is told there; the officers of the other are told directly."""
        self.runner, self.stack = asyncio.Runner(), AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory(prefix="postroom-")
        opening = open_slack_office(
            Path(self.folder.name), services={"SEN": "direct", "EP": "direct", channel: "channel"}
        )
        self.office: SlackOffice = self.run(self.stack.enter_async_context(opening))
        self.first = self.office.post.office
        self.told_of: dict[str, tuple[str, OutboxItem, tuple[str, ...]]] = {}
        self.repeated: Counter[str] = Counter()
        """Whispers that a process had shown without being able to say so, by whom they are for: these may come twice."""

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Carry it out to its end."""
        return self.runner.run(work)

    def close(self) -> None:
        """Nothing of it is left."""
        if self.office.post.office is not self.first:
            self.run(self._stop())
        self.run(self.stack.aclose())
        self.runner.close()
        self.folder.cleanup()

    # --- what happens

    def settle(self) -> None:
        """Do all that is due, and wait for what was put off."""
        for _ in range(SETTLES_MAX):
            self.run(self._settle())
            self.office.post.mailboxes.refusal = None
            if not self._waits():
                return
            self.office.post.clock.advance(minutes=PATIENCE_MINUTES)
        raise AssertionError(f"something waits for ever: {self._waits()}")

    async def _settle(self) -> None:
        await self.office.settle()
        await self.office.slack.settle()
        await self.office.settle()

    def _waits(self) -> list[object]:
        """What is stored and not finished."""
        ledger = self.office.post.rooms.ledger
        unfinished = (
            select(InboxItem.why).where(InboxItem.state.in_((InboxState.WAITING, InboxState.WORKING))),
            select(OutboxItem.error).where(OutboxItem.state.in_((OutboxState.WAITING, OutboxState.SENDING))),
            select(Surface.place).where(Surface.next_at.is_not(None)),
        )
        return ledger.read_now(lambda tx: [one for wanted in unfinished for one in tx.scalars(wanted)])

    def restart(self) -> None:
        """Another process over the same database: whatever the first one held in memory is gone."""
        self.run(self._restart())

    async def _restart(self) -> None:
        await self._stop()
        post = self.office.post
        post.office = build(post.rooms)
        slack, mail = post.office.channels["slack"], post.office.channels["email"]
        assert isinstance(slack, SlackChannel)
        assert isinstance(mail, MailChannel)
        self.office.slack.use_asgi(application(post.rooms.settings, Pages(post.rooms.settings), slack.routes()), PATH)
        await post.rooms.ledger.write(inbox.recover)
        await post.rooms.ledger.write(outbox.recover)
        for channel in post.office.channels.values():
            await channel.start(post.office.inbox)
        post.port = mail.port

    async def _stop(self) -> None:
        for channel in self.office.post.office.channels.values():
            await channel.stop()
        await self.office.post.office.close()

    def crash(self) -> None:
        """The process posts what is due in Slack, dies before it can note so, and another begins."""
        kept = OutboxWorker._settle

        async def settle(worker: OutboxWorker, item: Any, *about: Any, **columns: Any) -> None:
            if worker.name != "outbox slack":
                await kept(worker, item, *about, **columns)

        with patch.object(OutboxWorker, "_settle", settle):
            self.run(self.office.settle())
        self.restart()

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Nothing that comes in can be stored meanwhile."""

        async def accept(*_: object) -> bool:
            raise Later("the disk is full")

        with patch.object(Inbox, "accept", accept):
            yield

    def know(self, *people: str) -> None:
        """These have spoken in Slack before."""
        named = {user.email: user for user in self.office.people.values()}

        def link(tx: Session) -> None:
            for person in tx.scalars(select(Person).where(Person.email.in_(people))):
                user = named[person.email]
                roster.link(tx, person, "slack", f"{user.team_id}/{user.id}")

        self.office.post.rooms.ledger.write_now(link)

    # --- what is seen

    @property
    def order(self) -> list[str]:
        """The references of all files, in the order in which they were sent."""
        rows = select(File.reference).order_by(File.sent_at, File.id)
        return self.office.post.rooms.ledger.read_now(lambda tx: list(tx.scalars(rows)))

    def stands(self) -> dict[str, tuple[object, ...]]:
        """Each file as it is on record."""
        return {
            one.reference: (one.status.value, one.school, one.service, one.name, one.ever_received)
            for one in self.office.post.files()
        }

    def told(self) -> Counter[Told]:
        """All that was told: mail by its address, a message by where it stands, a whisper by whom it is for."""
        mails = [(one.recipient, one.kind, tuple(one.references)) for one in self.office.post.mailboxes.delivered]
        chats = [(where, item.kind, about) for where, item, about in self.in_slack().values()]
        return Counter([*mails, *chats])

    def in_slack(self) -> dict[str, tuple[str, OutboxItem, tuple[str, ...]]]:
        """Every notice of Slack's by its id: where it is, its row, the files it spoke of."""
        posted = {notice: where for where, message in self.messages() if (notice := notice_of(message))}
        new = select(OutboxItem).where(OutboxItem.channel == "slack", OutboxItem.id.not_in(self.told_of))
        names = {user.id: name for name, user in self.office.people.items()}
        for item in self.office.post.rooms.ledger.read_now(lambda tx: list(tx.scalars(new))):
            about = tuple(file.reference for file in KINDS[item.kind].model_validate(item.facts).mentioned())
            alone = f"~{names.get(item.recipient.partition('/')[2], '')}"
            self.told_of[item.id] = (posted.get(item.id, alone), item, about)
        return self.told_of

    def messages(self) -> Iterator[tuple[str, Message]]:
        """All that Postroom has posted, with where."""
        office = self.office
        for name in office.people:
            yield from ((f"@{name}", one) for one in office.slack.told(office.people[name]))
        yield from (("#sen", one) for one in office.answers(office.sen))
        yield from (("#returns", one) for one in office.answers(office.returns))

    def whispers(self) -> Counter[str]:
        """How often each was told something for their eyes alone."""
        return Counter({f"~{name}": len(self.whispered(name)) for name in self.office.people})

    def whispered(self, name: str) -> list[Message]:
        """What this member alone was shown."""
        return [one for one in self.office.whispers(name) if ANSWERED_APART not in one.words]

    def views(self) -> Iterator[tuple[str, View]]:
        """The homes that were opened, and the forms that are."""
        office = self.office
        for name, user in office.people.items():
            if user.id in office.slack.world.homes:
                yield name, office.slack.world.homes[user.id]
            yield from ((name, form) for form in office.slack.world.modals.get(user.id, ()))


def notice_of(message: Message) -> str:
    """The id of the notice that a message shows."""
    return str(((message.metadata or {}).get("event_payload") or {}).get("id") or "")


def buttons_of(surface: Message | View) -> Buttons:
    """What can be pressed there, each with the file it is about; pages are turned, not pressed."""
    found: Buttons = Counter()
    for _, one in elements(surface.blocks):
        if one["type"] == "button" and not label(one).startswith(TURNERS) and not label(one).endswith(TURNERS):
            say = json.loads(one["value"])["say"].split() if "value" in one else []
            found[label(one), next((word for word in say if word.startswith("PR-")), "")] += 1
    return found
