"""What is refused over SMTP, and in which words: smuggled, malformed and too large mail, and doors that fail."""

import pytest
from structlog.testing import capture_logs

from tests.channels.smtp_peer import HELLO, KEPT, Box, connected, listening

WIRE = b"Subject: A return\r\n\r\nGood morning\r\n.\r\n"


class Broken(Exception):
    """What a door raises when its disk is full."""


def broken(*_: object) -> str:
    raise Broken("head@school.example")


SMUGGLED = b"\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<returns@council.example>\r\nDATA\r\nevil\r\n"


@pytest.mark.parametrize(
    "end",
    [b"\n.\r\n", b"\n.\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n.\0\r\n", b"\r\n.\r\r\n", b"\n\n.\r\n"],
)
async def test_no_other_end_than_the_standard_one_ends_a_mail(end: bytes) -> None:
    """CVE-2023-51764 and its like: what one server takes for the end, the next takes for text."""
    box = Box()
    async with listening(box) as server, connected(server) as peer:
        reply = await peer.mail(b"first" + end + SMUGGLED + b".\r\n")
        after = await peer.say("NOOP")
    assert len(box.letters) == 1
    if end == b"\r\n.\0\r\n":
        assert reply == KEPT
        assert after.startswith("250 ")
    else:
        assert reply.startswith("550 5.6.0 ")
        assert after == ""
        assert box.letters[0].abandoned


@pytest.mark.parametrize("text", [b"a\nb\r\n", b"a\rb\r\n", b"a\r\n\nb\r\n", b"\ra\r\n", b"a\n\rb\r\n", b"a\r\r\n"])
async def test_a_bare_line_end_is_refused_in_words_that_help(text: bytes) -> None:
    box = Box()
    async with listening(box) as server, connected(server) as peer:
        reply = await peer.mail(text + b".\r\n")
    assert reply.startswith("550 5.6.0 Nothing was kept")
    assert "a CR or an LF that stands alone" in reply
    assert box.letters[0].abandoned


async def test_a_declared_size_that_is_too_large_is_refused_at_once() -> None:
    async with listening(Box(), message_bytes_max=2_000_000) as server, connected(server) as peer:
        await peer.greet()
        assert (await peer.say("MAIL FROM:<a@b.example> SIZE=2000000")).startswith("250 ")
        await peer.say("RSET")
        reply = await peer.say("MAIL FROM:<a@b.example> SIZE=2000001")
    assert reply.startswith("552 5.3.4 ")
    assert "2 MB" in reply


@pytest.mark.parametrize(("octets", "kept"), [(1000, True), (1001, False)])
async def test_the_largest_mail_is_taken_and_one_octet_more_is_not(octets: int, kept: bool) -> None:
    box = Box()
    lines = b"." * 98 + b"\r\n"
    text = (lines * 10)[: 1000 - 2] + b"x" * (octets - 1000) + b"\r\n"
    async with listening(box, message_bytes_max=1000) as server, connected(server) as peer:
        reply = await peer.mail(b"".join(b"." + line for line in text.splitlines(keepends=True)) + b".\r\n")
        assert (await peer.say("NOOP")).startswith("250 ")
    assert (reply == KEPT, box.letters[0].abandoned) == (kept, not kept)
    assert kept or reply.startswith("552 5.3.4 ")


async def test_a_mail_that_grows_too_large_is_stored_no_further() -> None:
    box = Box()
    async with listening(box, message_bytes_max=100_000) as server, connected(server) as peer:
        reply = await peer.mail(b"x" * 70_000 + b"\r\n" + b"x" * 90_000 + b"\r\n.\r\n")
    assert reply.startswith("552 5.3.4 ")
    assert len(box.letters[0].text) <= 100_000


async def test_a_mail_without_end_is_not_listened_to_for_ever() -> None:
    box = Box()
    async with listening(box, message_bytes_max=100_000) as server, connected(server) as peer:
        await peer.begin()
        await peer.send(b"x" * 300_000)
        assert (await peer.reply()).startswith("552 5.3.4 ")
        assert await peer.reply() == ""
    assert box.letters[0].abandoned


async def test_a_door_that_does_not_open_asks_the_sender_to_try_again() -> None:
    box = Box()
    box.on_open = broken
    async with listening(box) as server, connected(server) as peer:
        await peer.greet()
        with capture_logs() as logs:
            replies = [await peer.say(command) for command in HELLO[1:]]
        assert (await peer.say("RSET")).startswith("250 ")
    assert replies[-1].startswith("451 4.3.0 ")
    assert "head@" not in replies[-1] + str(logs)
    assert logs[0]["error"] == "Broken"


async def test_a_door_that_fails_in_the_middle_keeps_nothing_and_asks_to_try_again() -> None:
    box = Box()
    box.on_write = broken
    async with listening(box) as server, connected(server) as peer:
        with capture_logs() as logs:
            reply = await peer.mail(WIRE)
        assert (await peer.say("NOOP")).startswith("250 ")
    assert reply.startswith("451 4.3.0 ")
    assert box.letters[0].abandoned
    assert "head@" not in reply + str(logs)
    assert any("broken" in where for where in logs[0]["where"])


async def test_a_door_that_fails_in_the_end_asks_to_try_again_and_is_not_told_to_abandon() -> None:
    box = Box()
    box.on_accept = broken
    async with listening(box) as server, connected(server) as peer:
        with capture_logs() as logs:
            reply = await peer.mail(WIRE)
    assert reply.startswith("451 4.3.0 ")
    assert not box.letters[0].abandoned
    assert "head@" not in reply + str(logs)


async def test_a_door_that_answers_nonsense_is_a_fault_of_ours() -> None:
    box = Box()
    box.on_accept = lambda _: "ok\r\n250 fine"
    async with listening(box) as server, connected(server) as peer:
        with capture_logs():
            assert (await peer.mail(WIRE)).startswith("451 4.3.0 ")


async def test_the_refusal_of_the_door_is_handed_on_whole() -> None:
    text = "550 5.7.1 " + " ".join(f"word{number}" for number in range(200))
    box = Box()
    box.on_accept = lambda _: text
    async with listening(box) as server, connected(server) as peer:
        reply = await peer.mail(WIRE)
    assert " ".join(line[10:] for line in reply.split("\n")) == text[10:]


async def test_a_mistake_in_our_own_house_does_not_leak_into_the_dialogue() -> None:
    async with listening(Box(), is_ours=lambda address: bool(broken(address))) as server, connected(server) as peer:
        await peer.greet()
        await peer.say(HELLO[1])
        with capture_logs() as logs:
            reply = await peer.say(HELLO[2])
    assert reply.startswith("451 4.3.0 ")
    assert "head@" not in reply + str(logs)
