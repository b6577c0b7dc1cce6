"""How often one address may come, and for how long: whoever wants all of it leaves enough for everybody else."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.smtp.connections import Connections, network_of
from handlers.mail.smtp.context import ServerContext
from handlers.mail.smtp.limits import Limits
from handlers.mail.smtp.rates import ADDRESSES_MAX, Rate
from tests.channels.loop_clock import Clock
from tests.channels.smtp_peer import HELLO, KEPT, WIRE, Box, Peer, connected, listening

NEIGHBOUR = "127.0.0.2"


async def from_another_address(port: int) -> Peer:
    return Peer(*await asyncio.open_connection("127.0.0.1", port, local_addr=(NEIGHBOUR, 0)))


@given(st.integers(1, 50), st.floats(0.1, 10_000), st.floats(0, 1e9))
def test_all_may_come_at_once_and_no_more_until_time_has_passed(most: int, seconds: float, now: float) -> None:
    rate = Rate(most, seconds)
    assert [rate.take("a", now) for _ in range(most)] == [True] * most
    if seconds / most > 1e-3:
        assert not rate.take("a", now)
        assert rate.take("b", now)
        assert rate.take("a", now + seconds / most + 1e-3)


@given(st.lists(st.floats(0, 100), max_size=200))
def test_within_any_period_never_twice_as_many_come_in(moments: list[float]) -> None:
    rate = Rate(5, 10)
    taken = [now for now in sorted(moments) if rate.take("a", now)]
    assert all(sum(start <= one < start + 10 for one in taken) <= 10 for start in taken)


def test_any_number_of_addresses_is_remembered_in_the_same_room() -> None:
    rate = Rate(1, 60)
    for number in range(3 * ADDRESSES_MAX):
        assert rate.take(f"2001:db8:0:{number:x}::/64", now=0)
    assert len(rate._good_at) <= ADDRESSES_MAX + 1


def test_whoever_has_not_been_heard_for_long_is_forgotten() -> None:
    rate = Rate(1, 60)
    for number in range(100):
        rate.take(str(number), now=0)
    for _ in range(100):
        rate.take("0", now=1000)
    assert list(rate._good_at) == ["0"]


async def test_an_address_that_connects_too_often_waits_a_little_and_others_do_not(clock: Clock) -> None:
    async with listening(Box(), connections_per_minute=2) as server:
        for _ in range(2):
            async with connected(server) as peer:
                await peer.greet()
        async with connected(server) as peer:
            assert (await peer.reply()).startswith("421 4.7.0 ")
        async with await from_another_address(server.port) as other:
            await other.greet()
        clock.advance(31)
        async with connected(server) as peer:
            await peer.greet()


async def test_an_address_that_mails_too_often_is_put_off_and_others_are_not(clock: Clock) -> None:
    box = Box()
    async with listening(box, messages_per_hour=2) as server, connected(server) as peer:
        await peer.mail(WIRE)
        for _ in range(2):
            await peer.say("RSET")
            reply = await peer.say(HELLO[1])
        assert reply.startswith("450 4.7.1 ")
        assert (await peer.say(HELLO[2])).startswith("503 ")
        async with await from_another_address(server.port) as other:
            assert await other.mail(WIRE) == KEPT
        clock.advance(1801)
        assert (await peer.reply()).startswith("421 4.4.2 ")  # it stood there for too long, but may come again
        async with connected(server) as again:
            assert await again.mail(WIRE) == KEPT


async def test_a_server_of_ours_may_connect_and_mail_as_often_as_it_likes() -> None:
    box = Box()
    async with listening(box, known=lambda _: True, connections_per_minute=1, messages_per_hour=1) as server:
        for _ in range(3):
            async with connected(server) as peer:
                assert await peer.mail(WIRE) == KEPT


async def test_a_place_is_kept_for_our_servers_when_strangers_take_all_others() -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            listening(Box(), known=lambda peer: peer == NEIGHBOUR, connections_max=10)
        )
        for _ in range(9):
            await (await stack.enter_async_context(connected(server))).greet()
        stranger = await stack.enter_async_context(connected(server))
        assert (await stranger.reply()).startswith("421 4.3.2 ")
        ours = await stack.enter_async_context(await from_another_address(server.port))
        assert await ours.mail(WIRE) == KEPT


async def test_our_servers_make_room_for_nobody() -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            listening(Box(), known=lambda peer: peer != NEIGHBOUR, connections_max=10)
        )
        ours = [await stack.enter_async_context(connected(server)) for _ in range(9)]
        for peer in ours:
            await peer.greet()
        stranger = await stack.enter_async_context(await from_another_address(server.port))
        assert (await stranger.reply()).startswith("421 4.3.2 ")
        for peer in ours:
            await peer.say("NOOP")


@dataclass(eq=False)
class Visitor:
    """A connection that ends a while after it was cut."""

    peer: str
    is_cut: bool = False

    def say_goodbye(self) -> None:
        """Nothing is said."""

    def cut(self) -> None:
        """That was it."""
        self.is_cut = True


async def test_of_those_who_make_room_each_is_sent_away_once() -> None:
    context = ServerContext(Box(), lambda _: True, "mx.example", Limits(connections_max=10, per_address_max=9))
    connections = Connections(context)
    greedy = [Visitor("192.0.2.1") for _ in range(9)]
    assert [connections.admit(one) for one in (*greedy, *(Visitor("192.0.2.2") for _ in range(4)))] == [None] * 13
    assert [one.is_cut for one in greedy] == [True] * 4 + [False] * 5


def test_a_subscriber_is_one_address_however_many_they_have() -> None:
    assert network_of("2001:db8:0:1::1") == network_of("2001:db8:0:1:ffff::2") != network_of("2001:db8:0:2::1")
    assert network_of("192.0.2.1") != network_of("192.0.2.2")


async def test_fifty_slow_senders_of_one_address_starve_nobody() -> None:
    """As many as one address may have, each in the middle of a mail; more are turned away, an honest mail comes in."""
    box = Box()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(listening(box))
        for number in range(50):
            slow = await stack.enter_async_context(connected(server))
            await slow.begin()
            await slow.send(b"Subject: slow " + str(number).encode())
            await box.written.get()
        async with connected(server) as one_more:
            assert (await one_more.reply()).startswith("421 4.7.0 ")
        honest = await stack.enter_async_context(await from_another_address(server.port))
        assert await honest.mail(WIRE) == KEPT
    assert len(box.texts) == 1


async def test_whoever_says_much_and_mails_nothing_is_sent_away() -> None:
    async with listening(Box(), commands_max=5) as server, connected(server) as peer:
        await peer.greet()
        for _ in range(4):
            assert (await peer.say("RSET")).startswith("250 ")
        assert (await peer.reply()).startswith("421 4.7.0 ")
        assert await peer.reply() == ""


async def test_each_mail_earns_a_server_its_commands_anew() -> None:
    async with listening(Box(), commands_max=5) as server, connected(server) as peer:
        await peer.greet()
        for _ in range(4):
            replies = [(await peer.say(command))[:3] for command in HELLO[1:]]
            await peer.send(WIRE)
            assert [*replies, await peer.reply()] == ["250", "250", "354", KEPT]


@pytest.mark.parametrize("line", [b"", b"\0", b" ", b"GET / HTTP/1.1", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"])
async def test_empty_and_foreign_lines_are_errors_and_end_the_connection(line: bytes) -> None:
    async with listening(Box(), faults_max=3) as server, connected(server) as peer:
        await peer.greet()
        for _ in range(4):
            assert (await peer.say(line))[:3] in {"500", "502"}
        assert (await peer.reply()).startswith("421 4.7.0 ")


async def test_a_command_that_drips_in_has_to_be_whole_in_time(clock: Clock) -> None:
    """Each octet is a sign of life, and none of them prolongs anything."""
    async with listening(Box(), patience_seconds=300) as server, connected(server) as peer:
        await peer.greet()
        for octet in b"NOOP":
            await peer.send(bytes([octet]))
            clock.advance(76)
        assert (await peer.reply()).startswith("421 4.4.2 ")


async def test_a_dialogue_that_leads_to_no_mail_does_not_last_for_ever(clock: Clock) -> None:
    async with listening(Box(), dialogue_seconds_max=900) as server, connected(server) as peer:
        await peer.greet()
        for _ in range(3):
            clock.advance(299)
            assert (await peer.say("NOOP")).startswith("250 ")
        clock.advance(4)
        assert (await peer.reply()).startswith("421 4.4.2 ")


async def test_without_room_mail_is_put_off_before_it_is_sent_and_comes_in_once_there_is_room() -> None:
    box, free = Box(), 0
    async with listening(box, has_room=lambda octets: octets < free) as server, connected(server) as peer:
        await peer.greet()
        assert (await peer.say(HELLO[1])).startswith("452 4.3.1 ")
        assert (await peer.say(HELLO[2])).startswith("503 ")
        free = 1000
        assert (await peer.say(HELLO[1] + b" SIZE=2000")).startswith("452 4.3.1 ")
        replies = [(await peer.say(command))[:3] for command in HELLO[1:]]
        free = 0  # what was let in by then is taken, as long as it can be
        await peer.send(WIRE)
        assert [*replies, await peer.reply()] == ["250", "250", "354", KEPT]
    assert len(box.letters) == 1


async def test_whoever_fills_the_house_makes_room_for_others_even_while_sending() -> None:
    async with listening(Box(), connections_max=10, per_address_max=9) as server, AsyncExitStack() as stack:
        greedy = [await stack.enter_async_context(connected(server)) for _ in range(9)]
        assert [(await peer.reply())[:3] for peer in greedy] == ["220"] * 9
        for command in HELLO:
            await greedy[0].say(command)
        await greedy[0].send(b"Subject: A re")

        others = [await stack.enter_async_context(await from_another_address(server.port)) for _ in range(5)]
        assert [(await peer.reply())[:3] for peer in others] == ["220"] * 4 + ["421"]  # each has as much as the other
        assert [await peer.reply() for peer in greedy[:4]] == [""] * 4
        for command in HELLO:
            await others[0].say(command)
        await others[0].send(WIRE)
        assert await others[0].reply() == KEPT
