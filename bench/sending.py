"""Whoever sends: SMTP or LMTP connections that each send one mail after another.

    python -m bench.sending PORT OCTETS COUNT

is one that sends so many, in a process of its own.
"""

import asyncio
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

from bench import mails

NUMBERS = count()
"""Each mail of a process has another."""


class Refused(Exception):
    """What the server said, or that it hung up."""


class Connection:
    """One connection."""

    def __init__(self, port: int, *, to: str = mails.RETURNS, lmtp: bool = False) -> None:
        self._port, self._to, self._greeting = port, to, b"LHLO x" if lmtp else b"EHLO x"
        self._socket = socket.socket()

    async def open(self) -> None:
        """Raises `Refused`, OSError."""
        self._socket.settimeout(0)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(self._socket, ("127.0.0.1", self._port))
        await self.reply()
        await self.say(self._greeting)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    async def reply(self) -> None:
        """Wait for it. Raises `Refused` where it is none of success."""
        said = b""
        while not (said.endswith(b"\r\n") and said.split(b"\r\n")[-2][3:4] == b" "):
            more = await asyncio.get_running_loop().sock_recv(self._socket, 4096)
            if not more:
                raise Refused(f"hung up after {said!r}")
            said += more
        if said[:1] not in b"23":
            raise Refused(said.decode())

    async def say(self, command: bytes) -> None:
        """Raises `Refused`."""
        await asyncio.get_running_loop().sock_sendall(self._socket, command + b"\r\n")
        await self.reply()

    async def begin(self, number: int) -> None:
        """All that comes before the mail."""
        await self.say(b"MAIL FROM:<%b>" % mails.sender(number).encode())
        await self.say(b"RCPT TO:<%b>" % self._to.encode())
        await self.say(b"DATA")

    async def send(self, number: int, octets: int) -> None:
        """One mail, until it is acknowledged."""
        await self.begin(number)
        for piece in self._pieces(number, octets):
            await asyncio.get_running_loop().sock_sendall(self._socket, piece)
        await self.reply()

    async def drip(self, octets: bytes) -> None:
        """A piece of a mail that was begun. Raises OSError, `Refused`."""
        await asyncio.get_running_loop().sock_sendall(self._socket, octets)

    def _pieces(self, number: int, octets: int) -> Iterable[bytes]:
        pieces = mails.head(number), mails.body(octets)
        return [b"".join(pieces)] if octets < 1 << 16 else pieces


@dataclass
class Load:
    """What a load of mail showed."""

    seconds: float = 0
    """From the first connection to the last acknowledgement."""
    waits: list[float] = field(default_factory=list)
    """Seconds from each MAIL to its acknowledgement, shortest first."""
    numbers: list[int] = field(default_factory=list)


async def load(
    port: int, octets: int, mails_count: int, connections: int, *, to: str = mails.RETURNS, lmtp: bool = False
) -> Load:
    """So many mails over so many connections at a time. Raises `Refused`, OSError."""
    done = Load(numbers=[next(NUMBERS) for _ in range(mails_count)])
    left = iter(done.numbers)
    begun = time.perf_counter()
    talks = (
        _talk(Connection(port, to=to, lmtp=lmtp), octets, left, done) for _ in range(min(connections, mails_count))
    )
    await asyncio.gather(*talks)
    done.seconds = time.perf_counter() - begun
    done.waits.sort()
    return done


async def _talk(connection: Connection, octets: int, numbers: Iterator[int], done: Load) -> None:
    try:
        await connection.open()
        for number in numbers:
            begun = time.perf_counter()
            await connection.send(number, octets)
            done.waits.append(time.perf_counter() - begun)
    finally:
        connection.close()


if __name__ == "__main__":
    NUMBERS = count(int(sys.argv[4]) if len(sys.argv) > 4 else 0)
    asyncio.run(load(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), 1))
