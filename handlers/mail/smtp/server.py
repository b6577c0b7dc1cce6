"""The server: it listens, and holds what every connection needs."""

import asyncio
import logging
import ssl
from collections.abc import Callable

from handlers.mail.smtp.door import Door
from handlers.mail.smtp.limits import Limits
from handlers.mail.smtp.porch import Porch
from handlers.mail.smtp.session import Session


class SmtpServer:
    """One port; made by `handlers.mail.smtp.start`."""

    def __init__(
        self,
        door: Door,
        ours: Callable[[str], bool],
        hostname: str,
        limits: Limits,
        tls: ssl.SSLContext | None,
        *,
        require_tls: bool,
    ) -> None:
        """See `handlers.mail.smtp.start`. Raises ValueError where TLS is required and there is none."""
        if require_tls and tls is None:
            raise ValueError("TLS is required, but there is no certificate")
        self.door, self.ours, self.hostname, self.limits = door, ours, hostname, limits
        self.tls, self.require_tls = tls, require_tls
        self.porch = Porch(limits)
        self.port = 0
        """The port listened on, once it is."""
        self._listener: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> None:
        """Raises OSError where the port is taken or not permitted."""
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd logs everybody's address
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: Session(self), host, port, backlog=200)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def close(self, grace_seconds: float = 30) -> None:
        """Listen no more; let what is being received be finished within this time, then cut."""
        if self._listener is not None:
            self._listener.close()
        await self.porch.close(grace_seconds)
