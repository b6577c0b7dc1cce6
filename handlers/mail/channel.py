"""The email channel: SMTP and mailboxes in, mail opened by `receive`, answers out through the smarthost."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from bot import telling
from bot.arrival import MAIL, ReadHints
from bot.canary import CanaryKey
from bot.clock import Clock
from bot.inbox import Inbox
from bot.ledger import Ledger
from bot.measures import Measures
from bot.outbox import Courier, Deliver
from bot.parcels import Posted
from bot.preparing import OpenMessage, ReadReturned
from bot.settings import Settings
from bot.telling import Occasion
from bot.watching import Trouble
from handlers import ports
from handlers.mail import smtp
from handlers.mail.bounces import read_returned
from handlers.mail.canary import canary_mail
from handlers.mail.door import MailDoor
from handlers.mail.hints import read_hints
from handlers.mail.receive import reader_of
from handlers.mail.send import Smarthost
from handlers.mail.smtp.renewing import Renewed

if TYPE_CHECKING:
    from handlers.mail.imap import Collector


class MailChannel:
    """How schools and officers are heard and answered by mail."""

    name = MAIL
    introduce = None
    painter = None

    def __init__(
        self, settings: Settings, clock: Clock, ledger: Ledger, canary: CanaryKey | None = None,
        measures: Measures | None = None,
    ) -> None:  # fmt: skip
        """`canary`: what proves mails of ours to ourselves."""
        self._settings, self._clock, self._ledger = settings, clock, ledger
        self._canary, self._measures = canary, measures or Measures()
        self._server: smtp.SmtpServer | None = None
        self._collectors: list[Collector] = []
        self._smarthost = Smarthost.of(settings)
        self._certificate: Renewed | None = None

    @property
    def port(self) -> int:
        """The port that mail is taken in on."""
        if self._server is None:
            raise RuntimeError("not listening")
        return self._server.port

    def troubles(self) -> Iterator[Trouble]:
        """A renewed certificate that is of no use, and mailboxes that are not fetched from."""
        if self._certificate and (why := self._certificate.fault()):
            yield Trouble("The renewed certificate for mail cannot be used", (why, KEPT))
        for collector in self._collectors:
            yield from collector.troubles()

    def faults(self) -> Iterator[str]:
        """What of it does not work, for `/readyz`."""
        if self._server and not self._server.is_listening:
            yield "smtp"
        yield from (f"imap {one.name}" for one in self._collectors if not one.is_alive)

    def reader(self) -> OpenMessage:
        """How a raw mail is opened."""
        return reader_of(self._settings)

    def reports(self) -> ReadReturned:
        """How what comes back to the address of a notice is read."""
        return read_returned

    def hints(self) -> ReadHints:
        """What the head of a raw mail tells of what sent it."""
        return read_hints

    def courier(self) -> Courier:
        """The way out."""
        return self._smarthost

    def written_by(self, write: Callable[[Posted], Awaitable[bytes]]) -> Deliver:
        """The way out for notices that somebody else writes."""

        async def deliver(posted: Posted, *, repeated: bool) -> None:
            del repeated  # its octets are the same
            await self._smarthost.give(posted.token, posted.recipient, await write(posted))

        return deliver

    async def send_canary(self, token: str) -> None:
        """Hand a mail to ourselves to the smarthost. Raises what keeps it from being sent."""
        await self._smarthost.send(canary_mail(token, self._settings.email.address, self._clock.now()))

    async def start(self, inbox: Inbox) -> None:
        """Listen, and fetch. Raises `handlers.ports.CannotListen`, `BadMailbox`."""
        door = MailDoor(self._settings, self._clock, inbox, self._canary)
        if self._settings.email.smtp.enabled:
            await self._listen(door)
        if self._settings.email.imap:
            await self._collect(door)

    async def _listen(self, door: MailDoor) -> None:
        configured = self._settings.email.smtp
        self._certificate = certificate(self._settings)
        context = smtp.ServerContext(
            door, door.mailboxes.is_ours, self._settings.email.address.rpartition("@")[2], limits(self._settings),
            tls=self._certificate, require_tls=configured.require_tls, lmtp=configured.protocol == "lmtp",
            known=self._settings.email.trust.names, has_room=door.space.has_room, replied=self._measures.replied,
        )  # fmt: skip
        try:
            self._server = await smtp.start(context, host=configured.host, port=configured.port)
        except OSError as fault:
            raise ports.not_to_be_had(configured.host, configured.port, "[email.smtp]", fault) from fault

    async def _collect(self, door: MailDoor) -> None:
        """Sign in to every mailbox at once, and say of all that cannot be right."""
        from handlers.mail.imap import BadMailbox, Collector  # noqa: PLC0415 - only where it is used
        from handlers.mail.imap.signin import Account  # noqa: PLC0415

        accounts = [Account.of(name, mailbox) for name, mailbox in self._settings.email.imap.items()]
        self._collectors = [Collector(account, door, self._clock, self._alert, self._measures) for account in accounts]
        begun = await asyncio.gather(*(one.start() for one in self._collectors), return_exceptions=True)
        if bad := [fault for fault in begun if isinstance(fault, BadMailbox)]:
            raise BadMailbox("\n".join(map(str, bad)))
        for fault in begun:
            if fault:
                raise fault

    def _alert(self, what: str, lines: Sequence[str]) -> None:
        """Tell the administrators of what happened once, from any thread. Raises `Later`."""
        occasion = Occasion(settings=self._settings, clock=self._clock, now=self._clock.now())
        self._ledger.write_now(lambda tx: telling.alert(tx, what, lines, occasion))

    async def stop(self) -> None:
        """Listen and fetch no more, and let what is being taken in finish."""
        await asyncio.gather(*(one.stop() for one in self._collectors))
        if self._server:
            await self._server.close()

    async def close(self) -> None:
        """Hang up on the smarthost."""
        await self._smarthost.close()


KEPT = (
    "The one before is shown until Postroom is stopped; with these files it would not start again. Put files there that "
    "fit together: they are taken up by themselves."
)


def certificate(settings: Settings) -> Renewed | None:
    """The configured certificate and what renews it; None where there is none. Raises `handlers.ports.BadCertificate`."""
    chain, key = settings.email.smtp.tls_certificate, settings.email.smtp.tls_key
    if chain is None or key is None:
        return None
    load = partial(ports.certified, chain, key, "[email.smtp]")
    return Renewed((chain, key), load, time.monotonic)


def limits(settings: Settings) -> smtp.Limits:
    """What one peer may do, as configured."""
    configured = settings.email.smtp
    return smtp.Limits(
        message_bytes_max=configured.message_bytes_max,
        connections_max=configured.connections_max,
        per_address_max=configured.per_address_max,
        connections_per_minute=configured.connections_per_minute,
        messages_per_hour=configured.messages_per_hour,
        octets_per_second_min=configured.rate_bytes_per_second_min,
    )
