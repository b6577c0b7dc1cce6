"""Octets that no mail program sends, over a raw socket: each has a safe end, and an honest mail sent meanwhile is unharmed."""

import asyncio
import itertools
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from handlers.mail.smtp import SmtpServer
from handlers.mail.smtp.session import Session
from tests.channels.smtp_peer import HELLO, KEPT, Box, Peer, connected, listening

HONEST = b"Subject: An honest return\r\n\r\nGood morning\r\n"
END = b"\r\n.\r\n"
EVIL = b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<returns@council.example>\r\nDATA\r\nevil\r\n.\r\n"
MARK = b"VRFY mark\r\n"
MIXTURES = [
    b"".join(mixture)
    for length in range(1, 6)
    for mixture in itertools.product((b"\r", b"\n", b"."), repeat=length)
    if b"".join(mixture) != b"." * length
]
"""Every mixture of up to five, in which a line ends somewhere."""


@asynccontextmanager
async def attacked(box: Box, *, at_most: int = 60) -> AsyncIterator[tuple[SmtpServer, Peer]]:
    """A server and whoever attacks it, while an honest server is in the middle of a mail."""
    async with (
        listening(box, connections_per_minute=at_most, messages_per_hour=at_most) as server,
        connected(server) as honest,
        connected(server) as attacker,
    ):
        await honest.begin()
        await honest.send(HONEST[:20])
        await box.written.get()
        yield server, attacker
        await honest.send(HONEST[20:] + b".\r\n")
        assert await honest.reply() == KEPT
    assert HONEST in box.texts


async def test_no_mixture_of_cr_lf_and_dots_smuggles_a_mail_in_behind_another() -> None:
    """RFC 5321, section 4.1.1.4: one end alone. CVE-2023-51764, -51765, -51766, both ways.

    What only the server before us takes for an end is never an end here; what has a CR or an LF alone, which a server
    behind us could take for one, is never kept; and nothing that follows such a text is carried out.
    """
    box = Box()
    kept = 0
    async with attacked(box, at_most=100_000) as (server, _):
        for mixture in MIXTURES:
            text, ended, _ = (b"first" + mixture + b"end").partition(END)
            alone = text.replace(b"\r\n", b"")
            sound = b"\r" not in alone and b"\n" not in alone
            async with connected(server) as peer:
                reply = await peer.mail(b"first" + mixture + b"end" + (b"" if ended else END) + MARK)
                assert (reply == KEPT) == sound, mixture
                after = await peer.reply()
                assert after[:3] == (("502" if ended else "252") if sound else ""), mixture
            kept += sound
    assert len(box.texts) == kept + 1
    assert 0 < kept < len(MIXTURES)


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("end", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r\r\n.\r\n"])
async def test_a_whole_mail_hidden_behind_a_false_end_is_text_however_it_is_cut(end: bytes, split: bool) -> None:
    box = Box()
    async with attacked(box) as (_, peer):
        await peer.begin()
        wire = b"first" + end + EVIL
        for octets in [bytes([octet]) for octet in wire] if split else [wire]:
            await peer.send(octets)
        assert (await peer.reply()).startswith("550 5.6.0 ")
    assert all(letter.envelope.mail_from != "evil@x.example" for letter in box.letters)


NOT_SMTP = {
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 2,
    "http": b"POST / HTTP/1.1\r\nHost: mx\r\nContent-Length: 99\r\n\r\nMAIL FROM:<evil@x.example>\r\n",
    "junk": bytes(range(256)) * 40,
    "nuls": b"\0" * 5000 + b"\r\n",
    "empty": b"\r\n" * 500,
    "feeds": b"\n" * 500,
    "long": b"A" * 900_000,
    "long command": (b"NOOP " + b"x" * 5000 + b"\r\n") * 100,
    "proxy": b"PROXY TCP4 192.0.2.1 192.0.2.2 1 25\r\n" * 50,
}


@pytest.mark.parametrize("kind", NOT_SMTP)
async def test_what_is_no_dialogue_ends_soon_and_brings_no_mail(kind: str) -> None:
    box = Box()
    async with attacked(box) as (_, peer):
        with_end = asyncio.create_task(peer.send(NOT_SMTP[kind]))
        answered = await everything(peer, with_end)
    assert b"\r\n354" not in answered
    assert len(box.letters) == 1
    assert len(answered) < 10_000


async def everything(peer: Peer, sending: "asyncio.Task[None]") -> bytes:
    """All that is answered until the connection ends."""
    answered = b""
    await asyncio.wait([sending])
    if peer.writer.can_write_eof() and not peer.writer.is_closing():
        peer.writer.write_eof()
    try:
        while octets := await asyncio.wait_for(peer.reader.read(10_000), 10):
            answered += octets
    except ConnectionError:
        pass
    return answered


async def test_a_storm_of_resets_is_ended() -> None:
    box = Box()
    async with attacked(box) as (_, peer):
        await peer.greet()
        storm = asyncio.create_task(peer.send((HELLO[1] + b"\r\nRSET\r\n") * 10_000))
        replies = 0
        while (reply := await peer.reply()).startswith("250 "):
            replies += 1
        assert reply == "" or reply.startswith("421 4.7.0 ")  # a reset on the line may overtake the farewell
        assert replies < 200
        await asyncio.wait([storm])
    assert len(box.letters) == 1


async def test_commands_in_the_text_of_a_mail_are_text() -> None:
    """As they are after a mail of which all recipients were refused, and of whose DATA the peer awaited no answer."""
    box = Box()
    async with attacked(box) as (_, peer):
        text = b"QUIT\r\nSTARTTLS\r\nRSET\r\n" + EVIL.replace(b".\r\n", b"")
        assert await peer.mail(text + b".\r\n" + MARK) == KEPT
        assert (await peer.reply()).startswith("252 ")
    assert text in box.texts


async def test_the_text_that_follows_a_refused_data_command_is_no_mail() -> None:
    """Whoever pipelines past a refusal (RFC 2920 forbids it) is heard command by command, and sent away."""
    box = Box()
    async with attacked(box) as (_, peer):
        await peer.greet()
        await peer.send(HELLO[1] + b"\r\nRCPT TO:<other@x.example>\r\nDATA\r\n" + b"Subject: x\r\n" * 50 + b".\r\n")
        answered = await everything(peer, asyncio.create_task(asyncio.sleep(0)))
    assert b"354" not in answered
    assert b"421 4.7.0 " in answered
    assert len(box.letters) == 1


@pytest.mark.parametrize("octets", [b"x" * 3_000_000, b"\0" * 3_000_000])
async def test_a_line_without_end_is_read_to_its_end_and_refused(octets: bytes) -> None:
    box = Box()
    async with attacked(box) as (_, peer):
        await peer.begin()
        sending = asyncio.create_task(peer.send(octets + END + MARK))
        assert (await peer.reply()).startswith("550 5.6.0 ")
        assert (await peer.reply()).startswith("252 ")
        await sending
    assert len(box.texts) == 1


@pytest.mark.parametrize(
    "part", [b"", b"Subject", b"Subject: a\r\n\r\nhalf", b"Subject: a\r\n\r\nhalf\r\n", b"a\r\n.", b"a\r\n.\r"]
)
async def test_half_a_mail_is_no_mail(part: bytes) -> None:
    box = Box()
    async with attacked(box) as (_, peer):
        await peer.begin()
        await peer.send(part)
        peer.writer.write_eof()
        assert await peer.reply() == ""
        assert not (await box.abandoned.get()).accepted


SLIPPED_IN = {
    "a command": b"VRFY slipped.in\r\n",
    "half a command": b"VRFY slip",
    "a whole mail": b"EHLO evil\r\n" + EVIL,
    "a great deal": b"NOOP\r\n" * 4_000,
}


@pytest.mark.parametrize("kind", SLIPPED_IN)
@pytest.mark.parametrize("after_a_mail", [False, True])
async def test_nothing_slipped_in_behind_starttls_is_carried_out(
    kind: str, after_a_mail: bool, server_side: ssl.SSLContext, certificate: Path
) -> None:
    """RFC 3207, section 4.2; CVE-2011-0411: a man in the middle speaks before the peer does, in the same segment."""
    box = Box()
    client_side = ssl.create_default_context(cafile=str(certificate))
    async with listening(box, tls=server_side) as server, connected(server) as peer:
        if after_a_mail:  # the segment is that of the end of a text
            await peer.begin()
            await peer.send(b"first\r\n.\r\nSTARTTLS\r\n" + SLIPPED_IN[kind])
            assert await peer.reply() == KEPT
        else:
            await peer.greet()
            await peer.send(b"STARTTLS\r\n" + SLIPPED_IN[kind])
        assert (await peer.reply()).startswith("220 ")
        await peer.writer.start_tls(client_side, server_hostname="127.0.0.1")
        assert (await peer.say("NOOP")).startswith("250 ")
        assert (await peer.say(HELLO[1])).startswith("503 ")  # who spoke before is unknown by now
        replies = [(await peer.say(command))[:3] for command in HELLO]
        await peer.send(HONEST + b".\r\n")
        assert [*replies, await peer.reply()] == ["250", "250", "250", "354", KEPT]
    assert box.texts[-1] == HONEST
    assert all(letter.envelope.mail_from != "evil@x.example" for letter in box.letters)
    assert len(box.letters) == 1 + after_a_mail


async def test_a_peer_whose_address_cannot_be_told_is_not_taken_for_this_machine() -> None:
    """Such as one that reset the connection before it was accepted: this machine may be a trusted relay."""
    async with listening(Box()) as server, connected(server) as peer:
        await peer.greet()
        [session] = server.connections._clients
        assert isinstance(session, Session)
        del session.peer  # it is found out once, when the connection is made
        session.transport._extra["peername"] = None  # type: ignore[union-attr]  # nothing public forgets an address
        assert session.peer == "::"


async def test_octets_that_are_no_tls_after_the_handshake_end_the_connection(
    server_side: ssl.SSLContext, certificate: Path
) -> None:
    box = Box()
    client_side = ssl.create_default_context(cafile=str(certificate))
    async with listening(box, tls=server_side) as server, connected(server) as peer:
        await peer.greet()
        await peer.say("STARTTLS")
        await peer.writer.start_tls(client_side, server_hostname="127.0.0.1")
        for command in HELLO:
            await peer.say(command)
        beneath = peer.writer.transport._ssl_protocol._transport  # type: ignore[attr-defined]  # nothing public is beneath TLS
        beneath.write(b"first\r\n.\r\n" + EVIL)
        assert not (await box.abandoned.get()).accepted
    assert box.texts == []
