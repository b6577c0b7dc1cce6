"""Mail servers deliver to the real server: what arrives, what is refused, and what they are told."""

import asyncio
import smtplib
from email.message import EmailMessage

import pytest

from tests.channels.smtp_peer import HELLO, KEPT, TEXT, WIRE, Box, Letter, connected, listening


async def test_a_mail_program_delivers_a_mail_with_an_attachment() -> None:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = "A return", "head@school.example", "returns@council.example"
    letter.set_content(".\n..\nAll the best\n")
    letter.add_attachment(bytes(range(256)) * 500, maintype="application", subtype="pdf", filename="a.pdf")
    letter.set_boundary("between-the-parts")

    def deliver() -> dict[str, tuple[int, bytes]]:
        with smtplib.SMTP("127.0.0.1", server.port) as client:
            return client.send_message(letter)

    box = Box()
    async with listening(box) as server:
        assert await asyncio.to_thread(deliver) == {}
    assert box.texts == [letter.as_bytes().replace(b"\n", b"\r\n")]
    envelope = box.letters[0].envelope
    assert (envelope.peer, envelope.mail_from, envelope.recipients) == (
        "127.0.0.1",
        "head@school.example",
        ("returns@council.example",),
    )
    assert not envelope.secure


async def test_what_the_service_can_do_is_announced_and_no_login() -> None:
    async with listening(Box(), message_bytes_max=12345) as server, connected(server) as peer:
        await peer.reply()
        offers = (await peer.say(HELLO[0])).split("\n")
    words = {line[4:] for line in offers}
    assert {"mx.council.example", "PIPELINING", "SIZE 12345", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"} == words


async def test_a_server_that_only_knows_helo_may_deliver() -> None:
    box = Box()
    async with listening(box) as server, connected(server) as peer:
        await peer.reply()
        assert await peer.say("HELO old.example") == "250 mx.council.example"
        for command in HELLO[1:]:
            await peer.say(command)
        await peer.send(WIRE)
        assert await peer.reply() == KEPT
    assert box.letters[0].envelope.helo == "old.example"


async def test_octets_beyond_ascii_arrive_as_they_are() -> None:
    box = Box()
    text = bytes(octet for octet in range(256) if octet not in b"\r\n") + b"\r\n"
    async with listening(box) as server, connected(server) as peer:
        assert await peer.mail(text + b".\r\n") == KEPT
    assert box.texts == [text]


async def test_an_address_beyond_ascii_needs_smtputf8() -> None:
    box = Box()
    async with listening(box) as server, connected(server) as peer:
        await peer.greet()
        assert (await peer.say("MAIL FROM:<zoë@school.example>")).startswith("553 5.6.7")
        assert (await peer.say("MAIL FROM:<zoë@school.example> SMTPUTF8 BODY=8BITMIME")).startswith("250 ")
        await peer.say(HELLO[2])
        await peer.say(HELLO[3])
        await peer.send(WIRE)
        assert await peer.reply() == KEPT
    assert box.letters[0].envelope.mail_from == "zoë@school.example"


async def test_a_bounce_with_its_empty_sender_is_let_in() -> None:
    box = Box()
    async with listening(box) as server, connected(server) as peer:
        await peer.greet()
        assert (await peer.say("MAIL FROM:<>")).startswith("250 ")
        for command in HELLO[2:]:
            await peer.say(command)
        await peer.send(WIRE)
        await peer.reply()
    assert box.letters[0].envelope.mail_from == ""


async def test_an_empty_message_is_a_message() -> None:
    box = Box()
    async with listening(box) as server, connected(server) as peer:
        assert await peer.mail(b".\r\n") == KEPT
    assert box.texts == [b""]


@pytest.mark.parametrize(
    "recipient",
    ["<someone@elsewhere.example>", "<returns@elsewhere.example>", "<postmaster>", "<someone%elsewhere.example@council.example>",
     "<returns%elsewhere.example@council.example>", "<@council.example:someone@elsewhere.example>", "<elsewhere.example!someone@council.example>",
     "<@elsewhere.example:returns@council.example>", '<"someone@elsewhere.example"@council.example>', "<someone@elsewhere.example@council.example>",
     '<"returns"@council.example>', "<returns@[127.0.0.1]>", "<zoë@council.example>"],
)  # fmt: skip
async def test_nobody_can_send_mail_elsewhere_by_way_of_us(recipient: str) -> None:
    box = Box()
    async with listening(box) as server, connected(server) as peer:
        await peer.greet()
        await peer.say(HELLO[1])
        assert (await peer.say(f"RCPT TO:{recipient}")).startswith("550 5.1.1 ")
        assert (await peer.say("DATA")).startswith("503 5.5.1 ")
    assert box.letters == []


@pytest.mark.parametrize(
    "recipient",
    ["someone%elsewhere.example@council.example", "@elsewhere.example:returns@council.example", "x!y@council.example"],
)
async def test_a_way_elsewhere_is_refused_even_where_every_mailbox_is_ours(recipient: str) -> None:
    async with listening(Box(), is_ours=lambda _: True) as server, connected(server) as peer:
        await peer.greet()
        await peer.say(HELLO[1])
        assert (await peer.say(f"RCPT TO:<{recipient}>")).startswith("550 5.1.1 ")


async def test_a_recipient_that_is_refused_does_not_harm_the_others() -> None:
    box = Box()
    async with listening(box) as server, connected(server) as peer:
        await peer.greet()
        await peer.say(HELLO[1])
        replies = [
            await peer.say(f"RCPT TO:<{to}>")
            for to in ("returns+ab12@council.example", "a@b.example", "Returns@Council.example")
        ]
        await peer.say("DATA")
        await peer.send(WIRE)
        assert await peer.reply() == KEPT
    assert [reply[:3] for reply in replies] == ["250", "550", "250"]
    assert box.letters[0].envelope.recipients == ("returns+ab12@council.example", "Returns@Council.example")


async def test_too_many_recipients_are_asked_to_wait() -> None:
    async with listening(Box(), recipients_max=1) as server, connected(server) as peer:
        await peer.greet()
        await peer.say(HELLO[1])
        await peer.say(HELLO[2])
        assert (await peer.say(HELLO[2])).startswith("452 4.5.3 ")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (["MAIL FROM:<a@b.example>"], "503 5.5.1"),
        (["EHLO x", "RCPT TO:<returns@council.example>"], "503 5.5.1"),
        (["EHLO x", "DATA"], "503 5.5.1"),
        (["EHLO x", "MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>"], "503 5.5.1"),
        (["EHLO x", "MAIL FROM:<a@b.example>", "EHLO x", "RCPT TO:<returns@council.example>"], "503 5.5.1"),
        (["EHLO x", "MAIL FROM:<a@b.example>", "RSET", "RCPT TO:<returns@council.example>"], "503 5.5.1"),
        (["EHLO x", "MAIL FROM:<a@b.example>", "RCPT TO:<>"], "501 5.1.3"),
        (["EHLO x", "MAIL FROM:<a@b.example>", "RCPT TO:<returns@council.example> NOTIFY=NEVER"], "555 5.5.4"),
        (["EHLO x", "MAIL FROM:<a@b.example>", "RCPT TO:<returns@council.example>", "DATA now"], "501 5.5.4"),
        (["EHLO x", "MAIL FROM:a b"], "555 5.5.4"),
        (["EHLO x", "MAIL"], "501 5.1.7"),
        (["EHLO"], "501 5.5.4"),
        (["HELO a\0b"], "501 5.5.4"),
        (["VRFY head"], "252 2.0.0"),
        (["VRFY"], "501 5.5.4"),
        (["EXPN head"], "502 5.5.1"),
        (["AUTH PLAIN AGEAYg=="], "502 5.5.1"),
        (["BDAT 10 LAST"], "502 5.5.1"),
        (["STARTTLS"], "503 5.5.1"),
        (["\xff\xfe"], "502 5.5.1"),
        ([""], "502 5.5.1"),
        (["NOOP anything"], "250 2.0.0"),
        (["HELP"], "214 2.0.0"),
        (["RSET"], "250 2.0.0"),
        (["NOOP " + "x" * 2000], "500 5.5.2"),
        (["EHLO x", "MAIL FROM:<a@b.example> SIZE=99999999999999999999999"], "555 5.5.4"),
        (["QUIT"], "221 2.0.0"),
    ],
)
async def test_each_command_is_answered_as_the_standard_says(said: list[str], code: str) -> None:
    async with listening(Box()) as server, connected(server) as peer:
        await peer.reply()
        replies = [await peer.say(command) for command in said]
    assert replies[-1].startswith(code)


async def test_quit_ends_the_connection() -> None:
    async with listening(Box()) as server, connected(server) as peer:
        await peer.greet()
        await peer.say("QUIT")
        assert await peer.reply() == ""


async def test_several_mails_come_on_one_connection() -> None:
    box = Box()
    async with listening(box) as server, connected(server) as peer:
        await peer.mail(WIRE)
        for command in HELLO[1:]:
            await peer.say(command)
        await peer.send(b"Second\r\n.\r\n")
        assert await peer.reply() == KEPT
    assert box.texts == [TEXT, b"Second\r\n"]


async def test_commands_sent_together_are_answered_in_order() -> None:
    async with listening(Box()) as server, connected(server) as peer:
        await peer.reply()
        await peer.send(b"\r\n".join(HELLO) + b"\r\n")
        replies = [await peer.reply() for _ in HELLO]
    assert [reply[:3] for reply in replies] == ["250", "250", "250", "354"]


@pytest.mark.parametrize("together", [True, False])
async def test_what_is_sent_after_the_dot_are_commands(together: bool) -> None:
    """RFC 2920: a second mail may follow in the same breath, up to its DATA."""
    box = Box()
    more = b"\r\n".join(HELLO[1:]) + b"\r\n"
    async with listening(box) as server, connected(server) as peer:
        await peer.begin()
        wire = WIRE + more
        for octets in [wire] if together else [bytes([octet]) for octet in wire]:
            await peer.send(octets)
        replies = [(await peer.reply())[:3] for _ in range(4)]
        await peer.send(b"Second\r\n.\r\nQUIT\r\n")
        replies += [(await peer.reply())[:3] for _ in range(2)]
    assert replies == ["250", "250", "250", "354", "250", "221"]
    assert box.texts == [TEXT, b"Second\r\n"]


async def test_a_great_many_commands_after_a_great_mail_keep_their_order() -> None:
    box = Box()
    async with listening(box, commands_max=30_000) as server, connected(server) as peer:
        await peer.begin()
        sending = asyncio.create_task(
            peer.send((b"x" * 68 + b"\r\n") * 20_000 + b".\r\n" + b"NOOP\r\n" * 20_000 + b"VRFY a\r\n")
        )
        replies = [(await peer.reply())[:3] for _ in range(20_002)]
        await sending
    assert replies == ["250"] * 20_001 + ["252"]


async def test_nothing_is_acknowledged_before_the_door_says_that_it_is_durable() -> None:
    box = Box()
    box.may_accept.clear()
    async with listening(box) as server, connected(server) as peer:
        await peer.begin()
        await peer.send(WIRE)
        await box.accepting.wait()
        answer = asyncio.create_task(peer.reply())
        await asyncio.sleep(0)
        assert not answer.done()
        box.may_accept.set()
        assert await answer == KEPT


def test_letters_are_incoming_mail() -> None:
    """The double used here has the shape that the server asks for."""
    from handlers.mail.smtp import Incoming  # noqa: PLC0415 (only this test speaks of it)

    shape: type[Incoming] = Letter
    assert shape is Letter
