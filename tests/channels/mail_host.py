"""A real mail server for our side to hand mail to, which replies as the test wishes."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from handlers.mail.send import Smarthost
from tests.channels.parcels import RENDERER


@dataclass
class Host:
    """A mail server whose replies are chosen by the test."""

    says: dict[str, str] = field(default_factory=dict)
    """What is answered to MAIL, RCPT or DATA in place of 250."""
    kept: list[Envelope] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)
    connections: list[SMTP] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event | None = None
    """DATA is answered only once this is set."""
    open_at: int = 0
    """How many mails must be under way for the gate to open."""
    under_way: int = 0
    most: int = 0

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" not in self.says:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.says.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if "RCPT" not in self.says:
            envelope.rcpt_tos.append(address)
        return self.says.get("RCPT", "250 OK")

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        if self.gate:
            if self.under_way >= self.open_at:
                self.gate.set()
            await self.gate.wait()
        self.under_way -= 1
        if "DATA" not in self.says:
            self.kept.append(envelope)
            self.secure.append(session.ssl is not None)
        return self.says.get("DATA", "250 kept")


class Recorded(SMTP):
    """A connection that its host knows of."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.host.connections.append(self)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.host.gone.set()

    @property
    def host(self) -> Host:
        assert isinstance(self.event_handler, Host)
        return self.event_handler


@asynccontextmanager
async def listening(host: Host, *, tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[int]:
    """The port on which the host listens. `tls`: from the first octet on."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Recorded(host, hostname="mx.council.example", loop=loop, **options), "127.0.0.1", 0, ssl=tls
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def smarthost(port: int, **options: Any) -> AsyncIterator[Smarthost]:
    """Our side."""
    ours = Smarthost(RENDERER, host="127.0.0.1", port=port, **options)
    try:
        yield ours
    finally:
        await ours.close()
