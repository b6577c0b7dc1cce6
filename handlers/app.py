"""Builds everything, starts it and stops it: the only file that knows every room."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Protocol

import structlog
from sqlalchemy.orm import Session
from starlette.routing import BaseRoute

from bot import announcing, bouncing, mirror_watch, outbox, parcels, receipts, telling
from bot.arrival import MAIL, Introduce, ReadHints
from bot.canary import CanaryWorker
from bot.checkpointing import CheckpointWorker
from bot.inbox import Inbox, InboxWorker
from bot.ledger.tables import OutboxItem
from bot.link_desk import LinkDesk
from bot.notices import Alert
from bot.outbox import Courier, Deliver, OutboxWorker, Shown
from bot.parcels import Posted
from bot.preparing import OpenMessage, PerChannel, Preparer, Preparing, ReadReturned
from bot.preparing.threads import InThreads
from bot.proofs import ProofDesk
from bot.put_back import PutBackWorker
from bot.quarantine import DailyMail
from bot.readiness import Readiness, WorkerMonitor
from bot.readings import Readings
from bot.receipts import KeyRing
from bot.reception import Reception
from bot.reception.practising import Practice
from bot.redrawing import Painter, Redrawer
from bot.reminding import Reminder
from bot.retention import Keeper, Shredder
from bot.space import Space
from bot.watching import Trouble, Watchman
from bot.wording import Wording
from bot.working import Worker
from handlers.aside.asking import Aside, CannotBegin
from handlers.mail.channel import MailChannel
from handlers.rooms import NotReady, Rooms
from handlers.web.application import application
from handlers.web.health import HealthRoutes
from handlers.web.links import PATH as LINKS
from handlers.web.links import LinkRoutes
from handlers.web.pages import Pages
from handlers.web.proofs import PATH as PROOFS
from handlers.web.proofs import ProofRoutes
from handlers.web.server import WebServer
from handlers.web.visits import Visits

log = structlog.get_logger()


class Channel(Protocol):
    """A way in, a way out, or both."""

    name: str

    @property
    def introduce(self) -> Introduce | None:
        """How it is asked who speaks; None where its identities are mailboxes."""

    @property
    def painter(self) -> Painter | None:
        """How its messages are drawn anew; None where a message once sent cannot be changed. With one it is a chat."""

    def troubles(self) -> Iterable[Trouble]:
        """What an administrator has to put right for it; looked at once a second."""

    def faults(self) -> Iterable[str]:
        """Which of its ways in do not listen any more, by names that give nobody away."""

    def reader(self) -> OpenMessage:
        """How its raw messages are opened."""

    def reports(self) -> ReadReturned | None:
        """How what comes back to the address of a notice is read; None where nothing can."""

    def hints(self) -> ReadHints | None:
        """How the head of a raw message is read for what may have sent it; None where that is never in doubt."""

    def courier(self) -> Courier:
        """Its way out."""

    async def start(self, inbox: Inbox) -> None:
        """Begin to take messages in."""

    async def stop(self) -> None:
        """Take no more; let what is being taken in finish. What there is to tell can still be told."""

    async def close(self) -> None:
        """Let go of the way out: nobody speaks through it any more."""


def web_server(rooms: Rooms, routes: Sequence[BaseRoute] = (), watching: Sequence[BaseRoute] = ()) -> WebServer:
    """The pages of one-time links, and what other routes are wanted."""
    settings, clock, key, pages = rooms.settings, rooms.clock, rooms.link_key, Pages(rooms.settings)
    visits = partial(Visits, pages, clock, key, base_url=settings.web.base_url)
    links = LinkRoutes(LinkDesk(rooms.ledger, clock, settings, key), rooms.vault, visits(under=LINKS))
    proofs = ProofRoutes(ProofDesk(rooms.ledger, clock, settings, key), visits(under=PROOFS))
    return WebServer(settings.web, application(settings, pages, [*links.routes(), *proofs.routes(), *routes], watching))


def office(rooms: Rooms, aside: Aside | None = None) -> "Office":
    """The office with every channel that is configured. `aside`: where mail is opened and written, if not in threads here."""
    settings, clock = rooms.settings, rooms.clock
    channels: dict[str, Channel] = {MailChannel.name: mail_channel(rooms)}
    routes: list[BaseRoute] = []
    if settings.slack:
        from handlers.slack.channel import SlackChannel  # noqa: PLC0415 - its libraries take 20 MiB: only where it is used

        slack = SlackChannel(settings, clock, rooms.ledger, rooms.wording(chat=True), rooms.measures)
        channels[slack.name] = slack
        routes += slack.routes()
    return Office(rooms, channels, routes, aside)


def mail_channel(rooms: Rooms) -> MailChannel:
    """How schools and officers are heard and answered by mail."""
    return MailChannel(rooms.settings, rooms.clock, rooms.ledger, rooms.canary, rooms.measures)


@dataclass
class Office:
    """The whole of Postroom: in one process, or with a second one aside."""

    rooms: Rooms
    channels: Mapping[str, Channel]
    routes: Sequence[BaseRoute] | None = None
    """What the web serves besides one-time links; None: it serves nothing."""
    aside: Aside | None = None
    """Where mail is opened and written; None: in threads here."""
    inbox: Inbox = field(init=False)
    inbox_worker: InboxWorker = field(init=False)
    workers: list[Worker] = field(init=False)
    web: WebServer | None = field(init=False)

    def __post_init__(self) -> None:
        rooms = self.rooms
        self.inbox = Inbox(rooms.ledger, rooms.vault, rooms.clock, rooms.measures)
        readers = {name: channel.reader() for name, channel in self.channels.items()}
        introducers = {name: one.introduce for name, one in self.channels.items() if one.introduce}
        keys = receipts.proving(rooms.settings.directory, rooms.signer.public)
        preparing = self._preparing(readers, keys)
        reception = Reception(
            rooms.ledger, rooms.vault, rooms.clock, rooms.settings, readers, keys=keys, introducers=introducers,
            preparing=preparing,
        )  # fmt: skip
        practice = Practice(
            rooms.ledger, rooms.vault, rooms.clock, rooms.settings, readers, keys=keys, strangers=reception.strangers,
            preparing=preparing,
        )  # fmt: skip
        desks = {False: reception, True: practice}
        self.inbox_worker = InboxWorker(
            rooms.ledger, rooms.clock, lambda item: desks[item.arrival.trial].handle(item),
            lambda tx, item, why: desks[item.arrival.trial].give_up(tx, item, why), rooms.measures,
            glance=reception.glance,
        )  # fmt: skip
        canary = self._canary_worker()
        shredder = Shredder(rooms.ledger, rooms.vault, rooms.clock)
        self.workers = []
        monitor = WorkerMonitor(self.workers, rooms.clock)
        self.workers += [
            self.inbox_worker,
            *(worker for channel in self.channels.values() for worker in self._ways_out(channel)),
            DailyMail(rooms.ledger, rooms.vault, rooms.clock, rooms.settings, self.channels),
            Keeper(rooms.ledger, rooms.vault, rooms.clock, rooms.settings),
            shredder,
            PutBackWorker(rooms.ledger, rooms.clock, rooms.settings),
            CheckpointWorker(rooms.ledger, rooms.signing_keys, rooms.clock),
            Watchman(
                rooms.ledger, rooms.clock, rooms.settings,
                [
                    Space.of(rooms.settings).troubles, partial(mirror_watch.troubles, rooms.vault),
                    *(channel.troubles for channel in self.channels.values()),
                    *([canary.troubles] if canary else []), monitor.troubles, shredder.troubles,
                    *([self.aside.troubles] if self.aside else []),
                ],
            ),
            *([canary] if canary else []),
        ]  # fmt: skip
        if slack := rooms.settings.slack:
            self.workers.append(Reminder(rooms.ledger, rooms.clock, rooms.settings, slack))
        self.web = None if self.routes is None else web_server(rooms, self.routes, self._watched(canary).routes())

    def _preparing(self, readers: Mapping[str, OpenMessage], keys: KeyRing) -> Preparing:
        """Where messages are opened: a chat's always here, for its files are asked for with its connections."""
        reports = {name: read for name, one in self.channels.items() if (read := one.reports())}
        here = InThreads(Preparer(self.rooms.vault, readers, keys, reports))
        return PerChannel({MAIL: self.aside}, here) if self.aside else here

    def _canary_worker(self) -> CanaryWorker | None:
        """Who sends canaries, where some are wanted."""
        rooms, mail = self.rooms, self.channels.get(MAIL)
        every = timedelta(minutes=rooms.settings.email.canary_minutes)
        if not every or not isinstance(mail, MailChannel):
            return None
        return CanaryWorker(rooms.ledger, rooms.clock, rooms.canary, mail.send_canary, every)

    def _watched(self, canary: CanaryWorker | None) -> HealthRoutes:
        """What those who watch over us may ask."""
        rooms = self.rooms
        rooms.measures.registry.register(Readings(rooms.ledger, rooms.clock, rooms.settings, self.workers))
        ready = Readiness(
            rooms.ledger, rooms.clock, rooms.settings, self.workers,
            channels={name: channel.faults for name, channel in self.channels.items()},
            canary=canary.troubles if canary else None, more={"aside": self.aside.trouble} if self.aside else {},
        )  # fmt: skip
        return HealthRoutes(
            rooms.settings.web, rooms.measures.registry, ready.look, canary_age=canary.age if canary else None
        )

    def _ways_out(self, channel: Channel) -> list[Worker]:
        rooms, days = self.rooms, self.rooms.settings.retention.queue_days
        painter = channel.painter
        wording = rooms.wording(chat=painter is not None)
        delivery = OutboxWorker(
            rooms.ledger, rooms.clock, channel.name, self._deliver(channel, wording), queue=timedelta(days),
            give_up=self.give_up, in_order=painter is not None, introduce=channel.introduce, measures=rooms.measures,
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

    def _deliver(self, channel: Channel, wording: Wording) -> Deliver:
        rooms = self.rooms
        enclose = partial(parcels.enclosed, authority=rooms.settings.authority, signer=rooms.signer)
        here = outbox.InThreads(wording, channel.courier(), enclose)
        aside = self.aside
        if aside is None or not isinstance(channel, MailChannel):
            return here
        written = channel.written_by(aside.written)

        async def deliver(posted: Posted, *, repeated: bool) -> Shown | None:
            is_cry = posted.kind == Alert.kind and aside.trouble()  # else nobody would hear that nothing can be written
            return await (here if is_cry else written)(posted, repeated=repeated)

        return deliver

    async def start(self) -> None:
        """Begin the process aside, where there is to be one; load what words notices, where that is done here. Raises
        `NotReady`."""
        if self.aside:
            try:
                await self.aside.start()
            except CannotBegin as fault:
                raise NotReady(str(fault)) from fault
        if self.aside is None or any(channel.painter for channel in self.channels.values()):
            await asyncio.to_thread(self.rooms.wording(chat=False).prepare)  # no message waits for what is loaded

    async def close(self) -> None:
        """Let go of every way out, when the workers have ended, and of the process aside."""
        for channel in self.channels.values():
            await channel.close()
        if self.aside:
            await self.aside.close()

    async def settle(self) -> None:
        """Do all that is due, and what follows from it, until nothing is."""
        while any([await act() for worker in self.workers for act in (worker.step, worker.finish)]):
            log.debug("settling")

    def strand(self, tx: Session) -> None:
        """Give up what waits for channels and places that have left the configuration."""
        settings = self.rooms.settings
        places = {one.address for service in settings.services for one in announcing.places_of(service, settings)}
        outbox.strand(tx, list(self.channels), places, self.give_up)

    def give_up(self, tx: Session, item: OutboxItem, *, refused: bool) -> None:
        """A notice could not be delivered: from a chat it goes by mail; by mail, the administrators hear of it, unless it
        was itself their alert."""
        if item.channel != MAIL:
            announcing.by_mail(tx, item, self.rooms.occasion())
        elif refused:
            bouncing.refused(tx, item, self.rooms.occasion())
        elif item.kind != Alert.kind:
            line = f"{item.kind} to {item.recipient}: {item.error}"
            telling.alert(tx, "An answer could not be delivered", [line], self.rooms.occasion())
