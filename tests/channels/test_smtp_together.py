"""Many connections, faulty ones, and an orderly end: nobody harms anybody else."""

import asyncio

import pytest
from structlog.testing import capture_logs

from handlers.mail.smtp.connections import network_of
from tests.channels.smtp_peer import HELLO, KEPT, Box, Peer, connected, conversation, listening

WIRE = b"Subject: A return\r\n\r\nGood morning\r\n.\r\n"


async def test_one_connection_too_many_is_asked_to_come_back_and_may_once_another_has_left() -> None:
    async with listening(Box(), connections_max=2) as server, connected(server) as first, connected(server) as second:
        await first.greet()
        await second.greet()
        async with connected(server) as third:
            assert (await third.reply()).startswith("421 4.3.2 ")
            assert await third.reply() == ""
        await first.say("QUIT")
        assert await first.reply() == ""
        async with connected(server) as third:
            assert (await third.reply()).startswith("220 ")


async def test_one_address_cannot_take_all_connections() -> None:
    async with listening(Box(), per_address_max=1) as server, connected(server) as first, connected(server) as second:
        await first.greet()
        assert (await second.reply()).startswith("421 4.7.0 ")


async def test_whoever_makes_one_mistake_after_the_other_is_sent_away() -> None:
    async with listening(Box(), faults_max=3) as server, connected(server) as peer:
        await peer.reply()
        replies = [(await peer.say("SECRET"))[:3] for _ in range(4)]
        assert replies == ["502"] * 4
        assert (await peer.reply()).startswith("421 4.7.0 ")
        assert await peer.reply() == ""


async def test_a_mail_is_no_mistake_even_if_it_is_refused() -> None:
    box = Box()
    box.on_accept = lambda _: "550 5.7.1 Not proven."
    async with listening(box, faults_max=1) as server, connected(server) as peer:
        await peer.greet()
        for _ in range(3):
            for command in HELLO[1:]:
                await peer.say(command)
            await peer.send(WIRE)
            assert (await peer.reply()).startswith("550 5.7.1")


async def test_a_line_that_does_not_end_is_not_read_for_ever() -> None:
    async with listening(Box()) as server, connected(server) as peer:
        await peer.reply()
        await peer.send(b"x" * 300_000)
        assert (await peer.reply()).startswith("500 5.5.2 ")
        assert await peer.reply() == ""


async def test_many_sessions_deliver_at_once() -> None:
    box = Box()

    async def deliver(number: int) -> str:
        async with await Peer.connect(server.port) as peer:
            return await peer.mail(f"{number}\r\n".encode() * 30_000 + b".\r\n")

    async with listening(box) as server:
        replies = await asyncio.gather(*(deliver(number) for number in range(20)))
    assert replies == [KEPT] * 20
    assert sorted(box.texts) == sorted(f"{number}\r\n".encode() * 30_000 for number in range(20))


async def test_others_are_served_while_one_large_mail_comes_in() -> None:
    """Goal 5: each idle session is answered before the large mail is through."""
    box = Box()
    large = (b"x" * 998 + b"\r\n") * 20_000
    async with listening(box) as server, connected(server) as busy, connected(server) as idle:
        await idle.greet()
        await busy.begin()
        sending = asyncio.create_task(busy.send(large + b".\r\n"))
        await box.written.get()
        answered = 0
        while not box.accepting.is_set():
            assert (await idle.say("NOOP")).startswith("250 ")
            answered += not box.accepting.is_set()
        await sending
        assert await busy.reply() == KEPT
    assert answered > 10


async def test_a_stop_sends_idle_peers_away_and_lets_a_running_mail_finish() -> None:
    box = Box()
    async with listening(box) as server, connected(server) as idle, connected(server) as busy:
        await idle.greet()
        await busy.begin()
        await busy.send(b"First half\r\n")
        await box.written.get()
        stopping = asyncio.create_task(server.close(grace_seconds=60))
        assert (await idle.reply()).startswith("421 4.3.2 ")
        assert await idle.reply() == ""
        with pytest.raises(ConnectionError):
            await Peer.connect(server.port)
        await busy.send(b"Second half\r\n.\r\n")
        assert await busy.reply() == KEPT
        assert (await busy.reply()).startswith("421 4.3.2 ")
        await stopping
    assert box.texts == [b"First half\r\nSecond half\r\n"]


async def test_a_stop_waits_no_longer_than_it_was_told() -> None:
    box = Box()
    async with listening(box) as server, connected(server) as busy:
        await busy.begin()
        await busy.send(b"First half\r\n")
        await box.written.get()
        await server.close(grace_seconds=0)
        assert (await box.abandoned.get()).accepted is False


async def test_a_stop_waits_for_a_mail_that_is_being_accepted_though_its_sender_has_gone() -> None:
    box = Box()
    box.may_accept.clear()
    async with listening(box) as server, connected(server) as peer:
        await peer.begin()
        await peer.send(WIRE)
        await box.accepting.wait()
        talk = conversation(server)
        peer.vanish()
        await asyncio.wait([talk])
        stopping = asyncio.create_task(server.close(grace_seconds=60))
        await asyncio.sleep(0)
        box.may_accept.set()
        await stopping
        assert len(box.texts) == 1


async def test_addresses_of_peers_and_senders_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    with capture_logs() as logs:
        async with listening(Box()) as server, connected(server) as peer:
            await peer.mail(WIRE)
    assert "school.example" not in caplog.text + str(logs)
    assert "127.0.0.1" not in caplog.text + str(logs)


@pytest.mark.parametrize(
    ("peer", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
    ],
)
def test_all_addresses_of_one_ipv6_subscriber_count_as_one(peer: str, place: str) -> None:
    assert network_of(peer) == place
