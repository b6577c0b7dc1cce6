"""What is said to the process aside and what comes back (docs/decisions/0015), with the test in the place of the process."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.aside.frames import BYTES_MAX, HEAD, Ended, Heard, framed
from handlers.aside.lane import Lane, TooSlow
from tests.channels.loop_clock import Clock

PATIENCE = 10.0
"""Seconds after which a test has failed."""
MINUTE = 60.0


@dataclass
class Process:
    """The other side."""

    line: socket.socket
    heard: Heard = field(default_factory=Heard)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self, *, slow: asyncio.Future[bytes] | None = None) -> None:
        if slow:
            slow.set_exception(TooSlow(alone=False))
        self.ended.set()

    async def hear(self, count: int) -> list[bytes]:
        """So many requests."""
        found: list[bytes] = []
        while len(found) < count:
            self.heard.feed(await asyncio.get_running_loop().sock_recv(self.line, 100))
            found += [octets for _, octets in self.heard.frames()]
        return found

    async def say(self, octets: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.line, octets)


@asynccontextmanager
async def lane(*, one_by_one: bool = False) -> AsyncIterator[tuple[Lane, Process]]:
    ours, theirs = socket.socketpair()
    theirs.settimeout(0)
    process = Process(theirs)
    lane = Lane(process.end, one_by_one=one_by_one)
    await asyncio.get_running_loop().create_unix_connection(lambda: lane, sock=ours)
    with theirs:
        yield lane, process
        lane.close()


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.binary())), st.integers(1, 40))
def test_frames_are_whole_in_whatever_pieces_they_come(said: list[tuple[int, bytes]], size: int) -> None:
    octets = b"".join(framed(number, words) for number, words in said)
    heard, found = Heard(), []
    for at in range(0, len(octets), size):
        heard.feed(octets[at : at + size])
        found += list(heard.frames())
    assert found == said


def test_what_is_too_long_is_not_waited_for() -> None:
    heard = Heard()
    heard.feed(HEAD.pack(0, BYTES_MAX + 1))
    with pytest.raises(Ended):
        list(heard.frames())


async def test_answers_come_in_any_order_and_each_to_whoever_asked() -> None:
    async with lane() as (ours, process):
        answers = [ours.ask(request, MINUTE) for request in (b"one", b"two", b"three")]
        assert await process.hear(3) == [b"one", b"two", b"three"]
        answers[1].cancel()
        assert ours.under_way == 3
        await process.say(framed(2, b"3") + framed(1, b"2") + framed(0, b"1"))
        assert (await answers[0], await answers[2]) == (b"1", b"3")
        assert ours.under_way == 0
        assert not process.ended.is_set()


@pytest.mark.parametrize("said", [framed(7, b"never asked"), framed(0, b"") + framed(0, b"twice"), b"\xff" * HEAD.size])
async def test_a_process_that_does_not_speak_as_it_should_is_ended(said: bytes) -> None:
    async with lane() as (ours, process):
        ours.ask(b"one", MINUTE)
        await process.say(said)
        await asyncio.wait_for(process.ended.wait(), PATIENCE)


async def test_what_takes_too_long_says_so_and_ends_the_process(clock: Clock) -> None:
    async with lane() as (ours, process):
        first, second = ours.ask(b"one", MINUTE), ours.ask(b"two", MINUTE)
        await process.hear(2)
        clock.advance(MINUTE + 1)
        with pytest.raises(TooSlow):
            await first
        assert process.ended.is_set()
        assert not second.done(), "which is not known to be the cause"


async def test_where_one_is_done_after_the_other_none_pays_for_the_one_before(clock: Clock) -> None:
    async with lane(one_by_one=True) as (ours, process):
        first, second = ours.ask(b"one", MINUTE), ours.ask(b"two", MINUTE)
        await process.hear(2)
        clock.advance(MINUTE - 1)
        await process.say(framed(0, b"1"))
        assert await first == b"1"
        clock.advance(MINUTE - 1)
        third = ours.ask(b"three", MINUTE)
        await process.hear(1)
        assert not process.ended.is_set()
        clock.advance(2)
        with pytest.raises(TooSlow):
            await second
        assert not third.done()
