"""A mail that we have given up for now is not handed over all the same, by what was still on its way."""

import asyncio
from contextlib import closing
from dataclasses import replace

import aiosmtplib
import pytest

from handlers.mail import send
from tests.channels.mail_host import smarthost
from tests.channels.test_send_grouped import MAIL, PATIENCE, Talker

LONG = replace(MAIL, octets=b"A: b\r\n\r\n" + (b"y" * 70 + b"\r\n") * 300_000)
"""More than the system holds for a peer that does not read."""


class Slow(Talker):
    """Lets a mail in, and reads it only once it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.may_read, self.rest = asyncio.Event(), b""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mx\r\n")
        while line := await reader.readline():
            if line.startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                await self.may_read.wait()
                self.rest = await reader.read()
            else:
                writer.write(self.reply(line[:4].decode().strip()))


async def test_what_was_not_sent_by_then_does_not_follow_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "REPLY_SECONDS", 0.5)
    server = Slow()
    with closing(await asyncio.start_server(server.talk, "127.0.0.1", 0)) as listening:
        async with asyncio.timeout(PATIENCE), smarthost(listening.sockets[0].getsockname()[1]) as ours:
            with pytest.raises(aiosmtplib.SMTPReadTimeoutError):
                await ours.send(LONG)
            server.may_read.set()
            await asyncio.gather(*server.talks)
    assert 0 < len(server.rest) < len(LONG.octets)
