"""What mail systems send back is read for what it says of delivery, whatever its form, and for nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arrival import Unreadable
from bot.rules.bounce import Report, Severity
from handlers.mail.bounces import OCTETS_MAX, read_returned
from tests.bounces import (
    DELAYED,
    DELIVERED,
    EXCHANGE,
    EXIM,
    EXIM_DELAY,
    GOOGLE,
    QMAIL,
    REFUSED,
    UNKNOWN,
    Section,
    dsn,
    worded,
)
from tests.measuring import no_more_work_than

SECONDS_MAX = 3
JO = "jo@leysjunior.example"


def read(octets: bytes) -> tuple[Report, ...]:
    return read_returned([octets]).reports


def for_jo(section: Section) -> Section:
    return {name: value.replace("{to}", JO) for name, value in section.items()}


def test_a_report_is_read_field_by_field() -> None:
    (report,) = read(dsn([for_jo(UNKNOWN)]))
    assert report == Report(JO, "failed", "5.1.1", f"550 5.1.1 <{JO}>: Recipient address rejected: User unknown")
    assert report.why.startswith("there is no such mailbox (550 5.1.1")


def test_the_section_of_every_recipient_is_read() -> None:  # lesson L21
    reports = read(dsn([for_jo(DELIVERED), for_jo(DELAYED), for_jo(UNKNOWN)]))
    assert [one.severity for one in reports] == [Severity.NOTHING, Severity.DELAYED, Severity.HARD]


def test_a_report_without_fields_of_its_own_or_with_empty_lines_too_many_is_read() -> None:
    reports = read(dsn([for_jo(UNKNOWN)]).replace(b"Action:", b"\r\n\r\nAction:").replace(b"Reporting-MTA", b"X-None"))
    assert Severity.HARD in {one.severity for one in reports}


@pytest.mark.parametrize(
    ("form", "status", "severity"),
    [
        (QMAIL, "5.1.1", Severity.HARD),
        (EXIM, "5.1.1", Severity.HARD),
        (EXIM_DELAY, "5.2.2", Severity.DELAYED),
        (EXCHANGE, "5.2.2", Severity.HARD),
        (GOOGLE, "5.1.1", Severity.HARD),
        (REFUSED, "5.0.0", Severity.HARD),
    ],
)
def test_a_report_in_words_is_read_too(form: str, status: str, severity: Severity) -> None:  # lesson L21
    (report,) = read(worded(form, JO))
    assert (report.status, report.severity) == (status, severity)
    assert report.diagnostic


def test_a_report_that_says_nothing_we_know_is_a_failure_all_the_same() -> None:
    octets = worded(REFUSED, JO).replace(b"said: 554 Blocked by our policy", b"mumbled")
    (report,) = read(octets)
    assert report.severity is Severity.HARD
    assert report.why.startswith("their mail system does not say why")


@pytest.mark.parametrize(
    "subject",
    [
        "Undeliverable: Sent to SEN", "Undelivered Mail Returned to Sender", "failure notice", "Unzustellbar: Sent to SEN",
        "Mail delivery failed: returning message to sender", "Delivery Status Notification (Failure)", "Delivery Failure",
        "Returned mail: see transcript for details", "Your message could not be delivered", "Mail System Error - Returned Mail",
        "Delivery Notification: Delivery has failed", "Message not delivered", "** Delivery failed **",
    ],
)  # fmt: skip
def test_a_report_is_known_by_its_subject_where_its_sender_has_another_name(subject: str) -> None:
    (report,) = read(f"From: mail@x.example\r\nSubject: {subject}\r\n\r\nNo such user here.\r\n".encode())
    assert (report.severity, report.status) == (Severity.HARD, "5.1.1")


@pytest.mark.parametrize(
    "subject", ["Delivery Status Notification (Success)", "Delivered: Sent to SEN", "Relayed: Sent"]
)
def test_a_report_of_success_in_words_is_none(subject: str) -> None:
    assert read(f"From: postmaster@x.example\r\nSubject: {subject}\r\n\r\nIt was delivered.\r\n".encode()) == ()


@pytest.mark.parametrize("kind", ["disposition-notification", "feedback-report"])
def test_a_read_receipt_is_no_report_on_delivery(kind: str) -> None:
    assert read(dsn([{"Disposition": "automatic-action/MDN-sent-automatically; displayed"}], kind=kind)) == ()


@pytest.mark.parametrize(
    "head",
    [
        "From: Jo <jo@leysjunior.example>\r\nSubject: Automatic reply: Sent to SEN\r\nAuto-Submitted: auto-replied",
        "From: jo@leysjunior.example\r\nSubject: Re: Sent",
        "From: alex@derbyshire.example\r\nSubject: Automatic reply: Please look: Mail to jo@x.example cannot be delivered",
        "From: alex@derbyshire.example\r\nSubject: Re: Please look: Undeliverable",
    ],
)
def test_a_persons_or_their_mailboxs_own_answer_is_none_whatever_it_says(head: str) -> None:
    assert read(f"{head}\r\n\r\nI am away. 550 5.1.1 User unknown\r\n".encode()) == ()


@pytest.mark.parametrize("number", ["10.5.1.1", "5.1.1.20", "version 5.12"])
def test_an_ip_address_is_no_status(number: str) -> None:
    octets = worded(QMAIL, JO).replace(b"Sorry, no mailbox here by that name. (#5.1.1)", number.encode())
    assert read(octets)[0].status == ""


def test_what_it_quotes_is_not_read() -> None:
    quoted = "From: a@b.example\nContent-Type: message/delivery-status\n\nAction: failed\nStatus: 5.7.1\n"
    assert [one.severity for one in read(dsn([for_jo(DELIVERED)], quoted))] == [Severity.NOTHING]


def test_an_attachment_beside_the_report_is_noticed() -> None:
    part = b'--=_report\r\nContent-Type: application/pdf; name="plan.pdf"\r\n\r\nPDF\r\n--=_report--'
    assert not read_returned([dsn([for_jo(UNKNOWN)])]).attached
    assert read_returned([dsn([for_jo(UNKNOWN)]).replace(b"--=_report--", part)]).attached


def test_a_report_of_any_length_costs_no_more_than_its_beginning() -> None:
    many = [for_jo(UNKNOWN)] * 5_000
    assert 100 < len(read(dsn(many))) < OCTETS_MAX / 50


@pytest.mark.parametrize(
    "words", [b"mail ", b"address ", b"mailbox exceeds ", b"5.1.", b"\n-", b"\n", b"<", b"> ", b"message not "]
)
@pytest.mark.parametrize("form", [QMAIL, EXCHANGE])
def test_no_words_keep_the_reader_busy(words: bytes, form: str) -> None:
    with no_more_work_than(SECONDS_MAX):
        read(worded(form, JO) + words * (OCTETS_MAX // len(words)))
        read(b"Subject: " + words.strip() * 10_000 + b"\r\n" + worded(form, JO))


def test_what_a_mail_system_says_is_one_short_line() -> None:
    said = {**for_jo(UNKNOWN), "Diagnostic-Code": "smtp; 550 " + "x\u202e" * 5_000}
    assert len(read(dsn([said]))[0].diagnostic) <= 300
    assert "\u202e" not in read(dsn([said]))[0].why


@given(st.binary(max_size=2_000), st.sampled_from([dsn([UNKNOWN]), worded(QMAIL, JO), worded(EXCHANGE, JO)]), st.data())
def test_nothing_that_comes_back_raises_anything_else(noise: bytes, octets: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(octets)))
    for returned in (noise, octets[:at] + noise + octets[at:]):
        try:
            assert all(isinstance(one.why, str) for one in read_returned([returned]).reports)
        except Unreadable:
            assert len(noise) > 100
