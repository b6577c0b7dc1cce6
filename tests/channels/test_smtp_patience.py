"""Slow, stalled, half-closed and lost connections: nobody is cut who makes progress, and nobody waits for ever."""

import asyncio

from handlers.mail.smtp.session import Session
from tests.channels.loop_clock import Clock
from tests.channels.smtp_peer import HELLO, KEPT, WIRE, Box, Peer, connected, conversation, listening


async def test_a_slow_transfer_is_never_cut_while_it_keeps_the_least_rate(clock: Clock) -> None:
    """Goal 9: for two hours 1,000 octets come in each second, on average, a minute's worth at a time."""
    box = Box()
    minute = (b"x" * 998 + b"\r\n") * 60
    async with listening(box, octets_per_second_min=1000, patience_seconds=120) as server, connected(server) as peer:
        await peer.begin()
        for _ in range(2 * 60):
            await peer.send(minute)
            read = 0
            while read < len(minute) - 2:
                read += await box.written.get()
            clock.advance(60)
        await peer.send(b"\r\n.\r\n")
        assert await peer.reply() == KEPT
    assert len(box.texts[0]) == 2 * 60 * len(minute) + 2


async def test_a_transfer_that_stalls_is_cut_and_nothing_is_kept(clock: Clock) -> None:
    box = Box()
    async with listening(box, patience_seconds=300) as server, connected(server) as peer:
        await peer.begin()
        await peer.send(b"x" * 1000)
        await box.written.get()
        clock.advance(301)
        assert (await peer.reply()).startswith("421 4.4.2 The mail was sent too slowly")
        assert await peer.reply() == ""
        assert (await box.abandoned.get()).accepted is False


async def test_a_transfer_that_merely_drips_is_cut(clock: Clock) -> None:
    box = Box()
    async with listening(box, octets_per_second_min=1000, patience_seconds=300) as server, connected(server) as peer:
        await peer.begin()
        for _ in range(4):
            await peer.send(b"x" * 1000)
            await box.written.get()
            clock.advance(100)
        assert (await peer.reply()).startswith("421 4.4.2 ")


async def test_a_peer_that_says_nothing_is_sent_away(clock: Clock) -> None:
    async with listening(Box(), patience_seconds=300) as server, connected(server) as peer:
        await peer.greet()
        clock.advance(299)
        assert (await peer.say("NOOP")).startswith("250 ")
        clock.advance(299)
        assert (await peer.say("NOOP")).startswith("250 ")
        clock.advance(301)
        assert (await peer.reply()).startswith("421 4.4.2 ")
        assert await peer.reply() == ""


async def test_a_peer_that_never_reads_its_replies_is_cut_in_the_end(clock: Clock) -> None:
    endless = 1_000_000
    async with listening(Box(), commands_max=endless) as server, connected(server) as peer:
        await peer.greet()
        [session], talk = server.connections._clients, conversation(server)
        assert isinstance(session, Session)
        peer.reader._transport.pause_reading()  # type: ignore[attr-defined]  # nothing public stops a stream from reading
        flooding = asyncio.create_task(flood(peer))
        while session._writer.transport.get_write_buffer_size() < 1 << 16:  # noqa: ASYNC110 (no event tells of a full buffer)
            await asyncio.sleep(0)
        clock.advance(301)  # the peer is told that it said nothing for too long, and does not read that either
        while not session._writer.is_closing():  # noqa: ASYNC110 (nor of one that is closing)
            await asyncio.sleep(0)
        clock.advance(11)
        await asyncio.wait([talk])
        await asyncio.wait([flooding])


async def flood(peer: Peer) -> None:
    """Commands without end, until the connection is cut."""
    while not peer.writer.is_closing():
        await peer.send(b"HELP\r\n" * 10_000)


async def test_a_peer_that_half_closes_after_its_mail_still_gets_its_answer() -> None:
    box = Box()
    box.may_accept.clear()
    async with listening(box) as server, connected(server) as peer:
        await peer.begin()
        await peer.send(WIRE + b"NOOP\r\n")
        peer.writer.write_eof()
        await box.accepting.wait()
        box.may_accept.set()
        assert await peer.reply() == KEPT
        assert (await peer.reply()).startswith("250 ")
        assert await peer.reply() == ""


async def test_a_whole_dialogue_sent_at_once_and_half_closed_is_carried_out() -> None:
    async with listening(Box()) as server, connected(server) as peer:
        await peer.send(b"EHLO x\r\nNOOP\r\nVRFY a\r\n")
        peer.writer.write_eof()
        replies = [(await peer.reply())[:3] for _ in range(5)]
    assert replies == ["220", "250", "250", "252", ""]


async def test_a_mail_whose_sender_half_closes_in_the_middle_is_abandoned() -> None:
    box = Box()
    async with listening(box) as server, connected(server) as peer:
        await peer.begin()
        await peer.send(b"Subject: A return\r\n\r\nGood mor")
        peer.writer.write_eof()
        assert await peer.reply() == ""
        assert (await box.abandoned.get()).accepted is False


async def test_a_mail_whose_connection_is_lost_in_the_middle_is_abandoned() -> None:
    box = Box()
    async with listening(box) as server, connected(server) as peer:
        await peer.begin()
        await peer.send(b"x" * 10_000)
        await box.written.get()
        peer.vanish()
        assert (await box.abandoned.get()).accepted is False


async def test_a_mail_that_is_being_accepted_is_accepted_to_the_end_though_the_connection_is_lost() -> None:
    """Half of an acceptance would be worse than none; the sender repeats the mail, and it is known by then."""
    box = Box()
    box.may_accept.clear()
    async with listening(box) as server, connected(server) as peer:
        await peer.begin()
        await peer.send(WIRE)
        await box.accepting.wait()
        talk = conversation(server)
        peer.vanish()
        await asyncio.wait([talk])
        box.may_accept.set()
        assert (await box.accepted.get()).abandoned is False


async def test_a_sender_waits_for_its_reply_no_longer_than_the_standard_says(clock: Clock) -> None:
    """RFC 5321, section 4.5.3.2.6: after ten minutes it has given up, and will repeat a mail that is known by then."""
    box = Box()
    box.may_accept.clear()
    async with listening(box, patience_seconds=300) as server, connected(server) as peer:
        await peer.begin()
        await peer.send(WIRE)
        await box.accepting.wait()
        clock.advance(599)
        answer = asyncio.create_task(peer.reply())
        await asyncio.wait([answer], timeout=0)
        assert not answer.done()
        clock.advance(2)
        assert (await answer).startswith("421 4.4.2 ")
        assert await peer.reply() == ""
        box.may_accept.set()
        assert (await box.accepted.get()).abandoned is False


async def test_what_lies_ready_is_read_in_order_and_a_piece_at_a_time() -> None:
    """While one mail is being accepted, its sender sends all of the next one and a great many commands."""
    box = Box()
    box.may_accept.clear()
    turns = 0
    seen: list[int] = []
    box.on_write = lambda _: seen.append(turns)
    second = (b"x" * 998 + b"\r\n") * 400

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with listening(box, commands_max=40_000) as server, connected(server) as peer:
        await peer.begin()
        [session] = server.connections._clients
        assert isinstance(session, Session)
        said = b"\r\n".join([*HELLO[1:], second + b"."]) + b"\r\n" + b"NOOP\r\n" * 30_000 + b"VRFY a\r\n"
        sending = asyncio.create_task(peer.send(WIRE + said))
        while len(session._reader._buffer) < 1 << 19:  # type: ignore[attr-defined]  # noqa: ASYNC110 (no event tells of a full buffer)
            await asyncio.sleep(0)
        others = asyncio.create_task(take_turns())
        box.may_accept.set()
        replies = [(await peer.reply())[:3] for _ in range(1 + 3 + 1 + 30_000 + 1)]
        others.cancel()
        await sending
    assert replies == ["250", "250", "250", "354"] + ["250"] * 30_001 + ["252"]
    assert box.texts[1] == second
    assert len(seen) > 2
    assert len(set(seen)) == len(seen)
