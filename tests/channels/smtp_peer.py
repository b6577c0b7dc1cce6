"""The two ends of an SMTP dialogue under test: a door that keeps what comes in, and a peer that can say anything."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Self

from handlers.mail import smtp
from handlers.mail.smtp import Envelope, Limits, ServerContext, SmtpServer

HELLO = (b"EHLO school.example", b"MAIL FROM:<head@school.example>", b"RCPT TO:<returns@council.example>", b"DATA")
"""All that has to be said before the text of a mail."""
TEXT = b"Subject: A return\r\n\r\nGood morning\r\n"
WIRE = TEXT + b".\r\n"
"""A mail, and the same as it is sent."""
KEPT = "250 2.0.0 Kept."


def ours(address: str) -> bool:
    """The returns mailbox, with or without a tag."""
    local, _, domain = address.lower().partition("@")
    return local.partition("+")[0] == "returns" and domain == "council.example"


class Letter:
    """One message as the door saw it."""

    def __init__(self, box: "Box", envelope: Envelope) -> None:
        self.box = box
        self.envelope = envelope
        self.text = b""
        self.abandoned = False
        self.accepted = False

    def write(self, chunk: bytes) -> None:
        self.box.on_write(self)
        self.text += chunk
        self.box.written.put_nowait(len(chunk))

    async def accept(self) -> str:
        self.box.accepting.set()
        await self.box.may_accept.wait()
        reply = self.box.on_accept(self)
        self.accepted = True
        self.box.accepted.put_nowait(self)
        return reply

    def abandon(self) -> None:
        assert not self.abandoned
        self.abandoned = True
        self.box.abandoned.put_nowait(self)


@dataclass
class Box:
    """A door that keeps every message in memory, and says when."""

    letters: list[Letter] = field(default_factory=list)
    accepted: asyncio.Queue[Letter] = field(default_factory=asyncio.Queue)
    abandoned: asyncio.Queue[Letter] = field(default_factory=asyncio.Queue)
    written: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    accepting: asyncio.Event = field(default_factory=asyncio.Event)
    may_accept: asyncio.Event = field(default_factory=asyncio.Event)
    on_open: Callable[[Envelope], object] = lambda _: None
    on_write: Callable[[Letter], object] = lambda _: None
    on_accept: Callable[[Letter], str] = lambda _: KEPT

    def __post_init__(self) -> None:
        self.may_accept.set()

    def __call__(self, envelope: Envelope) -> Letter:
        self.on_open(envelope)
        self.letters.append(Letter(self, envelope))
        return self.letters[-1]

    @property
    def texts(self) -> list[bytes]:
        return [letter.text for letter in self.letters if letter.accepted]


class Peer:
    """Whoever is at the other end of the line, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, port: int) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def reply(self) -> str:
        """The next reply; its lines without their ends. "" once the connection has ended."""
        lines = []
        while True:
            try:
                line = (await asyncio.wait_for(self.reader.readline(), 10)).decode().removesuffix("\r\n")
            except ConnectionResetError:
                return ""
            lines.append(line)
            if line[3:4] != "-":
                return "\n".join(lines)

    async def send(self, octets: bytes) -> None:
        self.writer.write(octets)
        await self.writer.drain()

    async def say(self, command: bytes | str) -> str:
        await self.send((command.encode() if isinstance(command, str) else command) + b"\r\n")
        return await self.reply()

    async def greet(self) -> Self:
        """As far as EHLO."""
        assert (await self.reply()).startswith("220 ")
        assert (await self.say(HELLO[0])).startswith("250-")
        return self

    async def begin(self) -> Self:
        """As far as DATA."""
        assert (await self.reply()).startswith("220 ")
        replies = [await self.say(command) for command in HELLO]
        assert replies[-1].startswith("354 ")
        return self

    async def mail(self, wire: bytes) -> str:
        """The reply to a message, its text as it goes over the wire."""
        await self.begin()
        await self.send(wire)
        return await self.reply()

    def vanish(self) -> None:
        """Break the connection off (with a reset: a mere end could be that of one direction only)."""
        line: socket.socket = self.writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def close(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


@asynccontextmanager
async def listening(
    box: Box,
    *,
    tls: SSLContext | Callable[[], SSLContext] | None = None,
    host: str = "127.0.0.1",
    is_ours: Callable[[str], bool] = ours,
    known: Callable[[str], bool] = lambda _: False,
    has_room: Callable[[int], bool] = lambda _: True,
    require_tls: bool = False,
    lmtp: bool = False,
    **limits: float,
) -> AsyncIterator[SmtpServer]:
    """A server with this door."""
    context = ServerContext(
        box,
        is_ours,
        "mx.council.example",
        Limits(**limits),  # type: ignore[arg-type]  # each test passes the type its limit has
        tls=(lambda: tls) if isinstance(tls, SSLContext) else tls,
        require_tls=require_tls,
        lmtp=lmtp,
        known=known,
        has_room=has_room,
    )
    server = await smtp.start(context, host=host, port=0)
    try:
        yield server
    finally:
        await server.close(grace_seconds=0)


@asynccontextmanager
async def connected(server: SmtpServer) -> AsyncIterator[Peer]:
    """A peer of this server, which has said nothing yet."""
    async with await Peer.connect(server.port) as peer:
        yield peer


def conversation(server: SmtpServer) -> asyncio.Task[object]:
    """What ends when the only connection has ended."""
    [(task, _)] = server.connections._clients.values()
    return task
