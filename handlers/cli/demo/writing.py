"""How the demo's people write: each mail composed as a mail program does it, and handed to Postroom by real SMTP."""

import asyncio
import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr

import aiosmtplib

from bot.clock import Clock
from bot.rules import address
from bot.settings import Settings
from handlers.cli.demo.mailboxes import Mailboxes
from handlers.cli.demo.mails import Mail

LOGO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
THREAD_MAX = 10
"""So many of the mails that led to an answer are named in it."""
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class Refused(Exception):
    """Postroom did not take a mail: what it said."""


@dataclass(frozen=True)
class Draft:
    """A mail that somebody means to write."""

    sender: str
    text: str
    name: str = ""
    """The sender's, as it stands before the address."""
    subject: str = ""
    """Of an answer it is that of the mail answered."""
    files: tuple[tuple[str, bytes], ...] = ()
    logo: bool = False
    """The signature shows a logo."""
    answers: Mail | None = None


class Desk:
    """Where the demo's people write their mail."""

    def __init__(self, settings: Settings, clock: Clock, mailboxes: Mailboxes) -> None:
        self._settings, self._clock, self._mailboxes = settings, clock, mailboxes

    async def send(self, draft: Draft) -> Mail:
        """Write it, send it, and keep a copy in the sender's mailbox. Raises `Refused`."""
        if not (draft.sender.isascii() and address.normal(draft.sender)):
            raise Refused("nobody can write from such an address")
        message = self.compose(draft)
        # Not on the event loop, for a mail with large files takes seconds to be encoded.
        octets = await asyncio.to_thread(message.as_bytes, policy=policy.SMTP)
        mail = self._mailboxes.keep(draft.sender, message, len(octets), written=True)
        smtp = self._settings.email.smtp
        try:
            await aiosmtplib.send(
                octets, sender=draft.sender, recipients=[str(message["To"])], hostname=smtp.host,
                port=smtp.port,
            )  # fmt: skip
        except (aiosmtplib.SMTPException, OSError) as fault:
            self._mailboxes.remove(mail)
            raise Refused(str(fault)) from fault
        return mail

    def compose(self, draft: Draft) -> EmailMessage:
        """The mail, as a mail program writes it."""
        now, answered = self._clock.now().astimezone(self._settings.timezone), draft.answers
        message = EmailMessage()
        message["From"] = formataddr((draft.name, draft.sender))
        message["To"] = (answered and _reply_address(answered)) or self._settings.email.address
        message["Subject"] = _reply_subject(answered) if answered else " ".join(draft.subject.split())
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{self._clock.token()}@mail.example>"
        if answered:
            message["In-Reply-To"] = answered.message_id
            message["References"] = " ".join([*answered.thread, answered.message_id][-THREAD_MAX:])
        message.set_content("\n".join([draft.text, *(_quoted(answered, now) if answered else ())]))
        if draft.logo:
            _add_logo(message, draft.text)
        for name, contents in draft.files:
            message.add_attachment(
                contents, maintype="application", subtype="octet-stream", filename=CONTROLS.sub(" ", name)
            )
        return message


def _reply_address(answered: Mail) -> str | None:
    return address.normal(parseaddr(answered.field("Reply-To"))[1])


def _reply_subject(answered: Mail) -> str:
    return answered.subject if answered.subject.lower().startswith("re:") else f"Re: {answered.subject}"


def _quoted(answered: Mail, now: datetime) -> Iterator[str]:
    at = answered.at.astimezone(now.tzinfo)
    yield ""
    yield f"On {at:%a, %d %b %Y at %H:%M}, {answered.field('From')} wrote:"
    yield from (f"> {line}".rstrip() for line in answered.text.splitlines())


def _add_logo(message: EmailMessage, text: str) -> None:
    message.add_alternative(f"<p>{text}</p><p><img src='cid:logo@school'></p>", subtype="html")
    *_, html = message.iter_parts()
    html.add_related(LOGO, "image", "png", cid="<logo@school>", filename="image001.png", disposition="inline")
