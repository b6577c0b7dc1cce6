"""Machines that send mail, as they give themselves away; and people, who do not."""

import pytest

from handlers.mail.automatic import Marker, marker
from handlers.mail.message.head import Head


def own(address: str) -> bool:
    return address.partition("@")[0].partition("+")[0] == "returns" and address.endswith("@council.example")


def sign(
    *lines: str, mail_from: str | None = "head@school.example", sent_by: str = "Jo <head@school.example>"
) -> Marker | None:
    fields = [f"From: {sent_by}", *lines]
    return marker(Head.parse("".join(field + "\r\n" for field in fields).encode() + b"\r\n"), mail_from, own)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Auto-Submitted: auto-replied", "Auto-Submitted: auto-replied"),
        ("Auto-Submitted: auto-generated", "Auto-Submitted: auto-generated"),
        ("Auto-Submitted: vacation", "Auto-Submitted: vacation"),
        ('auto-submitted: (rule) Auto-Replied; owner-email="a@b.example"', "Auto-Submitted: auto-replied"),
        ("Precedence: bulk", "Precedence: bulk"),
        ("Precedence: Junk", "Precedence: junk"),
        ("Precedence: list", "Precedence: list"),
        ("Precedence: auto_reply", "Precedence: auto_reply"),
        ("X-Loop: <returns@council.example>", "X-Loop names an address of our own"),
        ("X-Autoreply: yes", "X-Autoreply"),
        ("X-Autorespond: Re: Sent to SEN", "X-Autorespond"),
        ("Postroom-Notice: receipt", "Postroom-Notice: it is a notice of a Postroom"),
        ("X-Failed-Recipients: jo@school.example", "X-Failed-Recipients"),
        ("Return-Path: <>", "its envelope sender is empty"),
        ("List-Id: Heads <heads.school.example>", "List-Id"),
        ('Content-Type: multipart/report; report-type=delivery-status; boundary="a"', "it is a multipart/report"),
        ("Content-Type: Multipart/Report;\r\n report-type=disposition-notification", "it is a multipart/report"),
        (
            "X-MS-Exchange-Inbox-Rules-Loop: head@school.example\r\nX-Auto-Response-Suppress: DR, All",
            "X-MS-Exchange-Inbox-Rules-Loop, with every answer suppressed",
        ),
    ],
)
def test_each_sign_of_a_machine_is_known_and_named(line: str, why: str) -> None:
    """Lesson L13."""
    assert sign(line) == Marker(why)


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: no",
        "Auto-Submitted: No (a person)",
        "Precedence: first-class",
        "Precedence: normal",
        "X-Loop: someone@school.example",
        "Return-Path: <head@school.example>",
        "Content-Type: multipart/mixed; boundary=report",
        "X-Auto-Response-Suppress: All",  # lesson L14
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",  # lesson L14
        "X-MS-Exchange-Inbox-Rules-Loop: head@school.example",
        "X-MS-Exchange-Inbox-Rules-Loop: head@school.example\r\nX-Auto-Response-Suppress: OOF",
        "X-Mailer: Microsoft Outlook 16.0",
        "X-Autoreply: no",
        "Subject: Re: Automatic reply: away",
        "Subject: Who is out of the running",
    ],
)
def test_what_people_send_bears_no_sign(line: str) -> None:
    """Lessons L13 and L14: a wish about replies is no proof of a robot."""
    assert sign(line) is None


def test_a_second_field_of_the_same_name_counts_too() -> None:
    assert sign("Auto-Submitted: no", "Auto-Submitted: auto-replied") == Marker("Auto-Submitted: auto-replied")


@pytest.mark.parametrize("mail_from", ["", "<>"])
def test_a_bounce_is_known_by_its_empty_envelope_sender(mail_from: str) -> None:
    assert sign(mail_from=mail_from) == Marker("its envelope sender is empty")


def test_an_envelope_that_is_not_known_is_no_sign() -> None:
    assert sign(mail_from=None) is None


@pytest.mark.parametrize("lines", [["Auto-Submitted: auto-replied"], ["Subject: Out of office"], ["List-Id: a"]])
def test_signs_of_a_bounce_come_before_all_others(lines: list[str]) -> None:
    """Lesson L17."""
    assert sign(*lines, mail_from="", sent_by="returns@council.example") == Marker("its envelope sender is empty")


@pytest.mark.parametrize(
    "sent_by",
    [
        "MAILER-DAEMON@mx.school.example",
        "Mail Delivery System <Mailer-Daemon@mx.school.example>",
        "postmaster@school.example",
        "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@school.example>",
    ],
)
def test_a_mail_system_is_known_by_its_name(sent_by: str) -> None:
    """Lesson L16."""
    found = sign(sent_by=sent_by)
    assert found is not None
    assert found.why.startswith(("it is from mailer-daemon", "it is from postmaster", "it is from microsoftexchange"))


@pytest.mark.parametrize("mail_from", ["MAILER-DAEMON", "mailer-daemon@mx.school.example", "postmaster@school.example"])
def test_a_mail_system_is_known_by_its_envelope(mail_from: str) -> None:
    assert sign(mail_from=mail_from) is not None


@pytest.mark.parametrize(
    "sent_by",
    ["noreply@mis.example", "no-reply@mis.example", "No_Reply@mis.example", "donotreply@mis.example", "do-not-reply@mis.example",
     "noreply+123@mis.example", "school-noreply@mis.example", "noreply-exports@mis.example"],
)  # fmt: skip
def test_who_wants_no_reply_gets_none(sent_by: str) -> None:
    """Lesson L16."""
    found = sign(sent_by=sent_by)
    assert found is not None
    assert found.sure


@pytest.mark.parametrize(
    "sent_by",
    ["reply@school.example", "casino.reply@school.example", "norma.repley@school.example", "head@noreply.example"],
)
def test_a_person_with_a_name_like_that_is_a_person(sent_by: str) -> None:
    assert sign(sent_by=sent_by) is None


@pytest.mark.parametrize("sent_by", ["returns@council.example", "Returns <RETURNS+ab12@Council.example>"])
def test_our_own_mail_is_never_answered(sent_by: str) -> None:
    """Lesson L11."""
    assert sign(sent_by=sent_by) == Marker("it is from an address of our own")


def test_our_own_envelope_is_never_answered() -> None:
    """Lesson L11."""
    assert sign(mail_from="returns+ab12@council.example") == Marker("it is from an address of our own")


@pytest.mark.parametrize(
    "subject",
    ["Automatic reply: Sent to SEN", "AUTOMATIC REPLY: x", "Out of Office: half term", "Out of office", "Auto: Jo is out of the office",
     "Jo Head is out of office", "=?utf-8?q?R=C3=A9ponse_automatique_=3A?= x", "Automatische Antwort: x", "Ateb awtomatig: x",
     "Autosvar: x", "=?utf-8?b?6Ieq5Yqo5Zue5aSN?=: x"],
)  # fmt: skip
def test_a_subject_alone_is_a_weaker_sign(subject: str) -> None:
    """Lesson L15: a teacher may forward one, with a file."""
    assert sign(f"Subject: {subject}") == Marker("its subject is that of an automatic answer", sure=False)


def test_a_sure_sign_goes_before_a_subject() -> None:
    assert sign("Subject: Automatic reply: x", "Auto-Submitted: auto-replied") == Marker("Auto-Submitted: auto-replied")


@pytest.mark.parametrize("sent_by", ["", "a@x.example, b@x.example", "\0"])
def test_a_from_that_cannot_be_read_stops_nothing(sent_by: str) -> None:
    assert sign(sent_by=sent_by) is None
    assert sign("Precedence: bulk", sent_by=sent_by) == Marker("Precedence: bulk")
