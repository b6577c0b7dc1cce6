"""Mails that no program writes, by a raw socket into the whole office: what becomes of each, and of an honest one meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.ledger.tables import InboxState
from bot.rules.lifecycle import Status
from tests.channels.smtp_peer import Peer
from tests.office import Opener, TestOffice
from tests.people import JO, PLAN, SAM

SECONDS_MAX = 20
RELAY = {
    "POSTROOM__EMAIL__TRUST__SUBMISSION_NETWORKS": "[]",
    "POSTROOM__EMAIL__TRUST__RELAY_NETWORKS": '["127.0.0.0/8"]',
    "POSTROOM__EMAIL__TRUST__AUTHSERV_IDS": '["mx.derbyshire.example"]',
}
PROOF = "Authentication-Results: mx.derbyshire.example; dmarc=pass header.from=leysjunior.example\r\n"
HEAD = f"From: {JO}\r\nTo: returns@derbyshire.example\r\nSubject: return\r\nMessage-ID: <raw@leysjunior.example>\r\n"
FILE = f'Content-Disposition: attachment; filename="{PLAN}"\r\n\r\nPK small\r\n'


async def deliver(post: TestOffice, text: str | bytes, sender: str = JO) -> str:
    """The reply to a mail of these octets."""
    async with await Peer.connect(post.port) as peer:
        return await begun(peer, text if isinstance(text, bytes) else text.encode(), sender)


async def begun(peer: Peer, text: bytes, sender: str = JO) -> str:
    await peer.reply()
    for command in ("EHLO x", f"MAIL FROM:<{sender}>", "RCPT TO:<returns@derbyshire.example>", "DATA"):
        assert (await peer.say(command))[:3] in {"250", "354"}
    await peer.send(text + b"\r\n.\r\n")
    return await peer.reply()


def nested(deep: int) -> str:
    """A multipart in a multipart in a multipart …, with a file in the innermost."""
    kind = "Content-Type: multipart/mixed; boundary=b{}\r\n\r\n--b{}\r\n"
    return "".join(kind.format(number, number) for number in range(deep)) + FILE


def of_parts(many: int) -> str:
    return "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + f"--b\r\n{FILE}" * many + "--b--\r\n"


def of_fields(many: int) -> str:
    return "".join(f"X-{number}: a\r\n" for number in range(many)) + "\r\nHello\r\n"


@asynccontextmanager
async def an_honest_mail_meanwhile(post: TestOffice) -> AsyncIterator[None]:
    """It is half sent when the attack begins, and answered as ever when that is over."""
    message = post.compose(SAM, text="help").as_bytes()
    octets = b"\r\n".join(message.splitlines())
    async with await Peer.connect(post.port) as peer:
        await peer.reply()
        for command in ("EHLO x", f"MAIL FROM:<{SAM}>", "RCPT TO:<returns@derbyshire.example>", "DATA"):
            await peer.say(command)
        await peer.send(octets[:50])
        async with asyncio.timeout(SECONDS_MAX):
            yield
            await peer.send(octets[50:] + b"\r\n.\r\n")
            assert (await peer.reply()).startswith("250 ")
            await post.settle()
    assert [answer.kind for answer in post.inbox_of(SAM)][-1] == "help"


def standing(post: TestOffice) -> list[tuple[str, str]]:
    """How each message of Jo's stands, and what Jo was told."""
    states = [item.state.value for item in post.waiting() if item.sender == JO]
    return [(state, "") for state in states] + [("", answer.kind) for answer in post.inbox_of(JO)]


HOSTILE = {"nested a thousand deep": nested(1_000), "of ten thousand parts": of_parts(10_000)}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_mail_that_cannot_be_read_safely_waits_for_a_person_and_its_sender_is_told(
    post: TestOffice, kind: str
) -> None:
    async with an_honest_mail_meanwhile(post):
        assert (await deliver(post, HEAD + HOSTILE[kind])).startswith("250 ")
        await post.settle()
    assert standing(post) == [("quarantined", ""), ("", "trouble")]
    assert not post.files()
    assert len(list(post.rooms.vault.object_ids())) <= 2, "what was sealed of its parts is gone"


async def test_a_mail_with_ten_thousand_fields_is_refused_for_its_sender_cannot_be_told(post: TestOffice) -> None:
    async with an_honest_mail_meanwhile(post):
        assert (await deliver(post, HEAD + of_fields(10_000))).startswith("550 5.7.1 ")
    assert standing(post) == []


async def test_a_mail_with_ten_thousand_fields_from_a_relay_waits_for_a_person(post_with: Opener) -> None:
    async with post_with(RELAY) as post:
        assert (await deliver(post, PROOF + HEAD + of_fields(10_000))).startswith("250 ")
        await post.settle()
        [item] = post.waiting()
        assert item.state is InboxState.QUARANTINED
        assert not post.inbox_of(JO)


@pytest.mark.parametrize(
    "text",
    [
        HEAD.replace("Subject", "Sub\0ject") + "\r\nHello\r\n",
        HEAD.replace("return", "ret\0urn") + "\r\n\0\0\0\r\n",
        HEAD + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + FILE.replace("plan", "pl\0an"),
    ],
)
async def test_nuls_are_no_harm(post: TestOffice, text: str) -> None:
    async with an_honest_mail_meanwhile(post):
        assert (await deliver(post, text)).startswith("250 ")
        await post.settle()
    assert all(item.state in {InboxState.DONE, InboxState.QUARANTINED} for item in post.waiting())
    assert all(file.status is Status.HELD for file in post.files())  # lesson L34: such a name is at fault
    assert all("\0" not in answer.text + answer.html + answer.subject for answer in post.inbox_of(JO))


async def test_a_nul_in_the_sender_proves_nobody(post: TestOffice) -> None:
    assert (await deliver(post, HEAD.replace(JO, f"{JO}\0", 1) + "\r\nHello\r\n")).startswith("550 5.7.1 ")


@pytest.mark.parametrize("octets", [b"x" * 900_000, b"\xff" * 900_000])
async def test_one_endless_line_is_a_comment_of_bounded_length(post: TestOffice, octets: bytes) -> None:
    async with an_honest_mail_meanwhile(post):
        await deliver(post, HEAD.encode() + b"\r\n" + octets)
        await post.settle()
    assert all(item.state is InboxState.DONE for item in post.waiting())


async def test_a_line_lost_right_after_the_final_dot_is_a_mail_taken_once(post: TestOffice) -> None:
    """The server before us has not heard the 250 and comes again (lesson L24)."""
    text = (HEAD + FILE).encode()
    async with an_honest_mail_meanwhile(post):
        async with await Peer.connect(post.port) as peer:
            await peer.reply()
            for command in ("EHLO x", f"MAIL FROM:<{JO}>", "RCPT TO:<returns@derbyshire.example>", "DATA"):
                await peer.say(command)
            await peer.send(text + b"\r\n.\r\n")
            peer.vanish()
        await asyncio.sleep(0)
        assert (await deliver(post, text)).startswith("250 ")
        await post.settle()
    assert len(post.files()) == 1
    assert [answer.kind for answer in post.inbox_of(JO)] == ["receipt"]


async def test_half_a_mail_leaves_nothing_behind(post: TestOffice) -> None:
    async with an_honest_mail_meanwhile(post), await Peer.connect(post.port) as peer:
        await peer.reply()
        for command in ("EHLO x", f"MAIL FROM:<{JO}>", "RCPT TO:<returns@derbyshire.example>", "DATA"):
            await peer.say(command)
        await peer.send((HEAD + FILE).encode() + b"x" * 2_000_000)
        peer.writer.write_eof()
        assert await peer.reply() == ""
    assert standing(post) == []
    assert [path for path in (post.directory / "vault").rglob("*") if path.is_file()] == []


async def test_a_second_from_behind_a_head_without_end_makes_its_author_nobody(post_with: Opener) -> None:
    """What is cut off might contradict what is there, so nobody is answered (lesson L1)."""
    async with post_with(RELAY) as post:
        endless = "".join(f"X-{number}: {'a' * 900}\r\n" for number in range(900))
        hidden = f"{PROOF}{HEAD}{endless}From: eve@evil.example\r\n\r\nrecall\r\n"
        assert (await deliver(post, hidden)).startswith("250")
        await post.settle()
        assert [item.state for item in post.waiting()] == [InboxState.QUARANTINED]
        assert "longer than any mail program writes" in post.waiting()[0].why
        assert post.mailboxes.delivered == []
