"""The email channel: SMTP in, mail opened by `receive`, answers out through the smarthost."""

from functools import partial

from bot.arrival import MAIL
from bot.clock import Clock
from bot.inbox import Inbox
from bot.outbox import Courier
from bot.reception import OpenMessage
from bot.settings import Settings
from handlers import ports
from handlers.mail import smtp
from handlers.mail.door import Front
from handlers.mail.footers import Wordings
from handlers.mail.receive import open_message
from handlers.mail.send import Smarthost


class MailChannel:
    """How schools and officers are heard and answered by mail."""

    name = MAIL
    introduce = None
    painter = None

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._server: smtp.SmtpServer | None = None
        self._smarthost = Smarthost.of(settings)

    @property
    def port(self) -> int:
        """The port that mail is taken in on."""
        if self._server is None:
            raise RuntimeError("not listening")
        return self._server.port

    def reader(self) -> OpenMessage:
        """How a raw mail is opened."""
        email = self._settings.email
        return partial(open_message, here=Wordings.of(email.warnings, email.disclaimers))

    def courier(self) -> Courier:
        """The way out."""
        return self._smarthost

    async def start(self, inbox: Inbox) -> None:
        """Listen. Raises `handlers.ports.CannotListen`."""
        configured = self._settings.email.smtp
        if not configured.enabled:
            return
        front = Front(self._settings, self._clock, inbox)
        tls = ports.certified(configured.tls_certificate, configured.tls_key, "[email.smtp]")
        try:
            self._server = await smtp.start(
                front, front.mailbox.is_ours, host=configured.host, port=configured.port,
                hostname=self._settings.email.address.rpartition("@")[2], limits=limits(self._settings),
                tls=tls, require_tls=configured.require_tls,
            )  # fmt: skip
        except OSError as fault:
            raise ports.not_to_be_had(configured.host, configured.port, "[email.smtp]", fault) from fault

    async def stop(self) -> None:
        """Listen no more, and let what is being taken in finish."""
        if self._server:
            await self._server.close()

    async def close(self) -> None:
        """Hang up on the smarthost."""
        await self._smarthost.close()


def limits(settings: Settings) -> smtp.Limits:
    """What one peer may do, as configured."""
    configured = settings.email.smtp
    return smtp.Limits(
        message_bytes_max=configured.message_bytes_max,
        connections_max=configured.connections_max,
        per_address_max=configured.per_address_max,
        octets_per_second_min=configured.rate_bytes_per_second_min,
    )
