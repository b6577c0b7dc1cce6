"""STARTTLS: the rest of the dialogue is private, and nothing said before it counts."""

import ssl
from pathlib import Path

import pytest

from tests.channels.smtp_peer import HELLO, KEPT, Box, Peer, connected, listening


@pytest.fixture
def client_side(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


async def secure(peer: Peer, context: ssl.SSLContext) -> None:
    assert (await peer.say("STARTTLS")).startswith("220 ")
    await peer.writer.start_tls(context, server_hostname="127.0.0.1")


async def test_a_mail_can_come_by_tls(server_side: ssl.SSLContext, client_side: ssl.SSLContext) -> None:
    box = Box()
    async with listening(box, tls=server_side) as server, connected(server) as peer:
        await peer.greet()
        await secure(peer, client_side)
        replies = [await peer.say(command) for command in HELLO]
        await peer.send((b"x" * 998 + b"\r\n") * 2000 + b".\r\n")
        assert await peer.reply() == KEPT
        assert (await peer.say("QUIT")).startswith("221 ")
    assert box.letters[0].envelope.secure
    assert len(box.texts[0]) == 2_000_000
    assert "STARTTLS" not in replies[0]
    assert "AUTH" not in replies[0]


async def test_tls_is_offered_and_not_demanded(server_side: ssl.SSLContext) -> None:
    box = Box()
    async with listening(box, tls=server_side) as server, connected(server) as peer:
        await peer.reply()
        assert "STARTTLS" in await peer.say("EHLO x")
    async with listening(box, tls=server_side) as server, connected(server) as peer:
        assert await peer.mail(b"Hello\r\n.\r\n") == KEPT
    assert not box.letters[0].envelope.secure


async def test_where_tls_is_demanded_no_mail_comes_without(
    server_side: ssl.SSLContext, client_side: ssl.SSLContext
) -> None:
    async with listening(Box(), tls=server_side, require_tls=True) as server, connected(server) as peer:
        await peer.greet()
        assert (await peer.say(HELLO[1])).startswith("530 5.7.0 ")
        await secure(peer, client_side)
        replies = [(await peer.say(command))[:3] for command in HELLO]
    assert replies == ["250", "250", "250", "354"]


async def test_what_was_said_before_tls_is_forgotten(server_side: ssl.SSLContext, client_side: ssl.SSLContext) -> None:
    """RFC 3207, section 4.2: whoever sat in the middle may have said it."""
    async with listening(Box(), tls=server_side) as server, connected(server) as peer:
        await peer.greet()
        await peer.say(HELLO[1])
        await secure(peer, client_side)
        assert (await peer.say(HELLO[2])).startswith("503 ")
        assert (await peer.say(HELLO[1])).startswith("503 ")


async def test_commands_slipped_in_before_the_handshake_are_not_carried_out(
    server_side: ssl.SSLContext, client_side: ssl.SSLContext
) -> None:
    async with listening(Box(), tls=server_side) as server, connected(server) as peer:
        await peer.greet()
        assert (await peer.say("STARTTLS\r\nVRFY slipped.in@school.example")).startswith("220 ")
        await peer.writer.start_tls(client_side, server_hostname="127.0.0.1")
        assert (await peer.say(HELLO[0])).startswith("250-")


async def test_tls_is_not_started_twice(server_side: ssl.SSLContext, client_side: ssl.SSLContext) -> None:
    async with listening(Box(), tls=server_side) as server, connected(server) as peer:
        await peer.greet()
        await secure(peer, client_side)
        assert (await peer.say("STARTTLS")).startswith("503 ")


async def test_a_handshake_that_is_none_ends_the_connection_and_frees_its_place(server_side: ssl.SSLContext) -> None:
    async with listening(Box(), tls=server_side, connections_max=1) as server:
        async with connected(server) as peer:
            await peer.greet()
            await peer.say("STARTTLS")
            await peer.send(b"this is no handshake\r\n" * 10)
            while await peer.reader.read(100):
                pass
        async with connected(server) as peer:
            assert (await peer.reply()).startswith("220 ")


async def test_tls_cannot_be_demanded_without_a_certificate() -> None:
    with pytest.raises(ValueError, match="certificate"):
        async with listening(Box(), require_tls=True):
            pass


async def test_a_mail_that_ends_in_the_middle_of_tls_is_abandoned_without_a_word(
    server_side: ssl.SSLContext, client_side: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    box = Box()
    async with listening(box, tls=server_side) as server, connected(server) as peer:
        await peer.greet()
        await secure(peer, client_side)
        for command in HELLO:
            await peer.say(command)
        await peer.send(b"Good mor")
        await box.written.get()
        peer.writer.close()
        assert (await box.abandoned.get()).accepted is False
    assert caplog.text == ""
