"""Handing mail to a real SMTP server that takes it, refuses it in every way, hangs up, or says nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiosmtplib
import pytest

from bot.outbox import LEASE
from bot.parcels import Undeliverable
from handlers.mail import send
from tests.channels.mail_host import Host, listening, smarthost
from tests.channels.parcels import RECIPIENT, RENDERER, TOKEN, parcel

PATIENCE = 10.0
"""Seconds after which a test has failed."""


async def test_a_parcel_arrives_as_it_was_rendered() -> None:
    host = Host()
    async with listening(host) as port, smarthost(port) as ours:
        await ours.deliver(parcel())
    (envelope,) = host.kept
    assert envelope.mail_from == f"returns+{TOKEN}@council.example"
    assert envelope.rcpt_tos == [RECIPIENT]
    assert envelope.content == RENDERER.message(parcel())


@pytest.mark.parametrize(
    ("at", "reply"),
    [
        ("RCPT", "550 5.1.1 no such user"),
        ("RCPT", "553 5.1.3 bad address"),
        ("RCPT", "501 5.1.3 bad address syntax"),
        ("DATA", "554 5.7.1 looks like spam"),
        ("DATA", "552 5.3.4 too big"),
    ],
)
async def test_a_refusal_of_recipient_or_contents_is_final_and_its_words_are_kept(at: str, reply: str) -> None:
    host = Host(says={at: reply})
    async with listening(host) as port, smarthost(port) as ours:
        with pytest.raises(Undeliverable) as refusal:
            await ours.deliver(parcel())
    assert str(refusal.value) == reply


@pytest.mark.parametrize(
    ("at", "reply"),
    [
        ("MAIL", "451 4.3.0 try later"),
        ("MAIL", "550 5.7.1 we do not know you"),
        ("MAIL", "530 5.7.0 log in first"),
        ("RCPT", "450 4.2.1 greylisted"),
        ("RCPT", "530 5.7.0 log in first"),
        ("RCPT", "503 5.5.1 out of order"),
        ("RCPT", "421 4.3.2 going down"),
        ("DATA", "451 4.3.0 disk full"),
        ("DATA", "421 4.3.2 going down"),
    ],
)
async def test_every_other_refusal_means_try_later(at: str, reply: str) -> None:
    host = Host(says={at: reply})
    async with listening(host) as port, smarthost(port) as ours:
        with pytest.raises(aiosmtplib.SMTPException):
            await ours.deliver(parcel())
        host.says.clear()
        await ours.deliver(parcel())
    assert len(host.kept) == 1


async def test_nobody_listening_means_try_later() -> None:
    async with listening(Host()) as port:
        pass
    async with smarthost(port) as ours:
        with pytest.raises(OSError, match=r".+"):
            await ours.deliver(parcel())


@asynccontextmanager
async def mute(greeting: bytes = b"") -> AsyncIterator[int]:
    """A server that says at most this, ever."""
    over = asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await over.wait()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        over.set()
        server.close()


@pytest.mark.parametrize("greeting", [b"", b"220 mx.council.example ESMTP\r\n"])
async def test_a_silent_server_is_given_up_after_a_while(greeting: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "REPLY_SECONDS", 0.05)
    async with mute(greeting) as port, smarthost(port) as ours:
        with pytest.raises(TimeoutError):
            await ours.deliver(parcel())


async def test_a_delivery_ends_before_its_notice_is_given_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LEASE.total_seconds() > send.DELIVERY_SECONDS_MAX
    monkeypatch.setattr(send, "DELIVERY_SECONDS_MAX", 0.05)
    async with mute() as port, smarthost(port) as ours:
        with pytest.raises(TimeoutError):
            await ours.deliver(parcel())


async def test_a_server_that_turns_connections_away_means_try_later() -> None:
    async with mute(b"554 5.7.1 not you\r\n") as port, smarthost(port) as ours:
        with pytest.raises(aiosmtplib.SMTPException):
            await ours.deliver(parcel())


async def test_one_connection_serves_many_mails() -> None:
    host = Host()
    async with listening(host) as port, smarthost(port) as ours:
        for _ in range(5):
            await ours.deliver(parcel())
    assert (len(host.kept), len(host.connections)) == (5, 1)


async def test_a_connection_that_the_server_has_closed_is_replaced() -> None:
    host = Host()
    async with listening(host) as port, smarthost(port) as ours:
        await ours.deliver(parcel())
        assert host.connections[0].transport is not None
        host.connections[0].transport.close()
        await ours.deliver(parcel())
    assert (len(host.kept), len(host.connections)) == (2, 2)


async def test_an_idle_connection_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "IDLE_SECONDS", 0.0)
    host = Host()
    async with listening(host) as port, smarthost(port) as ours:
        await ours.deliver(parcel())
        await asyncio.wait_for(host.gone.wait(), PATIENCE)
        await ours.deliver(parcel())
    assert len(host.kept) == 2


async def test_hanging_up_is_polite() -> None:
    host = Host()
    async with listening(host) as port, smarthost(port) as ours:
        await ours.deliver(parcel())
        await ours.close()
        await asyncio.wait_for(host.gone.wait(), PATIENCE)
        await ours.deliver(parcel())
    assert len(host.kept) == 2


async def test_several_mails_go_at_once_but_not_all_of_them() -> None:
    host = Host(gate=asyncio.Event(), open_at=send.CONNECTIONS_MAX)
    async with listening(host) as port, smarthost(port) as ours:
        await asyncio.wait_for(asyncio.gather(*(ours.deliver(parcel()) for _ in range(20))), PATIENCE)
    assert (len(host.kept), host.most) == (20, send.CONNECTIONS_MAX)
    assert len(host.connections) == send.CONNECTIONS_MAX


async def test_a_failed_delivery_frees_its_place() -> None:
    host = Host(says={"RCPT": "550 no"})
    async with listening(host) as port, smarthost(port) as ours:
        for _ in range(3 * send.CONNECTIONS_MAX):
            with pytest.raises(Undeliverable):
                await asyncio.wait_for(ours.deliver(parcel()), PATIENCE)


async def test_a_mailbox_that_is_not_ascii_is_sent_as_utf8() -> None:  # RFC 6531
    host = Host()
    async with listening(host, enable_SMTPUTF8=True) as port, smarthost(port) as ours:
        await ours.deliver(parcel(recipient="jörg@leys.example"))
    (envelope,) = host.kept
    assert envelope.rcpt_tos == ["jörg@leys.example"]
    assert "SMTPUTF8" in envelope.mail_options


async def test_where_the_server_cannot_the_mail_is_undeliverable() -> None:
    host = Host()
    async with listening(host, enable_SMTPUTF8=False) as port, smarthost(port) as ours:
        with pytest.raises(Undeliverable, match=r"jörg@leys\.example"):
            await ours.deliver(parcel(recipient="jörg@leys.example"))
    assert host.kept == []


async def test_a_domain_that_is_not_ascii_needs_nothing_of_the_server() -> None:
    host = Host()
    async with listening(host, enable_SMTPUTF8=False) as port, smarthost(port) as ours:
        await ours.deliver(parcel(recipient="jo@schöl.example"))
    assert host.kept[0].rcpt_tos == ["jo@xn--schl-7qa.example"]


async def test_what_is_no_address_never_reaches_the_server() -> None:
    host = Host()
    async with listening(host) as port, smarthost(port) as ours:
        with pytest.raises(Undeliverable):
            await ours.deliver(parcel(recipient="jo@x.example>\r\nDATA"))
    assert host.connections == []
