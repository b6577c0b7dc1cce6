"""One mail as it lies in a mailbox of the demo. Whatever it says is a stranger's words: nothing here raises over them."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage, Message, MIMEPart
from email.parser import BytesParser

UNTOLD = "attachment"
"""What an attachment is called that does not say its name."""

READ_FOR_FILES = ("content-type", "content-disposition")
REGISTRY = HeaderRegistry()
REGISTRY.registry = {name: kind for name, kind in REGISTRY.registry.items() if name in READ_FOR_FILES}
AS_WRITTEN = policy.default.clone(header_factory=REGISTRY)
"""All other fields are words: Python raises over some of the addresses and ids that there are (lesson L31)."""


def parse(octets: bytes) -> EmailMessage:
    """The mail that these octets are."""
    return BytesParser(EmailMessage, policy=AS_WRITTEN).parsebytes(octets)


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail."""

    name: str
    contents: bytes


@dataclass(frozen=True)
class Mail:
    """A mail in somebody's mailbox: delivered to them, or written by them."""

    number: int
    """Counted over all mailboxes, in the order of the post."""
    owner: str
    """Whose mailbox it lies in."""
    message: EmailMessage
    octets: int
    at: datetime
    written: bool = False
    """Its owner wrote it; else it was delivered."""

    @property
    def kind(self) -> str:
        """The notice that it is; empty where it is none."""
        return self.field("Postroom-Notice")

    @property
    def subject(self) -> str:
        """Its subject, on one line."""
        return self.field("Subject")

    @property
    def message_id(self) -> str:
        """The name by which answers refer to it."""
        return self.field("Message-ID")

    @property
    def answered(self) -> str:
        """The name of the mail that it answers."""
        return self.field("In-Reply-To")

    @property
    def thread(self) -> list[str]:
        """The names of the mails that led to it, the oldest first."""
        return self.field("References").split()

    @property
    def text(self) -> str:
        """Its plain text."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """Its page; empty where it has none."""
        return self._body("html")

    @property
    def references(self) -> list[str]:
        """The files that it speaks of."""
        return [re.split(r"[;\s]", str(value))[0] for value in self.message.get_all("Postroom-File", [])]

    @property
    def attachments(self) -> list[Attachment]:
        """The files that came with it."""
        return [Attachment(_name(part), _contents(part)) for part in self.message.iter_attachments()]

    @property
    def gist(self) -> str:
        """What it brings or, where it brings nothing, how it begins."""
        names = ", ".join(map(_name, self.message.iter_attachments()))
        return names or next((line for line in self.text.splitlines() if line.strip()), self.subject)

    def field(self, name: str) -> str:
        """What stands in this header field, as people read it, on one line."""
        return " ".join(_sound(str(self.message[name] or "")).split())

    def _body(self, subtype: str) -> str:
        body = self.message.get_body((subtype,))
        return _words(body) if body else ""


def _name(part: Message) -> str:
    return _sound(part.get_filename() or UNTOLD)


def _words(part: MIMEPart) -> str:
    octets = _contents(part)
    try:
        words = octets.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        words = octets.decode("utf-8", "replace")
    return _sound(words).replace("\r\n", "\n")


def _contents(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else part.as_bytes()


def _sound(text: str) -> str:
    """Free of what stands for octets that are no text, which cannot be written out again."""
    return text.encode("utf-8", "replace").decode()
