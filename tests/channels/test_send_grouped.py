"""Mail after mail over one connection; its commands go in one group where the server offers PIPELINING (RFC 2920)."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiosmtplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parcels import Undeliverable
from handlers.mail import send
from handlers.mail.canary import Written
from handlers.mail.send import Smarthost
from tests.channels import smtp_peer
from tests.channels.mail_host import smarthost
from tests.channels.parcels import ENCLOSURE, RENDERER, parcel

PATIENCE = 10.0
"""Seconds after which a test has failed."""
MAIL = Written("returns@council.example", "jo@leys.example", b"A: b\r\n\r\nGood morning\r\n")
HELD_BACK = ("MAIL", "RCPT")
"""What is answered with DATA, and not before: whoever waits for the answer waits for ever."""
END = "."


@dataclass
class Talker:
    """A server that offers PIPELINING, and otherwise says what the test wishes."""

    says: dict[str, list[bytes]] = field(default_factory=dict)
    """What is answered to a verb or the end of a mail, one after the other; nothing: it hangs up. Else all is well."""
    in_pieces: bool = False
    heard: list[list[str]] = field(default_factory=list)
    """What was said on each connection, but its greeting."""
    said: list[bytes] = field(default_factory=list)
    """The same, each line whole."""
    mails: list[bytes] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    talks: set[asyncio.Task[None]] = field(default_factory=set)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.talks.add(asyncio.ensure_future(self.listen(reader, writer)))

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        self.heard.append([])
        with suppress(ConnectionError):
            await self.answer(reader, writer)
        writer.close()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mx\r\n")
        held = b""
        while line := await reader.readline():
            verb = line[:4].decode().strip().upper()
            self.said.append(line)
            if not (reply := self.reply(verb)):
                break
            held += reply
            if verb in HELD_BACK:
                continue
            await self.say(writer, held)
            if held.endswith(b"354 go on\r\n"):
                try:
                    self.mails.append((await reader.readuntil(b"\r\n.\r\n"))[:-3])
                except asyncio.IncompleteReadError:
                    break
                if not (reply := self.reply(END)):
                    break
                await self.say(writer, reply)
            held = b""

    def reply(self, verb: str) -> bytes:
        if verb == "EHLO":
            return b"250-mx\r\n250-SIZE 1000000\r\n250 PIPELINING\r\n"
        self.heard[-1].append(verb)
        if self.says.get(verb):
            return self.says[verb].pop(0)
        return b"354 go on\r\n" if verb == "DATA" else b"250 2.0.0 ok\r\n"

    async def say(self, writer: asyncio.StreamWriter, reply: bytes) -> None:
        for piece in [reply[at : at + 1] for at in range(len(reply))] if self.in_pieces else [reply]:
            writer.write(piece)
            await writer.drain()


@asynccontextmanager
async def talking(talker: Talker) -> AsyncIterator[Smarthost]:
    """Our side of a talk with it."""
    server = await asyncio.start_server(talker.talk, "127.0.0.1", 0)
    try:
        async with asyncio.timeout(PATIENCE), smarthost(server.sockets[0].getsockname()[1]) as ours:
            yield ours
    finally:
        server.close()
        await asyncio.wait_for(asyncio.gather(*talker.talks), PATIENCE)


ONE = ["MAIL", "RCPT", "DATA", END]


@pytest.mark.parametrize("in_pieces", [False, True])
async def test_mail_after_mail_goes_in_a_group_each_and_nothing_between(in_pieces: bool) -> None:
    talker = Talker(in_pieces=in_pieces)
    async with talking(talker) as ours:
        for _ in range(3):
            await ours.send(MAIL)
        assert talker.heard == [ONE * 3]
    assert talker.mails == [MAIL.octets] * 3


async def test_the_server_is_told_who_sends_how_much_to_whom() -> None:
    talker = Talker({"RCPT": [b"251 2.1.5 will forward\r\n"]})
    async with talking(talker) as ours:
        await ours.send(replace(MAIL, octets=b"..\n"))
        assert talker.said[1:3] == [
            b"MAIL FROM:<returns@council.example> SIZE=4\r\n",
            b"RCPT TO:<jo@leys.example>\r\n",
        ]
    assert talker.mails == [b"...\r\n"]


async def test_our_own_server_gets_mail_as_it_was_rendered() -> None:
    box = smtp_peer.Box()
    sent = parcel(recipient="returns@council.example", enclosures=(ENCLOSURE,))
    async with smtp_peer.listening(box) as server, smarthost(server.port) as ours:
        for _ in range(3):
            await ours.deliver(sent)
    assert box.texts == [RENDERER.message(sent)] * 3


async def test_a_connection_that_has_rested_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "FRESH_SECONDS", 0.0)
    talker = Talker()
    async with talking(talker) as ours:
        await ours.send(MAIL)
        await ours.send(MAIL)
        assert talker.heard == [[*ONE, "RSET", *ONE]]


@pytest.mark.parametrize("reply", [b"421 4.4.2 timeout\r\n", b"502 5.5.2 what?\r\n", b"what?\r\n", b""])
async def test_one_that_has_rested_and_answers_badly_is_replaced(reply: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "FRESH_SECONDS", 0.0)
    talker = Talker({"RSET": [reply]})
    async with talking(talker) as ours:
        await ours.send(MAIL)
        await ours.send(MAIL)
        assert talker.heard == [[*ONE, "RSET"], ONE]


@pytest.mark.parametrize("reply", [b"421 4.4.2 timeout\r\n", b""])
async def test_one_that_ends_before_the_next_mail_is_begun_is_replaced(reply: bytes) -> None:
    talker = Talker({"MAIL": [b"250 ok\r\n", reply]})
    async with talking(talker) as ours:
        await ours.send(MAIL)
        await ours.send(MAIL)
    assert talker.mails == [MAIL.octets] * 2
    assert len(talker.heard) == 2


async def test_one_that_falls_silent_before_the_next_mail_is_begun_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "REPLY_SECONDS", 0.2)
    talker = Talker({"DATA": [b"354 go on\r\n", b" "]})
    async with talking(talker) as ours:
        await ours.send(MAIL)
        await ours.send(MAIL)
    assert talker.mails == [MAIL.octets] * 2


@pytest.mark.parametrize("words", [b"421 4.4.2 timeout\r\n", b"421"])
async def test_one_that_says_goodbye_unasked_is_replaced(words: bytes) -> None:
    talker = Talker()
    async with talking(talker) as ours:
        await ours.send(MAIL)
        talker.writers[0].write(words)
        await asyncio.wait(talker.talks)  # our side has hung up
        await ours.send(MAIL)
        await ours.send(MAIL)
    assert talker.mails == [MAIL.octets] * 3
    assert len(talker.heard) == 2


@pytest.mark.parametrize("reply", [b"", b"what?\r\n", b"250-\r\n" * 9000, b"2" * 40_000])
async def test_what_fails_after_the_end_of_a_mail_is_told_and_not_tried_again(reply: bytes) -> None:
    talker = Talker({END: [b"250 ok\r\n", reply]})
    async with talking(talker) as ours:
        await ours.send(MAIL)
        with pytest.raises(aiosmtplib.SMTPException) as fault:
            await ours.send(MAIL)
        assert not isinstance(fault.value, aiosmtplib.SMTPDataError)
    assert len(talker.mails) == 2


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ({"RCPT": b"550 5.1.1 no such user\r\n", "DATA": b"554 5.5.1 no recipients\r\n"}, "550 5.1.1 no such user"),
        ({"RCPT": b"550-5.1.1 no\r\n550 5.1.1 user\r\n"}, "550 5.1.1 no 5.1.1 user"),
        ({END: b"554 5.7.1 looks like spam\r\n"}, "554 5.7.1 looks like spam"),
        ({"DATA": b"554 5.7.1 not from you\r\n"}, "554 5.7.1 not from you"),
    ],
)
async def test_a_refusal_of_this_mail_is_final_and_nothing_is_sent(says: dict[str, bytes], words: str) -> None:
    talker = Talker({verb: [reply] for verb, reply in says.items()})
    async with talking(talker) as ours:
        with pytest.raises(Undeliverable) as refusal:
            await ours.send(MAIL)
        await ours.send(MAIL)
    assert str(refusal.value) == words
    assert len(talker.mails) == 1 + (END in says)


@pytest.mark.parametrize(
    "says",
    [
        {"MAIL": b"550 5.7.1 we do not know you\r\n", "RCPT": b"550 no\r\n", "DATA": b"554 no\r\n"},
        {"MAIL": b"451 4.3.0 later\r\n", "RCPT": b"503 MAIL first\r\n", "DATA": b"503 RCPT first\r\n"},
        {"RCPT": b"450 4.2.1 greylisted\r\n", "DATA": b"554 5.5.1 no recipients\r\n"},
        {"RCPT": b"421 4.3.2 going down\r\n"},
        {END: b"451 4.3.0 disk full\r\n"},
        {"MAIL": b"5\r\n"},
    ],
)
async def test_every_other_refusal_means_try_later(says: dict[str, bytes]) -> None:
    talker = Talker({verb: [reply] for verb, reply in says.items()})
    async with talking(talker) as ours:
        with pytest.raises(aiosmtplib.SMTPException):
            await ours.send(MAIL)
        await ours.send(MAIL)
    assert len(talker.mails) == 1 + (END in says)


async def test_a_group_goes_encrypted_as_it_goes_in_the_clear(server_side: ssl.SSLContext, certificate: Path) -> None:
    box, sent = smtp_peer.Box(), parcel(recipient="returns@council.example")
    async with (
        smtp_peer.listening(box, tls=server_side, require_tls=True) as server,
        smarthost(server.port, tls="starttls", ca_file=certificate) as ours,
    ):
        await asyncio.gather(*(ours.deliver(sent) for _ in range(20)))
    assert box.texts == [RENDERER.message(sent)] * 20


@pytest.mark.parametrize("address", ["jo@x.example>\r\nDATA", "jo@x.example> SIZE=1", "jo", ""])
async def test_nothing_in_an_address_can_end_a_command(address: str) -> None:
    talker = Talker()
    async with talking(talker) as ours:
        for mail in (replace(MAIL, recipient=address), replace(MAIL, return_path=address)):
            with pytest.raises(Undeliverable):
                await ours.send(mail)
    assert talker.heard == []


@given(st.lists(st.sampled_from([b".", b"\r\n", b"\n", b"\r", b"a", b" "])).map(b"".join))
async def test_nothing_in_a_mail_can_end_it(octets: bytes) -> None:
    box = smtp_peer.Box()
    mail = Written("returns@council.example", "returns@council.example", octets)
    async with smtp_peer.listening(box) as server, smarthost(server.port) as ours:
        await ours.send(mail)
        await ours.send(mail)
    assert box.texts == [b"".join(line + b"\r\n" for line in octets.splitlines())] * 2
