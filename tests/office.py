"""The whole office in one process, for stories: real SMTP in and out, a hand-wound clock, seeded tokens.

A story speaks as people do: it emails, it expects an answer, it moves the clock. Nothing sleeps: `settle` does all that
is due and returns.
"""

import asyncio
import random
import re
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Protocol

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from bot import data
from bot import settings as configuration
from bot.clock import Clock
from bot.ledger.tables import File, InboxItem, OutboxItem
from bot.roster import imports
from bot.settings import Settings
from bot.vault import MasterKey, mirror
from handlers.app import Office
from handlers.app import office as build
from handlers.aside.asking import Aside, Limits
from handlers.mail.channel import MailChannel
from handlers.rooms import Rooms, master_key, open_rooms
from tests.ready import make_database, share_statements

RETURNS = "returns@derbyshire.example"
MORNING = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
PORTS = (10_000, 32_000)
"""From the first, and below the second, of those that tests listen on."""
DOCX = b"PK\x03\x04 a small document"


class Opener(Protocol):
    """Opens an office that is configured otherwise than the demo's."""

    def __call__(
        self, environ: Mapping[str, str] | None = None, *, announce_minutes: int = 0
    ) -> AbstractAsyncContextManager["TestOffice"]:
        """See `open_office`."""


class HandWoundClock(Clock):
    """Moves only when told to; its randomness is the same in every run."""

    def __init__(self, at: datetime = MORNING, seed: int = 1) -> None:
        self._at, self._random = at, random.Random(seed)

    def now(self) -> datetime:
        return self._at

    def octets(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def advance(self, **by: float) -> None:
        """So many days, hours, minutes, seconds later."""
        self._at += timedelta(**by)


@dataclass(frozen=True)
class Answer:
    """A mail that Postroom sent, as its recipient's mail program has it."""

    envelope_from: str
    recipient: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def kind(self) -> str:
        return str(self.message["Postroom-Notice"])

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")

    @property
    def html(self) -> str:
        body = self.message.get_body(("html",))
        assert body is not None
        return str(body.get_content())

    @property
    def attached(self) -> dict[str, bytes]:
        """What came with it, by name."""
        return {str(part.get_filename()): part.get_content() for part in self.message.iter_attachments()}

    @property
    def references(self) -> list[str]:
        """The references of the files it speaks of, from its headers."""
        return [re.split(r"[;\s]", str(value))[0] for value in self.message.get_all("Postroom-File", [])]


def one_line(answer: Answer) -> str:
    """Its text without line ends, which may fall anywhere."""
    return " ".join(answer.text.split())


class Mailboxes:
    """Everybody's mailboxes: a real SMTP server that keeps what it is given, and can be made to refuse."""

    def __init__(self) -> None:
        self.delivered: list[Answer] = []
        self.refusal: str | None = None
        self.refused: dict[str, str] = {}
        """What is said to mail for one address."""
        self.arrived = asyncio.Condition()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take it, unless this address is refused."""
        del server, session
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail."""
        del server, session
        if self.refusal:
            return self.refusal
        content = envelope.content
        assert isinstance(content, bytes)
        message = BytesParser(policy=policy.default).parsebytes(content)
        assert isinstance(message, EmailMessage)
        for recipient in envelope.rcpt_tos:
            self.delivered.append(Answer(envelope.mail_from or "", recipient, message))
        async with self.arrived:
            self.arrived.notify_all()
        return "250 2.0.0 kept"


@dataclass
class TestOffice:
    """A post office and all its correspondents."""

    __test__ = False

    directory: Path
    office: Office
    clock: HandWoundClock
    mailboxes: Mailboxes
    port: int
    outgoing: int
    """The port of everybody's mailboxes."""
    read: int = 0
    _count: int = field(default=0)

    @property
    def rooms(self) -> Rooms:
        return self.office.rooms

    async def email(
        self, sender: str, *, subject: str = "", text: str = "", attach: Mapping[str, bytes] | Sequence[str] | str = (),
        reply_to: Answer | None = None, headers: Mapping[str, str] | None = None, to: str = RETURNS,
        envelope_from: str | None = None,
    ) -> EmailMessage:  # fmt: skip
        """Send a mail by SMTP and let the office do all that follows from it."""
        message = self.compose(
            sender, subject=subject, text=text, attach=attach, reply_to=reply_to, headers=headers, to=to
        )
        await self.post(message, sender if envelope_from is None else envelope_from, str(message["To"]))
        return message

    def compose(
        self, sender: str, *, subject: str = "", text: str = "", attach: Mapping[str, bytes] | Sequence[str] | str = (),
        reply_to: Answer | None = None, headers: Mapping[str, str] | None = None, to: str = RETURNS,
    ) -> EmailMessage:  # fmt: skip
        """A mail as an ordinary mail program writes it."""
        self._count += 1
        message = EmailMessage()
        message["From"], message["To"] = sender, str(reply_to.message["Reply-To"]) if reply_to else to
        message["Subject"] = f"Re: {reply_to.subject}" if reply_to and not subject else subject
        message["Message-ID"] = f"<{self._count}@mail.example>"
        if reply_to:
            message["In-Reply-To"] = reply_to.message["Message-ID"]
            quoted = "\n".join(f"> {line}" for line in reply_to.text.splitlines())
            text = f"{text}\n\nOn Tue, 1 Sept 2026 at 09:00, Returns wrote:\n{quoted}\n"
        for name, value in (headers or {}).items():
            message[name] = value
        message.set_content(text)
        for name, contents in _files(attach):
            message.add_attachment(contents, maintype="application", subtype="octet-stream", filename=name)
        return message

    async def post(self, message: EmailMessage | bytes, sender: str, to: str = RETURNS) -> None:
        """Send these octets by SMTP. Raises aiosmtplib's errors where they are refused."""
        octets = message if isinstance(message, bytes) else message.as_bytes(policy=policy.SMTP)
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=self.port) as client:
            await client.sendmail(sender, [to], octets)
        await self.office.settle()

    async def settle(self) -> None:
        """Do all that is due."""
        await self.office.settle()

    def inbox_of(self, recipient: str) -> list[Answer]:
        """All that this address has been sent, oldest first."""
        return [answer for answer in self.mailboxes.delivered if answer.recipient == recipient]

    def unread(self) -> list[Answer]:
        """What has been delivered since this was last asked."""
        new, self.read = self.mailboxes.delivered[self.read :], len(self.mailboxes.delivered)
        return new

    def expect(self, recipient: str, kind: str) -> Answer:
        """The newest answer of this kind to this address; fails where there is none."""
        found = [answer for answer in self.inbox_of(recipient) if answer.kind == kind]
        told = [(answer.recipient, answer.kind, answer.subject) for answer in self.mailboxes.delivered]
        assert found, f"no {kind} to {recipient} among {told}"
        return found[-1]

    async def leave(self, email: str) -> None:
        """They leave the school at this moment."""
        await self.rooms.ledger.write(lambda tx: imports.remove_person(tx, email, self.clock.now()))

    def files(self) -> list[File]:
        """Every file on record."""
        return self.rooms.ledger.read_now(lambda tx: list(tx.scalars(select(File).order_by(File.id)).unique()))

    def file(self, reference: str) -> File:
        """The file of this reference."""
        return next(file for file in self.files() if file.reference == reference)

    def waiting(self) -> list[InboxItem]:
        """Every row of the inbox."""
        return self.rooms.ledger.read_now(lambda tx: list(tx.scalars(select(InboxItem).order_by(InboxItem.id))))

    def told(self) -> list[OutboxItem]:
        """Every row of the outbox."""
        return self.rooms.ledger.read_now(lambda tx: list(tx.scalars(select(OutboxItem))))

    def contents(self, file: File) -> bytes:
        """The clear contents of a file. Raises the vault's errors."""
        return b"".join(self.rooms.vault.read(file.object_id))


def _files(attach: Mapping[str, bytes] | Sequence[str] | str) -> Iterable[tuple[str, bytes]]:
    if isinstance(attach, str):
        return [(attach, DOCX)]
    if isinstance(attach, Mapping):
        return attach.items()
    return [(name, DOCX + name.encode()) for name in attach]


@asynccontextmanager
async def open_office(
    directory: Path, environ: Mapping[str, str] | None = None, *, announce_minutes: int = 0,
    configure: Callable[[Path], None] = lambda _: None, clock: HandWoundClock | None = None,
    rooms: Callable[[Settings, Clock], Rooms] | None = None, aside: Limits | None = None,
) -> AsyncIterator[TestOffice]:  # fmt: skip
    """An office of the demo's schools and people whose everything lies in `directory`.

    `announce_minutes`: how long announcements to places wait for more files; `configure`: changes the configuration, which
    is a copy of the demo's, in its folder; `rooms`: opens what was there before, or begins it otherwise; `aside`:
    mail is opened and written in a process of its own, with these limits.
    """
    mailboxes, clock = Mailboxes(), clock or HandWoundClock()
    async with AsyncExitStack() as to_close:  # whatever becomes of the story
        post_office = await asyncio.get_running_loop().create_server(
            lambda: SMTP(mailboxes, enable_SMTPUTF8=True), "127.0.0.1", 0
        )
        to_close.callback(post_office.close)
        folder = _configuration(directory, announce_minutes)
        configure(folder)
        outgoing = post_office.sockets[0].getsockname()[1]
        settings = configuration.load(folder, {**places(directory), **_ordinary(outgoing), **(environ or {})})
        opened = to_close.enter_context((rooms or set_up)(settings, clock))
        office = build(opened, Aside(settings, master_key(settings), aside) if aside else None)
        to_close.push_async_callback(office.close)
        await office.start()
        for channel in office.channels.values():
            to_close.push_async_callback(channel.stop)
            await channel.start(office.inbox)
        mail = office.channels["email"]
        assert isinstance(mail, MailChannel)
        yield TestOffice(directory, office, clock, mailboxes, mail.port, outgoing)


def _ordinary(outgoing: int) -> dict[str, str]:
    """Where it listens, where its mail goes, and how much it answers."""
    web = free_port()
    return {
        "POSTROOM__EMAIL__SMTP__PORT": "0",
        "POSTROOM__EMAIL__REPLIES_PER_HOUR": "30",  # as at work: the demo is more patient
        "POSTROOM__WEB__PORT": str(web),
        "POSTROOM__WEB__BASE_URL": f"http://127.0.0.1:{web}",
        "POSTROOM__EMAIL__OUTGOING__PORT": str(outgoing),
    }


def free_port() -> int:
    """A port that nothing listens on: links must name it before the pages are served.

    It is none of those that the system gives to connections, one of which could take it meanwhile.
    """
    while True:
        port = random.SystemRandom().randrange(*PORTS)
        with suppress(OSError), closing(socket.create_server(("127.0.0.1", port))):
            return port


def _configuration(directory: Path, announce_minutes: int) -> Path:
    """The demo's configuration, in which places are told of new files in batches."""
    folder = directory / "config"
    shutil.copytree(data.folder("config") / "demo", folder, dirs_exist_ok=True)
    services = folder / "services.toml"
    text = services.read_text(encoding="utf-8")
    services.write_text(
        text.replace("announce_minutes = 0", f"announce_minutes = {announce_minutes}"), encoding="utf-8"
    )
    return folder


def places(directory: Path) -> dict[str, str]:
    """What puts everything that Postroom keeps into this folder."""
    return {
        "POSTROOM__LEDGER__URL": f"sqlite:///{directory}/ledger.db",
        "POSTROOM__VAULT__URL": f"{directory}/vault",
        "POSTROOM__VAULT__FREE_BYTES_MIN": "1",  # whatever disk the tests run on
        "POSTROOM__KEYS__PATH": f"{directory}/keys.db",
        "POSTROOM__KEYS__MASTER_KEY_FILE": f"{directory}/master.key",
    }


def set_up(settings: Settings, clock: Clock) -> Rooms:
    """An empty office with the demo's schools and people."""
    master = MasterKey.generate(settings.keys.master_key_file)
    if settings.keys.mirror:
        mirror(settings.keys.path, settings.keys.mirror, master)
    make_database(settings.ledger.url)
    rooms = open_rooms(settings, clock)
    share_statements(rooms.ledger)
    demo = data.folder("config") / "demo"
    schools = imports.read_schools((demo / "schools.csv").read_bytes(), settings.authority.number)
    people = imports.read_people((demo / "people.csv").read_bytes())
    rooms.ledger.write_now(lambda tx: imports.import_schools(tx, schools))
    rooms.ledger.write_now(lambda tx: imports.import_people(tx, people, settings, clock.now()))
    return rooms
