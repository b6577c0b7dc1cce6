"""The email channel: SMTP in, mail opened by `receive`, answers out through the smarthost."""

import time
from collections.abc import Iterator
from functools import partial

from bot.arrival import MAIL
from bot.clock import Clock
from bot.inbox import Inbox
from bot.outbox import Courier
from bot.reception import OpenMessage, ReadReturned
from bot.settings import Settings
from bot.space import Space
from bot.watching import Trouble
from handlers import ports
from handlers.mail import smtp
from handlers.mail.bounces import read_returned
from handlers.mail.door import Front
from handlers.mail.footers import Wordings
from handlers.mail.receive import open_message
from handlers.mail.send import Smarthost
from handlers.mail.smtp.renewing import Renewed


class MailChannel:
    """How schools and officers are heard and answered by mail."""

    name = MAIL
    introduce = None
    painter = None

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._server: smtp.SmtpServer | None = None
        self._smarthost = Smarthost.of(settings)
        self._certificate: Renewed | None = None

    @property
    def port(self) -> int:
        """The port that mail is taken in on."""
        if self._server is None:
            raise RuntimeError("not listening")
        return self._server.port

    def troubles(self) -> Iterator[Trouble]:
        """A renewed certificate that is of no use."""
        if self._certificate and (why := self._certificate.fault()):
            yield Trouble("The renewed certificate for mail cannot be used", (why, KEPT))

    def reader(self) -> OpenMessage:
        """How a raw mail is opened."""
        return reader_of(self._settings)

    def reports(self) -> ReadReturned:
        """How what comes back to the address of a notice is read."""
        return read_returned

    def courier(self) -> Courier:
        """The way out."""
        return self._smarthost

    async def start(self, inbox: Inbox) -> None:
        """Listen. Raises `handlers.ports.CannotListen`."""
        configured = self._settings.email.smtp
        if not configured.enabled:
            return
        front = Front(self._settings, self._clock, inbox)
        self._certificate = certificate(self._settings)
        house = smtp.House(
            front, front.mailbox.is_ours, self._settings.email.address.rpartition("@")[2], limits(self._settings),
            tls=self._certificate, require_tls=configured.require_tls, lmtp=configured.protocol == "lmtp",
            known=self._settings.email.trust.names, has_room=Space.of(self._settings).has_room,
        )  # fmt: skip
        try:
            self._server = await smtp.start(house, host=configured.host, port=configured.port)
        except OSError as fault:
            raise ports.not_to_be_had(configured.host, configured.port, "[email.smtp]", fault) from fault

    async def stop(self) -> None:
        """Listen no more, and let what is being taken in finish."""
        if self._server:
            await self._server.close()

    async def close(self) -> None:
        """Hang up on the smarthost."""
        await self._smarthost.close()


KEPT = (
    "The one before is shown for as long as Postroom runs, and would be missed after a restart. Put files there that fit "
    "together; they are taken up by themselves."
)


def certificate(settings: Settings) -> Renewed | None:
    """The configured certificate and what renews it; None where there is none. Raises `handlers.ports.BadCertificate`."""
    chain, key = settings.email.smtp.tls_certificate, settings.email.smtp.tls_key
    if chain is None or key is None:
        return None
    load = partial(ports.certified, chain, key, "[email.smtp]")
    return Renewed((chain, key), load, time.monotonic)


def reader_of(settings: Settings) -> OpenMessage:
    """How a raw mail is opened, as configured."""
    return partial(open_message, here=Wordings.of(settings.email.warnings, settings.email.disclaimers))


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
