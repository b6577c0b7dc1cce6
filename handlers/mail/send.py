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
    SMTPNotSupported,
    SMTPRecipientsRefused,
)

from bot.outbox import LEASE
from bot.parcels import Parcel, Undeliverable
from bot.settings import Outgoing, Settings, reveal
from handlers.mail.canary import Written
from handlers.mail.render import MailRenderer
from handlers.mail.render.head import ascii_domain

if TYPE_CHECKING:
    from handlers.mail.oauth import Application

CONNECTIONS_MAX = 4
"""Connections to the smarthost at a time."""
IDLE_SECONDS = 30.0
"""How long a connection is kept for the next mail. Mail servers hang up after five minutes (RFC 5321, section 4.5.3.2.7)."""
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
        self._idle: dict[SMTP, asyncio.TimerHandle] = {}

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
        await self.give(parcel.token, parcel.recipient, self._renderer.message(parcel))

    async def give(self, token: str, recipient: str, message: bytes) -> None:
        """The same for a notice that is written already. `token`: its own, to which it comes back."""
        await self.send(Written(self._renderer.sender.tagged(token), ascii_domain(recipient), message))

    async def send(self, mail: Written) -> None:
        """The same for a mail that is written already."""
        async with asyncio.timeout(DELIVERY_SECONDS_MAX), self._connection() as client:
            await _hand_over(client, mail.return_path, mail.recipient, mail.octets)

    async def greet(self) -> None:
        """Sign in, and leave again. Raises what keeps mail from being delivered now."""
        client = await self._new()
        await client.quit()

    async def offer(self, recipient: str) -> None:
        """Ask whether mail to this address would be taken, and send none. Raises SMTPResponseException where it would not."""
        async with asyncio.timeout(OFFER_SECONDS):
            client = await self._new()
            try:
                await client.mail(self._renderer.sender.address)
                await client.rcpt(recipient)
                await client.rset()
            finally:
                with suppress(SMTPException, OSError):
                    await client.quit()

    async def close(self) -> None:
        """Hang up."""
        for client in list(self._idle):
            self._idle.pop(client).cancel()
            with suppress(SMTPException, OSError):
                await client.quit()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[SMTP]:
        """A connection for one mail: one that was kept, if it still answers, else a new one."""
        async with self._slots:
            client = await self._kept() or await self._new()
            try:
                yield client
            except BaseException:
                client.close()  # it may be in the middle of anything
                raise
            self._keep(client)

    async def _new(self) -> SMTP:
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

    async def _kept(self) -> SMTP | None:
        while self._idle:
            client, timer = self._idle.popitem()
            timer.cancel()
            try:
                await client.rset()
            except (SMTPException, OSError):
                client.close()
            else:
                return client
        return None

    def _keep(self, client: SMTP) -> None:
        self._idle[client] = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._let_go, client)

    def _let_go(self, client: SMTP) -> None:
        del self._idle[client]
        client.close()


def _application(outgoing: Outgoing) -> "Application":
    from handlers.mail.oauth import Application  # noqa: PLC0415 - its libraries are large: only where it is used

    return Application.of(outgoing)


async def _hand_over(client: SMTP, return_path: str, recipient: str, message: bytes) -> None:
    options = [] if recipient.isascii() else ["SMTPUTF8", "BODY=8BITMIME"]
    try:
        await client.sendmail(return_path, [recipient], message, mail_options=options)
    except SMTPRecipientsRefused as refused:
        _raise_if_final(refused.recipients[0].code, refused.recipients[0].message, refused)
        raise
    except SMTPDataError as refused:
        _raise_if_final(refused.code, refused.message, refused)
        raise
    except SMTPNotSupported as refused:
        raise Undeliverable(f"the smarthost cannot send to {recipient}: {refused.message}") from refused


def _raise_if_final(code: int, words: str, refused: SMTPException) -> None:
    """Raises `Undeliverable` at a permanent refusal of this very mail (RFC 5321, section 4.2.1)."""
    if 500 <= code <= 599 and code not in OURS:
        raise Undeliverable(f"{code} {' '.join(words.split())}") from refused
