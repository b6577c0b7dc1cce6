"""Where our mail goes out to: an SMTP server that counts what it is given, and forgets it."""

import asyncio
import re
import time

ANSWERS = re.compile(rb"\r\nIn-Reply-To: <([0-9]+)@")
RECEIPT = b"\r\nPostroom-Notice: receipt\r\n"


class Sink:
    """Listens on a port of its own; says when each mail's receipt came."""

    def __init__(self) -> None:
        self.receipts: dict[int, float] = {}
        """When the receipt for the mail of this number came, by `time.perf_counter`."""
        self.mails = 0
        self.port = 0
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.get_running_loop().create_server(lambda: _Talk(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Listen no more."""
        if self._server:
            self._server.close()

    def take(self, mail: bytes) -> None:
        """A whole mail."""
        self.mails += 1
        if RECEIPT in mail and (answered := ANSWERS.search(mail)):
            self.receipts[int(answered[1])] = time.perf_counter()


class _Talk(asyncio.Protocol):
    """One connection: every command is well, and DATA goes on to its dot."""

    def __init__(self, sink: Sink) -> None:
        self._sink, self._held, self._in_data = sink, b"", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n.\r\n" if self._in_data else b"\r\n")) >= 0:
            said = self._held[:end]
            self._held = self._held[end + (5 if self._in_data else 2) :]
            if self._in_data:
                self._sink.take(said + b"\r\n")
            self._transport.write(self._answer(said[:4].upper()))

    def _answer(self, verb: bytes) -> bytes:
        if self._in_data or verb != b"DATA":
            self._in_data = False
            return b"250-sink\r\n250 PIPELINING\r\n" if verb == b"EHLO" else b"250 2.0.0 OK\r\n"
        self._in_data = True
        return b"354 go on\r\n"
