"""The demo's mailboxes keep what comes, whatever it is, and not without end."""

import asyncio
from datetime import date
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import data
from bot import settings as configuration
from bot.clock import Clock
from bot.notices import KINDS
from handlers.cli.demo import mailboxes as keeping
from handlers.cli.demo.examples import examples
from handlers.cli.demo.mailboxes import Mailboxes
from handlers.cli.demo.mails import Mail, parse
from handlers.cli.demo.pages import drawing, suggesting
from handlers.cli.demo.writing import Desk, Draft
from tests.people import JO, SAM

SETTINGS = configuration.load(data.folder("config") / "demo", {})
SERVICES = frozenset({"SEN", "EP"})


def mail_of(octets: bytes) -> Mail:
    return Mail(1, JO, parse(octets), len(octets), Clock().now())


def saying(text: str) -> Mail:
    message = EmailMessage()
    message.set_content(text)
    return mail_of(message.as_bytes())


def message(message_id: str, answers: str = "") -> EmailMessage:
    made = EmailMessage()
    made["Message-ID"] = message_id
    if answers:
        made["In-Reply-To"] = answers
    made.set_content("Hello")
    return made


def keep(mailboxes: Mailboxes, count: int, octets: int) -> list[int]:
    """Keep so many; the numbers of those that are still there."""
    for number in range(count):
        mailboxes.keep(JO, message(f"<{number}@mail.example>"), octets)
    return [mail.number for mail in mailboxes.all()]


def test_only_the_newest_mails_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MAILS_MAX", 3)
    mailboxes = Mailboxes(Clock())
    assert keep(mailboxes, 5, 1) == [3, 4, 5]
    assert [mail.number for mail in mailboxes.of(JO)] == [5, 4, 3]
    assert mailboxes.find(2) is None


def test_only_so_many_octets_are_kept_but_always_the_newest_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "OCTETS_MAX", 100)
    mailboxes = Mailboxes(Clock())
    assert keep(mailboxes, 5, 40) == [4, 5]
    mailboxes.keep(JO, message("<large@mail.example>"), 1000)
    assert [mail.number for mail in mailboxes.all()] == [6]
    assert keep(mailboxes, 2, 40) == [7, 8]


def test_what_is_removed_counts_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "OCTETS_MAX", 100)
    mailboxes = Mailboxes(Clock())
    first = mailboxes.keep(JO, message("<1@mail.example>"), 100)
    mailboxes.remove(first)
    mailboxes.remove(first)
    assert keep(mailboxes, 2, 50) == [2, 3]


async def test_an_answer_is_waited_for_until_it_comes() -> None:
    mailboxes = Mailboxes(Clock())
    sent = mailboxes.keep(JO, message("<1@mail.example>"), 1, written=True)
    waiting = asyncio.create_task(mailboxes.wait_for_answer(sent, patience=60))
    octets = message("<2@mail.example>", "<1@mail.example>").as_bytes()
    await mailboxes.deliver([SAM], octets)
    await mailboxes.deliver([JO], octets)
    answer = await waiting
    assert answer == mailboxes.of(JO)[0]
    assert mailboxes.answers(sent) == [answer]


async def test_where_no_answer_comes_there_is_none() -> None:
    mailboxes = Mailboxes(Clock())
    sent = mailboxes.keep(JO, message("<1@mail.example>"), 1, written=True)
    await mailboxes.deliver([JO], message("<2@mail.example>").as_bytes())
    assert await mailboxes.wait_for_answer(sent, patience=0.01) is None


READ = ("Subject", "From", "To", "Reply-To")
IDS = ("Message-ID", "In-Reply-To", "References", "Postroom-Notice")
MIME = ("Content-Type", "Content-Disposition", "Content-Transfer-Encoding", "MIME-Version")
fields = st.dictionaries(
    st.sampled_from([*READ, *IDS, *MIME]),
    st.binary(max_size=80).map(lambda octets: octets.replace(b"\n", b" ").replace(b"\r", b" "))
    | st.sampled_from([
        b"<[0a1b@microsoft.example]>", b"multipart/mixed; boundary=x", b"multipart/alternative; boundary=x",
        b"text/html; charset=no-such", b"text/plain; charset=utf-16", b"message/rfc822", b"base64", b"quoted-printable",
        b"=?utf-8?b?4oCc?= =?no-such?q?x?=", b"attachment; filename*0*=utf-8''%ff; filename*1*=%",
    ]),
)  # fmt: skip
bodies = st.binary(max_size=200) | st.just(b"--x\n\n<p>\xff\n--x\nContent-Type: text/html\n\n<p>\n--x--\n")


@given(fields=fields, body=bodies)
def test_no_mail_is_too_strange_to_be_shown_and_answered(fields: dict[str, bytes], body: bytes) -> None:
    mail = mail_of(b"".join(f"{name}: ".encode() + value + b"\n" for name, value in fields.items()) + b"\n" + body)
    told = [mail.field(name) for name in READ]
    told += [mail.kind, mail.subject, mail.message_id, mail.answered, *mail.thread, mail.text, mail.html, mail.gist]
    told += [file.name for file in mail.attachments]
    for words in told:
        words.encode()
    for field in (mail.kind, mail.subject, mail.message_id, mail.answered):
        assert "\n" not in field
    assert all(isinstance(one, str) for one in suggesting.whole(mail, SERVICES))
    reply = Desk(SETTINGS, Clock(), Mailboxes(Clock())).compose(Draft(JO, "yes", answers=mail))
    assert mail_of(reply.as_bytes(policy=policy.SMTP)).text.startswith("yes\n")


@pytest.mark.parametrize(
    ("text", "whole", "with_blanks"),
    [
        ("Reply `yes` to send it, or `no`.", ["yes", "no"], []),
        ("Reply `2` or `1 8302000_SENplan20260901.pdf`.", ["2"], []),
        ("`receive`, `reject <reason>`, `move <code>`", ["receive"], ["reject <reason>", "move <code>"]),
        ("`receive all` `reject 2 <reason>` `receive PR-7K3Q-M2XW`", ["receive all", "receive PR-7K3Q-M2XW"], ["reject 2 <reason>"]),
        ("`status rejected` `status since 1 September` `history PR-…`", ["status rejected", "status since 1 September"], ["history PR-…"]),
        ("`recall` `recall`", ["recall"], []),
        ("Named like `8302000_SENplan20260901.docx`. See `postroom inbox list`, `anything else`.", [], []),
        ("No word at all", [], []),
        ("`yes\nno` ``", [], []),
        ("".join(f"`{number}` " for number in range(1, 20)), [str(number) for number in range(1, 9)], []),
    ],
)  # fmt: skip
def test_the_commands_of_a_mail_are_suggested(text: str, whole: list[str], with_blanks: list[str]) -> None:
    assert suggesting.whole(saying(text), SERVICES) == [*whole, "status", "help"]
    assert suggesting.with_blanks(saying(text), SERVICES) == with_blanks


def test_a_number_that_is_nothing_without_a_name_is_not_suggested() -> None:
    said = "Reply `2` and the right\nname, such as `2 8302000_SENplan20260901`.\n\nReply `1` to send it."
    assert suggesting.whole(saying(said), SERVICES) == ["1", "status", "help"]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_mail_is_called_by_plain_words(kind: str) -> None:
    called = drawing.KINDS.get(kind, kind.replace("-", " "))
    assert not {"race", "command", "authorised", "which", "trouble"} & set(called.split())


def test_what_can_always_be_asked_is_suggested_once() -> None:
    assert suggesting.whole(saying("`help` or `status`"), SERVICES) == ["help", "status"]


@pytest.mark.parametrize(
    ("schools", "own", "foreign"),
    [(["8302000", "8309002"], "8302000", "8309001"), (["8309001"], "8309001", "8302000"), ([], "8302000", "8309001")],
)
def test_ready_made_files_bear_the_numbers_of_their_sender(schools: list[str], own: str, foreign: str) -> None:
    names = {example.key: example.name for example in examples(schools, date(2026, 9, 1))}
    assert names["good"] == f"{own}_SENletter20260901.pdf"
    assert names["foreign"].startswith(f"{foreign}_")
    assert all(name.startswith(own) for key, name in names.items() if key != "foreign")
