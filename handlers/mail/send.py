"""Hands our mail to the smarthost: connections kept for the next mail, and a refusal for good told from one for now."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from bot.outbox import LEASE
from bot.parcels import Parcel, Undeliverable
from bot.settings import Outgoing, Settings, reveal
from handlers.mail.canary import Written
from handlers.mail.connection import NO_REPLY, Connection
from handlers.mail.render import MailRenderer
from handlers.mail.render.head import ascii_domain

if TYPE_CHECKING:
    from handlers.mail.oauth import Application

CONNECTIONS_MAX = 4
"""Connections to the smarthost at a time."""
IDLE_SECONDS = 30.0
"""How long a connection is kept for the next mail. Mail servers hang up after five minutes (RFC 5321, section 4.5.3.2.7)."""
FRESH_SECONDS = 5.0
"""For so long after a mail a connection is taken to be alive: the next mail says whether it is."""
CLOSING = 421
"""The server is about to hang up, whatever it was told (RFC 5321, section 3.8)."""
REPLY_SECONDS = 60.0
"""How long one reply of the smarthost may take."""
OFFER_SECONDS = 30.0
"""How long it may take to ask whether mail would be taken."""
DELIVERY_SECONDS_MAX = LEASE.total_seconds() * 0.9
"""A delivery must end before its notice is taken for abandoned and delivered by somebody else."""
OURS = frozenset({500, 502, 503, 504, 530, 534, 535, 538})
"""Refusals that no other mail would escape: of our commands or of our login, not of the recipient or the contents."""

Encryption = Literal["none", "starttls", "implicit"]


class Smarthost:
    """The authority's outgoing mail server (a `bot.outbox.Courier`)."""

    def __init__(
        self, renderer: MailRenderer, *, host: str, port: int, tls: Encryption = "none", user: str = "",
        password: str | None = None, application: "Application | None" = None, ca_file: Path | None = None,
    ) -> None:  # fmt: skip
        """`tls`: certificates are verified, against the authorities in `ca_file`, else the system's. `user`: empty for no
        login; with an `application` it is the mailbox in whose name that sends (SASL XOAUTH2)."""
        self._renderer = renderer
        self._host, self._port, self._tls = host, port, tls
        self._user, self._password, self._application = user, password, application
        self._ca_file = ca_file
        self._slots = asyncio.Semaphore(CONNECTIONS_MAX)
        self._idle: dict[Connection, asyncio.TimerHandle] = {}

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As configured. Raises OSError where the file with the password cannot be read."""
        outgoing = settings.email.outgoing
        by_token = outgoing.auth == "xoauth2"
        return cls(
            MailRenderer.of(settings), host=outgoing.host, port=outgoing.port,
            tls=outgoing.tls, user=outgoing.user, ca_file=outgoing.tls_ca_file,
            password=None if by_token else reveal(outgoing.password, outgoing.password_file),
            application=_application(outgoing) if by_token else None,
        )  # fmt: skip

    async def deliver(self, parcel: Parcel) -> None:
        """Hand it over. Raises `Undeliverable` where recipient or contents are refused for good; else try later."""
        await self.send(await asyncio.to_thread(self.written, parcel))

    def written(self, parcel: Parcel) -> Written:
        """The mail that it is. Raises `Undeliverable`. Any thread may ask for it."""
        return Written(self._renderer.sender.tagged(parcel.token), parcel.recipient, self._renderer.message(parcel))

    async def give(self, token: str, recipient: str, message: bytes) -> None:
        """Hand over a notice that is written already. `token`: its own, to which it comes back. Raises as `deliver`."""
        await self.send(Written(self._renderer.sender.tagged(token), recipient, message))

    async def send(self, mail: Written) -> None:
        """The same for a mail that is written already."""
        lines = [*mail.octets.splitlines(), b""]  # so nothing in it can end it early
        sound = Written(ascii_domain(mail.return_path), ascii_domain(mail.recipient), b"\r\n".join(lines))
        try:
            async with asyncio.timeout(DELIVERY_SECONDS_MAX), self._connection(sound) as connection:
                await connection.give(sound)
        except (SMTPRecipientRefused, SMTPDataError) as refused:
            _raise_if_final(refused)
            raise
        except SMTPNotSupported as refused:
            raise Undeliverable(f"the smarthost cannot send to {sound.recipient}: {refused.message}") from refused

    async def greet(self) -> None:
        """Sign in, and leave again. Raises what keeps mail from being delivered now."""
        client = await self._signed_in()
        await client.quit()

    async def offer(self, recipient: str) -> None:
        """Ask whether mail to this address would be taken, and send none. Raises SMTPResponseException where it would not."""
        async with asyncio.timeout(OFFER_SECONDS):
            client = await self._signed_in()
            try:
                await client.mail(self._renderer.sender.address)
                await client.rcpt(recipient)
                await client.rset()
            finally:
                with suppress(SMTPException, OSError):
                    await client.quit()

    async def close(self) -> None:
        """Hang up."""
        for connection in list(self._idle):
            self._idle.pop(connection).cancel()
            await connection.quit()

    @asynccontextmanager
    async def _connection(self, mail: Written) -> AsyncIterator[Connection]:
        """A connection on which the smarthost waits for this mail: one that was kept, if it still answers, else a new one."""
        async with self._slots:
            connection = await self._kept(mail) or await self._new(mail)
            try:
                yield connection
            except BaseException:
                connection.close()  # it may be in the middle of anything
                raise
            self._keep(connection)

    async def _new(self, mail: Written) -> Connection:
        client = await self._signed_in()
        try:
            await _introduce(client)
            connection = Connection(client, REPLY_SECONDS)
            await connection.ask(mail)
        except BaseException:
            client.close()
            raise
        return connection

    async def _kept(self, mail: Written) -> Connection | None:
        """None where all that were kept are gone. The mail itself was begun on none of them."""
        while self._idle:
            connection, timer = self._idle.popitem()
            timer.cancel()
            try:
                if timer.when() - connection.loop.time() < IDLE_SECONDS - FRESH_SECONDS:
                    await connection.check()
                await connection.ask(mail)
            except BaseException as fault:
                connection.close()
                if not _is_gone(fault):
                    raise
            else:
                return connection
        return None

    async def _signed_in(self) -> SMTP:
        """Signed in. A token that is refused may have been withdrawn: the next try has a new one."""
        client = self._client()
        try:
            await client.connect()
        except SMTPAuthenticationError:
            if self._application:
                self._application.renew()
            raise
        return client

    def _client(self) -> SMTP:
        return SMTP(
            hostname=self._host, port=self._port, timeout=REPLY_SECONDS, use_tls=self._tls == "implicit",
            start_tls=self._tls == "starttls", username=self._user or None, password=self._password,
            tls_context=None if self._tls == "none" else ssl.create_default_context(cafile=self._ca_file),
            oauth_token_generator=self._token if self._application else None,
            local_hostname=ascii_domain(self._renderer.sender.address).rpartition("@")[2],
        )  # fmt: skip

    async def _token(self) -> str:
        assert self._application is not None  # noqa: S101 - else nobody asks
        return await asyncio.to_thread(self._application.token)

    def _keep(self, connection: Connection) -> None:
        self._idle[connection] = connection.loop.call_later(IDLE_SECONDS, self._let_go, connection)

    def _let_go(self, connection: Connection) -> None:
        del self._idle[connection]
        connection.close()


def _application(outgoing: Outgoing) -> "Application":
    from handlers.mail.oauth import Application  # noqa: PLC0415 - its libraries are large: only where it is used

    return Application.of(outgoing)


async def _introduce(client: SMTP) -> None:
    """Ask what it offers, unless it has said so since it was encrypted."""
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except SMTPHeloError:
            await client.helo()


def _is_gone(fault: BaseException) -> bool:
    """It says that the connection has ended, and nothing of the mail for which it was to be used."""
    if isinstance(fault, SMTPResponseException):
        return fault.code in (CLOSING, NO_REPLY)
    return isinstance(fault, SMTPServerDisconnected | SMTPTimeoutError)


def _raise_if_final(refused: SMTPRecipientRefused | SMTPDataError) -> None:
    """Raises `Undeliverable` at a permanent refusal of this very mail (RFC 5321, section 4.2.1)."""
    if 500 <= refused.code <= 599 and refused.code not in OURS:
        raise Undeliverable(f"{refused.code} {' '.join(refused.message.split())}") from refused
