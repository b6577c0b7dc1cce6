"""The mailboxes of the demo's people: a real SMTP server that keeps what Postroom sends, and lets one wait for it."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.clock import Clock
from handlers.cli.demo.mails import Mail, parse

PATIENCE_SECONDS = 30
MAILS_MAX = 2000
OCTETS_MAX = 200_000_000
"""Only so many mails, and of so many octets in all, are kept: the newest."""


class Mailboxes:
    """Keeps every mail, in the order of the post."""

    def __init__(self, clock: Clock, on_delivery: Callable[[Mail], None] = lambda _: None) -> None:
        self.on_delivery = on_delivery
        self._clock = clock
        self._mails: dict[int, Mail] = {}
        self._next, self._octets = 1, 0
        self._arrived = asyncio.Condition()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen for what Postroom sends. Raises OSError where the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True), host, port)

    async def stop(self) -> None:
        """Listen no more."""
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a mail in, as aiosmtpd has it."""
        del server, session
        await self.deliver(envelope.rcpt_tos, envelope.content if isinstance(envelope.content, bytes) else b"")
        return "250 2.0.0 delivered"

    async def deliver(self, recipients: Iterable[str], content: bytes) -> None:
        """Put the mail into the mailbox of each of its recipients."""
        message = parse(content)
        async with self._arrived:
            for recipient in recipients:
                self.on_delivery(self.keep(recipient, message, len(content)))
            self._arrived.notify_all()

    def keep(self, owner: str, message: EmailMessage, octets: int, *, written: bool = False) -> Mail:
        """Put a mail into this mailbox; the oldest of all go where there are too many."""
        mail = Mail(self._next, owner, message, octets, self._clock.now(), written)
        self._next += 1
        self._mails[mail.number] = mail
        self._octets += octets
        while len(self._mails) > MAILS_MAX or (self._octets > OCTETS_MAX and len(self._mails) > 1):
            self.remove(next(iter(self._mails.values())))
        return mail

    def remove(self, mail: Mail) -> None:
        """Keep it no longer."""
        if self._mails.pop(mail.number, None):
            self._octets -= mail.octets

    def mark(self) -> int:
        """This moment, to wait for what comes after it."""
        return self._next

    def find(self, number: int) -> Mail | None:
        """The mail of this number; None where it is not, or no longer, kept."""
        return self._mails.get(number)

    def all(self) -> Iterator[Mail]:
        """Every mail, the oldest first."""
        yield from self._mails.values()

    def of(self, owner: str) -> list[Mail]:
        """One mailbox, the newest mail first."""
        return [mail for mail in self.all() if mail.owner == owner][::-1]

    def answers(self, mail: Mail) -> list[Mail]:
        """What was delivered to its writer in answer to a mail, the oldest first."""
        return [
            one for one in self.all() if one.owner == mail.owner and not one.written and one.answered == mail.message_id
        ]

    async def wait_for(self, recipient: str, kind: str, since: int) -> Mail | None:
        """The first mail of this kind to this address since the mark; None where none comes."""
        return await self._wait(
            lambda: next(
                (mail for mail in self.all() if mail.number >= since and (mail.owner, mail.kind) == (recipient, kind)),
                None,
            ),
            PATIENCE_SECONDS,
        )

    async def wait_for_answer(self, mail: Mail, patience: float) -> Mail | None:
        """The first answer to a mail; None where none comes within so many seconds."""
        return await self._wait(lambda: next(iter(self.answers(mail)), None), patience)

    async def _wait(self, found: Callable[[], Mail | None], patience: float) -> Mail | None:
        async with self._arrived:
            try:
                await asyncio.wait_for(self._arrived.wait_for(lambda: found() is not None), patience)
            except TimeoutError:
                return None
            return found()
