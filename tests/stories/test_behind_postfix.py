"""Behind a real Postfix that is set up as docs/mail.md says: what it hands over, puts off, refuses and sends on."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest
from sqlalchemy.exc import DatabaseError

from bot.ledger.tables import InboxState, OutboxState
from tests import postfix as real
from tests.channels.conftest import new_certificate
from tests.channels.smtp_peer import Peer
from tests.office import RETURNS, TestOffice, open_office
from tests.peers import lacking
from tests.people import JO, PLAN
from tests.postfix import Postfix

WAYS = pytest.mark.parametrize("by", ["smtp", "lmtp"])
FIELD = "Authentication-Results"
RESULT = "mx.derbyshire.example; dmarc={} header.from=leysjunior.example"
PASSED, FAILED = RESULT.format("pass"), RESULT.format("fail")


def checked(result: str) -> dict[str, str]:
    """What writes a result on top of each mail, as the filter does in a Postfix at work."""
    return {"smtpd_sender_restrictions": f"check_sender_access static:{{PREPEND {FIELD}: {result}}}"}


@asynccontextmanager
async def behind(
    tmp_path: Path, *, by: str = "smtp", main: Mapping[str, str] | None = None, environ: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[TestOffice, Postfix]]:
    """An office whose mail comes from Postfix and goes out through it, to everybody's mailboxes behind that."""
    async with real.installed() as postfix:
        at_socket = {"HOST": f"unix:{postfix.socket}", "PROTOCOL": "lmtp"} if by == "lmtp" else {}
        settings = {
            "POSTROOM__EMAIL__TRUST__SUBMISSION_NETWORKS": "[]",
            "POSTROOM__EMAIL__TRUST__RELAY_NETWORKS": '["127.0.0.1"]',
            "POSTROOM__EMAIL__TRUST__AUTHSERV_IDS": '["mx.derbyshire.example"]',
            "POSTROOM__EMAIL__OUTGOING__PORT": str(postfix.port),
            **{f"POSTROOM__EMAIL__SMTP__{key}": value for key, value in at_socket.items()},
            **(environ or {}),
        }
        async with open_office(tmp_path, settings) as post:
            chosen = {**checked(PASSED), **(main or {})}
            await postfix.start(postroom=post.port, relayhost=post.outgoing, by=by, main=chosen)
            yield post, postfix


async def hand_over(postfix: Postfix, message: EmailMessage, to: str = RETURNS, sender: str = JO) -> None:
    """A school's mail server delivers to Postfix."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=postfix.port) as client:
        await client.sendmail(sender, [to], message.as_bytes(policy=policy.SMTP))


async def until(post: TestOffice, happened: Callable[[], object]) -> None:
    """Let the office do what is due until Postfix has brought what it brings."""
    async with asyncio.timeout(120):  # only so that it ends at all
        while not happened():
            await post.settle()
            await asyncio.sleep(0.02)


def told(post: TestOffice, kind: str, to: str = JO) -> Callable[[], object]:
    return lambda: [answer for answer in post.inbox_of(to) if answer.kind == kind]


@WAYS
async def test_a_return_comes_in_and_its_receipt_goes_out(tmp_path: Path, by: str) -> None:
    async with behind(tmp_path, by=by) as (post, postfix):
        await hand_over(postfix, post.compose(JO, attach=PLAN))
        await until(post, told(post, "receipt"))
        receipt = post.expect(JO, "receipt")
        assert receipt.references == [post.files()[0].reference]
        assert "mx.derbyshire.example" in str(receipt.message["Received"])
        [item] = post.waiting()
        assert item.arrival["believed"] == "dmarc=pass for leysjunior.example"


@WAYS
async def test_an_answer_to_the_tagged_address_finds_what_it_answers(tmp_path: Path, by: str) -> None:
    async with behind(tmp_path, by=by) as (post, postfix):
        await hand_over(postfix, post.compose(JO, attach=PLAN))
        await until(post, told(post, "receipt"))
        reply = post.compose(JO, text="recall", reply_to=post.expect(JO, "receipt"))
        del reply["In-Reply-To"]
        await hand_over(postfix, reply, to=str(reply["To"]))
        await until(post, told(post, "recalled"))
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
            await hand_over(postfix, reply, to="nobody@derbyshire.example")


@WAYS
async def test_what_cannot_be_stored_waits_in_the_queue_of_postfix_and_comes_later(
    tmp_path: Path, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with behind(tmp_path, by=by) as (post, postfix):
        with monkeypatch.context() as failing:
            failing.setattr(post.office.inbox, "_store_batch", full)
            await hand_over(postfix, post.compose(JO, attach=PLAN))
            await postfix.logged(r"status=deferred .*451 4\.3\.0")
        assert not post.waiting()
        await until(post, told(post, "receipt"))
        assert len(post.files()) == 1


def full(*_: object) -> list[bool]:
    raise DatabaseError("", None, Exception("disk full"))


async def test_without_room_mail_stays_with_postfix_unsent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with behind(tmp_path) as (post, postfix):
        with monkeypatch.context() as failing:
            failing.setattr("bot.space.free_bytes", lambda _: 0)
            await hand_over(postfix, post.compose(JO, attach=PLAN))
            await postfix.logged(r"status=deferred .*452 4\.3\.1")
        await until(post, told(post, "receipt"))


@WAYS
async def test_a_mail_larger_than_postroom_takes_comes_back_to_its_sender(tmp_path: Path, by: str) -> None:
    small = {"POSTROOM__FILES__ATTACHMENT_BYTES_MAX": "100000", "POSTROOM__EMAIL__SMTP__MESSAGE_BYTES_MAX": "140000"}
    async with behind(tmp_path, by=by, environ=small) as (post, postfix):
        await hand_over(postfix, post.compose(JO, attach={PLAN: bytes(110_000)}))
        await postfix.logged(r"status=bounced")
        await until(post, lambda: post.inbox_of(JO))
        [bounce] = post.inbox_of(JO)
        assert bounce.envelope_from == "<>"
        assert bounce.message.get_content_type() == "multipart/report"
        assert not post.waiting()


async def test_what_postfix_itself_finds_too_large_never_comes(tmp_path: Path) -> None:
    async with behind(tmp_path, main={"message_size_limit": "50000"}) as (post, postfix):
        with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
            await hand_over(postfix, post.compose(JO, attach={PLAN: bytes(60_000)}))
        assert refused.value.code == 552


@WAYS
async def test_a_mailbox_that_is_not_ours_is_refused_for_good_and_postfix_tells_the_sender(
    tmp_path: Path, by: str
) -> None:
    """A transport for the whole domain: what the lines in the manual avoid."""
    async with behind(tmp_path, by=by, main={"relay_recipient_maps": ""}) as (post, postfix):
        transport = (postfix.home / "etc" / "transport").read_text().replace("returns@", "")
        postfix.write("transport", transport)
        await hand_over(postfix, post.compose(JO, attach=PLAN), to="nobody@derbyshire.example")
        await until(post, lambda: post.inbox_of(JO))
        assert "5.1.1" in postfix.log()
        assert post.inbox_of(JO)[0].message.get_content_type() == "multipart/report"


@WAYS
async def test_a_sender_with_letters_beyond_ascii_comes_in(tmp_path: Path, by: str) -> None:
    async with behind(tmp_path, by=by) as (post, postfix):
        octets = post.compose(JO, subject="return", text="status").as_bytes(policy=policy.SMTPUTF8)
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=postfix.port) as client:
            await client.ehlo()
            await client.mail("zoë@leysjunior.example", options=["SMTPUTF8", "BODY=8BITMIME"], encoding="utf-8")
            await client.rcpt(RETURNS)
            await client.data(octets.replace(b"Subject: return", "Subject: Zoë’s return".encode()))
        await until(post, post.waiting)
        assert post.waiting()[0].subject.startswith("Zoë’s return")
        await until(post, told(post, "status"))


async def test_a_result_that_failed_is_not_undone_by_a_forged_one_below_it(tmp_path: Path) -> None:
    """Lesson L2, through a real relay: it waits in quarantine, and nobody is written to."""
    async with behind(tmp_path, main=checked(FAILED)) as (post, postfix):
        await hand_over(postfix, post.compose(JO, attach=PLAN, headers={FIELD: PASSED}))
        await until(post, lambda: [item for item in post.waiting() if item.state is InboxState.QUARANTINED])
        assert not post.inbox_of(JO)
        assert not post.files()


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r\r\n.\r\r\n"])
async def test_nothing_is_smuggled_through_both(tmp_path: Path, end: bytes) -> None:
    """CVE-2023-51764: a forged mail hidden in an honest one, at a server that proves each that it is handed."""
    forged = b"MAIL FROM:<x@x.example>\r\nRCPT TO:<" + RETURNS.encode() + b">\r\nDATA\r\nFrom: " + JO.encode()
    async with behind(tmp_path) as (post, postfix):
        first = post.compose("stranger@x.example", text="first").as_bytes(policy=policy.SMTP)
        async with await Peer.connect(postfix.port) as peer:
            await peer.greet()
            for command in ("MAIL FROM:<stranger@x.example>", f"RCPT TO:<{RETURNS}>", "DATA"):
                await peer.say(command)
            await peer.send(first + end + forged + b"\r\nSubject: recall\r\n\r\nforged\r\n.\r\n")
            await peer.reply()
        await hand_over(postfix, post.compose(JO, attach=PLAN))
        await until(post, told(post, "receipt"))
        assert [item.sender for item in post.waiting() if item.subject == "recall"] == []
        assert len(post.waiting()) <= 2


async def test_postfix_hands_over_by_tls_where_nothing_else_is_taken(tmp_path: Path) -> None:
    certificate = tmp_path / "smtp.pem"
    certificate.write_bytes(new_certificate())
    tls = {
        "POSTROOM__EMAIL__SMTP__TLS_CERTIFICATE": str(certificate),
        "POSTROOM__EMAIL__SMTP__TLS_KEY": str(certificate),
        "POSTROOM__EMAIL__SMTP__REQUIRE_TLS": "true",
    }
    async with behind(tmp_path, main={"smtp_tls_security_level": "may", "smtp_tls_loglevel": "1"}, environ=tls) as (
        post,
        postfix,
    ):
        await hand_over(postfix, post.compose(JO, attach=PLAN))
        await until(post, told(post, "receipt"))
        assert "TLS connection established to 127.0.0.1" in postfix.log()


async def test_swaks_delivers_through_both(tmp_path: Path) -> None:
    """What an administrator tries a mail system with."""
    command = shutil.which("swaks")
    if command is None:
        lacking("swaks")
    attached = tmp_path / PLAN
    attached.write_bytes(b"PK\x03\x04 a small document")
    async with behind(tmp_path) as (post, postfix):
        process = await asyncio.create_subprocess_exec(
            command, "--server", f"127.0.0.1:{postfix.port}", "--from", JO, "--to", RETURNS,
            "--header", "Subject: SEN plan", "--attach-name", PLAN, "--attach", f"@{attached}",
        )  # fmt: skip
        assert await process.wait() == 0
        await until(post, told(post, "receipt"))


@WAYS
async def test_what_postfix_cannot_deliver_comes_back_and_finds_its_notice(tmp_path: Path, by: str) -> None:
    """Lesson L21: a report of a real mail server, whose sender nobody proves."""
    async with behind(tmp_path, by=by) as (post, postfix):
        post.mailboxes.refused = {JO: "550 5.1.1 User unknown"}
        await hand_over(postfix, post.compose(JO, attach=PLAN))
        await until(post, lambda: len(post.waiting()) > 1 and post.waiting()[1].state is InboxState.DONE)
        report = post.waiting()[1]
        assert report.arrival["unproven"]
        assert "5.1.1" in report.why
        (receipt,) = [item for item in post.told() if item.kind == "receipt"]
        assert receipt.state is OutboxState.FAILED
        assert "there is no such mailbox" in receipt.error
