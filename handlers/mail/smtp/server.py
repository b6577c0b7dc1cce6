"""The server: it listens, and holds what every connection needs."""

import asyncio
import errno
import logging
from contextlib import suppress
from pathlib import Path

from handlers.mail.smtp.connections import Connections
from handlers.mail.smtp.context import ServerContext
from handlers.mail.smtp.session import Session

UNIX = "unix:"
"""What stands before the path of a socket, where a host could stand."""
SOCKET_MODE = 0o660
"""Whoever has the group of its folder may hand mail in, and nobody else of this machine."""


class SmtpServer:
    """One port or one Unix socket; made by `handlers.mail.smtp.start`."""

    def __init__(self, context: ServerContext) -> None:
        """It does not listen yet."""
        self.context = context
        self.connections = Connections(context)
        self.port = 0
        """The port listened on, once it is; 0 at a Unix socket."""
        self._listener: asyncio.Server | None = None
        self._socket: Path | None = None

    async def listen(self, host: str, port: int) -> None:
        """Raises OSError where the port is taken or not permitted, or the socket cannot be made."""
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd logs everybody's address
        if host.startswith(UNIX):
            return await self._listen_at(Path(host.removeprefix(UNIX)))
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._session, host, port, backlog=200)
        self.port = self._listener.sockets[0].getsockname()[1]
        return None

    async def _listen_at(self, path: Path) -> None:
        """A socket that an earlier process left there is replaced; one at which somebody still listens is theirs."""
        await _refuse_taken(path)
        listener = await asyncio.get_running_loop().create_unix_server(
            self._session, path, backlog=200, start_serving=False
        )
        await asyncio.to_thread(path.chmod, SOCKET_MODE)
        await listener.start_serving()
        self._listener, self._socket = listener, path

    @property
    def is_listening(self) -> bool:
        """Whether others can connect."""
        return self._listener is not None and self._listener.is_serving()

    def _session(self) -> Session:
        return Session(self.context, self.connections)

    async def close(self, grace_seconds: float = 30) -> None:
        """Listen no more; let what is being received be finished within this time, then cut."""
        if self._listener is not None:
            self._listener.close()
        if self._socket is not None:
            with suppress(OSError):
                self._socket.unlink()
        await self.connections.close(grace_seconds)


async def _refuse_taken(path: Path) -> None:
    """Raises OSError where a program answers at this socket."""
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except OSError:  # nothing is there, or nobody listens
        return
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    raise OSError(errno.EADDRINUSE, "another program listens there")
