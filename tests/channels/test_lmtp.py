"""LMTP (RFC 2033): what a mail server beside us delivers by, at a port or at a Unix socket."""

import asyncio
import smtplib
import socket
import stat
from contextlib import closing
from pathlib import Path

import pytest

from handlers.mail.smtp import UNIX
from tests.channels.smtp_peer import HELLO, KEPT, WIRE, Box, Peer, connected, listening

LHLO = b"LHLO mx.council.example"
TAGGED = b"RCPT TO:<returns+ab12@council.example>"


async def begin(peer: Peer, *recipients: bytes) -> list[str]:
    """As far as DATA; the replies without the greeting."""
    assert (await peer.reply()).startswith("220 mx.council.example LMTP")
    return [(await peer.say(command))[:3] for command in (LHLO, HELLO[1], *recipients, HELLO[3])]


async def test_each_recipient_that_was_let_in_has_a_reply_of_its_own() -> None:
    box = Box()
    async with listening(box, lmtp=True) as server, connected(server) as peer:
        assert await begin(peer, HELLO[2], b"RCPT TO:<other@council.example>", TAGGED) == [
            "250", "250", "250", "550", "250", "354",
        ]  # fmt: skip
        await peer.send(WIRE + b"NOOP\r\n")
        assert [await peer.reply() for _ in range(3)] == [KEPT, KEPT, "250 2.0.0 Well."]
    assert box.letters[0].envelope.recipients == ("returns@council.example", "returns+ab12@council.example")
    assert len(box.letters) == 1


async def test_a_refusal_is_said_to_each_recipient_too() -> None:
    async with listening(Box(), lmtp=True, message_bytes_max=1_000) as server, connected(server) as peer:
        await begin(peer, HELLO[2], TAGGED)
        await peer.send(b"x" * 2_000 + b"\r\n.\r\nNOOP\r\n")
        assert [(await peer.reply())[:9] for _ in range(3)] == ["552 5.3.4", "552 5.3.4", "250 2.0.0"]


async def test_without_a_recipient_no_text_is_asked_for() -> None:
    """RFC 2033, section 4.2."""
    async with listening(Box(), lmtp=True) as server, connected(server) as peer:
        assert (await begin(peer, b"RCPT TO:<other@council.example>"))[-1] == "503"


@pytest.mark.parametrize(("lmtp", "greeting"), [(True, "EHLO x"), (True, "HELO x"), (False, "LHLO x")])
async def test_the_greeting_of_the_other_protocol_is_refused(lmtp: bool, greeting: str) -> None:
    """RFC 2033, section 4.1: so neither is taken for the other."""
    async with listening(Box(), lmtp=lmtp) as server, connected(server) as peer:
        await peer.reply()
        assert (await peer.say(greeting)).startswith("502 5.5.1 ")
        right = "LHLO" if lmtp else "EHLO"
        assert right in await peer.say(HELLO[1])
        offers = await peer.say(f"{right} x")
    assert {"PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME"} <= {line[4:] for line in offers.split("\n")}


async def test_at_a_unix_socket_a_server_of_this_machine_delivers_and_nobody_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    with closing(socket.socket(socket.AF_UNIX)) as left_by_an_earlier_process:
        left_by_an_earlier_process.bind(str(path))

    def deliver() -> dict[str, tuple[int, bytes]]:
        with smtplib.LMTP(str(path), local_hostname="localhost") as client:
            return client.sendmail(
                "head@school.example", ["returns@council.example"], b"Subject: A return\r\n\r\nHi\r\n"
            )

    box = Box()
    async with listening(box, lmtp=True, host=f"{UNIX}{path}"):
        mode = stat.S_IMODE((await asyncio.to_thread(path.stat)).st_mode)
        assert await asyncio.to_thread(deliver) == {}
    assert mode == 0o660
    assert box.letters[0].envelope.peer == "127.0.0.1"
    assert not path.exists()
