"""Builds everything, starts it and stops it: the only file that knows every room."""

import asyncio
import fcntl
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

import structlog
from sqlalchemy.orm import Session
from starlette.routing import BaseRoute

from bot import inbox, outbox, receipts, telling
from bot.clock import Clock
from bot.counter import Counter
from bot.inbox import Inbox, InboxWorker
from bot.ledger import Ledger, file_of, schema
from bot.ledger.tables import OutboxItem
from bot.links import LinkKey
from bot.notices import Alert
from bot.outbox import Courier, Enclosure, OutboxWorker, Parcel
from bot.receipts import KeyRing
from bot.reception import Introduce, OpenMessage, Reception
from bot.redrawing import Painter, Redrawer
from bot.reminding import Reminder
from bot.retention import Shredder
from bot.settings import Settings
from bot.telling import Occasion
from bot.vault import MasterKey, Signer, Vault, open_vault
from bot.wording import Wording
from handlers.mail.channel import MailChannel
from handlers.slack.channel import SlackChannel
from handlers.web.application import application
from handlers.web.links import LinkRoutes
from handlers.web.pages import Pages
from handlers.web.server import WebServer

log = structlog.get_logger()

POLL_SECONDS = 1.0
"""Workers look at least so often: the floor beneath every wake-up."""
WATCH_SECONDS = 0.25
"""How often it is looked whether another process (the command line) has written."""


class NotReady(Exception):
    """Postroom cannot start: says what is wrong and what to do."""


class Worker(Protocol):
    """Does what is due, a step at a time."""

    async def step(self) -> bool:
        """False: nothing was due."""


class Channel(Protocol):
    """A way in, a way out, or both."""

    name: str

    @property
    def introduce(self) -> Introduce | None:
        """How it is asked who speaks; None where its identities are mailboxes."""

    @property
    def painter(self) -> Painter | None:
        """How its messages are drawn anew; None where a message once sent cannot be changed. With one it is a chat."""

    def reader(self) -> OpenMessage:
        """How its raw messages are opened."""

    def courier(self) -> Courier:
        """Its way out."""

    async def start(self, inbox: Inbox) -> None:
        """Begin to take messages in."""

    async def stop(self) -> None:
        """Take no more; let what is being taken in finish."""


@dataclass
class Rooms:
    """What every part of Postroom stands on: the record, the vault, the values."""

    settings: Settings
    clock: Clock
    ledger: Ledger
    vault: Vault
    link_key: LinkKey
    signer: Signer
    """Of receipts."""

    def close(self) -> None:
        """Let go of the files."""
        self.ledger.close()
        self.vault.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def occasion(self) -> Occasion:
        """Now, outside any message."""
        return Occasion(settings=self.settings, clock=self.clock, now=self.clock.now())


NOT_BUILT: Mapping[str, Callable[[Settings], object]] = {
    "[email.imap]": lambda settings: settings.email.imap,
    '[email.smtp] protocol = "lmtp"': lambda settings: settings.email.smtp.protocol == "lmtp",
    "[email.trust] authenticate": lambda settings: settings.email.trust.authenticate,
    "[email] try_address": lambda settings: settings.email.try_address,
    "[teams]": lambda settings: settings.teams,
    "[scanner] clamd": lambda settings: settings.scanner.clamd,
    "[keys] mirror": lambda settings: settings.keys.mirror,
}
"""Keys that are read already, whose parts this version does not have. Nobody may rely on what is not there."""


def check_built(settings: Settings) -> None:
    """Refuse a configuration that asks for more than there is. Raises `NotReady`."""
    asked = [key for key, is_asked in NOT_BUILT.items() if is_asked(settings)]
    if asked:
        raise NotReady(
            f"This version of Postroom does not have {', '.join(asked)} yet. Take it out of the configuration."
        )


def open_rooms(settings: Settings, clock: Clock) -> Rooms:
    """The ledger and the vault of these settings. Raises `NotReady`, `BadMasterKey`, `Unavailable`."""
    check_built(settings)
    present, newest = schema.present(settings.ledger.url), schema.newest()
    if present is None:
        raise NotReady(f"There is no database at {settings.ledger.url} yet. Run: postroom migrate")
    if present != newest:
        raise NotReady(f"The database has shape {present}; this Postroom needs {newest}. Run: postroom migrate")
    master = master_key(settings)
    vault = open_vault(settings.vault.folder, settings.keys.path, master)
    ledger = Ledger(settings.ledger.url, master.derive("history"))
    return Rooms(settings, clock, ledger, vault, LinkKey(master.derive("links")), signer_of(master))


def master_key(settings: Settings) -> MasterKey:
    """The master key, from the environment or from its file. Raises `BadMasterKey`."""
    if settings.keys.master_key is not None:
        return MasterKey.from_text(settings.keys.master_key.get_secret_value(), "POSTROOM__KEYS__MASTER_KEY")
    return MasterKey.load(settings.keys.master_key_file)


def signer_of(master: MasterKey) -> Signer:
    """Who signs the receipts of this post office."""
    return Signer(master.derive("receipts"))


def web_server(rooms: Rooms, routes: Sequence[BaseRoute] = ()) -> WebServer:
    """The pages of one-time links, and what other routes are wanted."""
    settings, pages = rooms.settings, Pages(rooms.settings)
    counter = Counter(rooms.ledger, rooms.clock, settings, rooms.link_key)
    links = LinkRoutes(counter, rooms.vault, pages, settings.web.base_url)
    return WebServer(settings.web, application(settings, pages, [*links.routes(), *routes]))


def office(rooms: Rooms) -> "Office":
    """The office with every channel that is configured."""
    settings, clock = rooms.settings, rooms.clock
    channels: dict[str, Channel] = {MailChannel.name: MailChannel(settings, clock, rooms.vault)}
    routes: list[BaseRoute] = []
    if settings.slack:
        wording = Wording.of(settings, rooms.link_key.token, chat=True)
        slack = SlackChannel(settings, clock, rooms.ledger, rooms.vault, wording)
        channels[slack.name] = slack
        routes += slack.routes()
    return Office(rooms, channels, web_server(rooms, routes))


@dataclass
class Office:
    """The whole of Postroom in one process."""

    rooms: Rooms
    channels: Mapping[str, Channel]
    web: WebServer | None = None
    delivered: Callable[[Parcel], None] = lambda _: None
    inbox: Inbox = field(init=False)
    workers: list[Worker] = field(init=False)

    def __post_init__(self) -> None:
        rooms = self.rooms
        self.inbox = Inbox(rooms.ledger, rooms.vault, rooms.clock)
        readers = {name: channel.reader() for name, channel in self.channels.items()}
        introducers = {name: one.introduce for name, one in self.channels.items() if one.introduce}
        reception = Reception(
            rooms.ledger, rooms.vault, rooms.clock, rooms.settings, readers, keys=_receipt_keys(rooms),
            introducers=introducers,
        )  # fmt: skip
        self.workers = [
            InboxWorker(rooms.ledger, rooms.clock, reception.handle, reception.give_up),
            *(worker for channel in self.channels.values() for worker in self._ways_out(channel)),
            Shredder(rooms.ledger, rooms.vault, rooms.clock),
        ]
        if slack := rooms.settings.slack:
            self.workers.append(Reminder(rooms.ledger, rooms.clock, rooms.settings, slack))

    def _ways_out(self, channel: Channel) -> list[Worker]:
        rooms, days = self.rooms, self.rooms.settings.retention.queue_days
        painter = channel.painter
        wording = Wording.of(rooms.settings, rooms.link_key.token, chat=painter is not None)
        delivery = OutboxWorker(
            rooms.ledger, rooms.clock, wording, channel.name, channel.courier(),
            queue=timedelta(days), give_up=self.give_up, delivered=self.delivered, enclose=self._enclose,
            in_order=painter is not None,
        )  # fmt: skip
        if painter is None:
            return [delivery]
        return [
            delivery,
            Redrawer(
                rooms.ledger, rooms.clock, rooms.settings, wording, channel=channel.name, painter=painter,
                introduce=channel.introduce,
            ),
        ]  # fmt: skip

    async def settle(self) -> None:
        """Do all that is due, and what follows from it, until nothing is."""
        while any([await worker.step() for worker in self.workers]):
            log.debug("settling")

    def strand(self, tx: Session) -> None:
        """Give up what waits for channels and places that have left the configuration."""
        settings = self.rooms.settings
        places = {telling.chat_place(service, settings) for service in settings.services}
        outbox.strand(tx, list(self.channels), places, self.give_up)

    def _enclose(self, parcel: Parcel) -> tuple[Enclosure, ...]:
        """The signed receipt, where the notice says that something was sent."""
        authority, signer = self.rooms.settings.authority, self.rooms.signer
        receipt = receipts.issue(parcel.notice, parcel.id, parcel.created_at, authority, signer)
        return (Enclosure(receipt.name, receipts.MEDIA_TYPE, receipt.octets),) if receipt else ()

    def give_up(self, tx: Session, item: OutboxItem) -> None:
        """A notice could not be delivered: from a chat it goes by mail; by mail, the administrators hear of it, unless it
        was itself their alert."""
        if item.channel != telling.MAIL:
            telling.by_mail(tx, item, self.rooms.occasion())
        elif item.kind != Alert.kind:
            line = f"{item.kind} to {item.recipient}: {item.error}"
            telling.alert(tx, "An answer could not be delivered", [line], self.rooms.occasion())


def _receipt_keys(rooms: Rooms) -> KeyRing:
    """What proves receipts: the present key, and those that the configuration folder keeps of earlier ones."""
    present = rooms.signer.public
    return {**receipts.known(rooms.settings.directory / receipts.KEY_FILE), present.id: present}


class Serving(AbstractAsyncContextManager["Serving"]):
    """An office at work: its channels listen and its workers run, until it is left."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._lock: IO[str] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._wake: list[asyncio.Event] = []

    async def __aenter__(self) -> Self:
        """Raises `NotReady` where another process serves this database, and what a channel raises that cannot start."""
        self._lock = _lock(self._office.rooms.settings)
        try:
            await self._begin()
        except BaseException:
            await self._end()
            raise
        return self

    async def _begin(self) -> None:
        ledger = self._office.rooms.ledger
        await ledger.write(inbox.recover)
        await ledger.write(outbox.recover)
        await ledger.write(self._office.strand)
        loop = asyncio.get_running_loop()
        ledger.on_change(partial(_wake_from_thread, loop, self._wake_all))
        for worker in self._office.workers:
            wake = asyncio.Event()
            self._wake.append(wake)
            self._tasks.append(asyncio.create_task(_run(worker.step, wake)))
        self._tasks.append(asyncio.create_task(self._watch()))
        for channel in self._office.channels.values():
            await channel.start(self._office.inbox)
        if self._office.web:
            await self._office.web.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def _end(self) -> None:
        if self._office.web:
            await self._office.web.stop()
        for channel in self._office.channels.values():
            await channel.stop()
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        if self._lock:
            self._lock.close()

    def _wake_all(self) -> None:
        for wake in self._wake:
            wake.set()

    async def _watch(self) -> None:
        """Wake the workers when another process has written."""
        path = file_of(self._office.rooms.settings.ledger.url)
        assert path is not None  # noqa: S101 - the settings allow SQLite only
        connection = sqlite3.connect(path)
        try:
            before = None
            while True:
                (version,) = connection.execute("PRAGMA data_version").fetchone()
                if version != before:
                    self._wake_all()
                before = version
                await asyncio.sleep(WATCH_SECONDS)
        finally:
            connection.close()


def _wake_from_thread(loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody is left to be woken
        loop.call_soon_threadsafe(wake)


async def _run(step: Callable[[], Awaitable[bool]], wake: asyncio.Event) -> None:
    """Step while there is something to do; then wait to be woken. A fault is logged and never ends the work."""
    while True:
        wake.clear()
        try:
            if await step():
                continue
        except Exception:
            log.exception("a worker's step failed")
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):  # unlike wait_for, it never loses a cancellation
                await wake.wait()


def _lock(settings: Settings) -> IO[str]:
    """Hold this database for this process alone: two that serve it would both take up what the other is handling."""
    database = file_of(settings.ledger.url)
    assert database is not None  # noqa: S101 - the settings allow SQLite only
    held = Path(f"{database}.lock").open("w", encoding="utf-8")  # noqa: SIM115 - it is held as long as we serve
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise NotReady(f"Another Postroom serves {database} already. Stop it first.") from None
    return held
