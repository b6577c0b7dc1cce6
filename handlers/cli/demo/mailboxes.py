"""The mailboxes of the demo's people: a real SMTP server that keeps what Postroom sends, and lets one wait for it."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from aiosmtpd.smtp import SMTP, Envelope, Session

PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Delivered:
    """A mail that reached somebody's mailbox."""

    recipient: str
    message: EmailMessage
    at: float
    """When, on the monotonic clock, in seconds."""

    @property
    def kind(self) -> str:
        """The notice that it is."""
        return str(self.message["Postroom-Notice"])

    @property
    def subject(self) -> str:
        """Its subject, on one line."""
        return re.sub(r"\s+", " ", str(self.message["Subject"]))

    @property
    def text(self) -> str:
        """Its plain text."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body else ""

    @property
    def references(self) -> list[str]:
        """The files it speaks of."""
        return [re.split(r"[;\s]", str(value))[0] for value in self.message.get_all("Postroom-File", [])]


class Mailboxes:
    """Keeps every mail, in the order of delivery."""

    def __init__(self, on_delivery: Callable[[Delivered], None] = lambda _: None) -> None:
        self.on_delivery = on_delivery
        self._delivered: list[Delivered] = []
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
        """Put the mail into the mailbox of each of its recipients."""
        del server, session
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = BytesParser(policy=policy.default).parsebytes(content)
        async with self._arrived:
            for recipient in envelope.rcpt_tos:
                mail = Delivered(recipient, _as_message(message), time.monotonic())
                self._delivered.append(mail)
                self.on_delivery(mail)
            self._arrived.notify_all()
        return "250 2.0.0 delivered"

    def mark(self) -> int:
        """This moment, to wait for what comes after it."""
        return len(self._delivered)

    async def wait_for(self, recipient: str, kind: str, since: int) -> Delivered | None:
        """The first mail of this kind to this address since the mark; None where none comes."""

        def found() -> Delivered | None:
            later = self._delivered[since:]
            return next((mail for mail in later if mail.recipient == recipient and mail.kind == kind), None)

        async with self._arrived:
            try:
                await asyncio.wait_for(self._arrived.wait_for(lambda: found() is not None), PATIENCE_SECONDS)
            except TimeoutError:
                return None
            return found()


def _as_message(message: object) -> EmailMessage:
    if not isinstance(message, EmailMessage):
        raise TypeError("the modern email policy makes EmailMessages only")
    return message
