"""What mail systems send back when they cannot deliver, as each of them writes it (RFC 3464, or in words of its own)."""

from collections.abc import Mapping, Sequence
from textwrap import dedent
from zlib import crc32

from tests.office import Answer

Section = Mapping[str, str]
"""One recipient's fields of a delivery status."""

UNKNOWN: Section = {
    "Final-Recipient": "rfc822; {to}",
    "Action": "failed",
    "Status": "5.1.1",
    "Diagnostic-Code": "smtp; 550 5.1.1 <{to}>: Recipient address rejected: User unknown",
}
DELAYED: Section = {
    "Final-Recipient": "rfc822; {to}",
    "Action": "delayed",
    "Status": "4.4.1",
    "Diagnostic-Code": "X-Postfix; connect to mx.leysjunior.example[192.0.2.1]:25: Connection timed out",
}
EXPIRED: Section = {**DELAYED, "Action": "failed"}
"""What Postfix writes when it gives up after days: failed, and yet 4.x.x."""
DELIVERED: Section = {"Final-Recipient": "rfc822; {to}", "Action": "delivered", "Status": "2.1.5"}


def dsn(sections: Sequence[Section], quoted: str = "", *, kind: str = "delivery-status") -> bytes:
    """A report as Postfix sends it, in a multipart/report (RFC 6522), with our mail attached."""
    told = "\n".join("".join(f"{name}: {value}\n" for name, value in section.items()) for section in sections)
    return _octets(f"""\
        From: Mail Delivery System <MAILER-DAEMON@mx.leysjunior.example>
        To: returns@derbyshire.example
        Subject: Undelivered Mail Returned to Sender
        Message-ID: <{crc32((told + quoted).encode())}@mx.leysjunior.example>
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type={kind}; boundary="=_report"

        --=_report
        Content-Type: text/plain; charset=us-ascii

        This is the mail system at host mx.leysjunior.example.

        --=_report
        Content-Type: message/{kind}

        Reporting-MTA: dns; mx.leysjunior.example
        Arrival-Date: Tue, 1 Sep 2026 09:00:00 +0100

        """) + told.replace("\n", "\r\n").encode() + b"\r\n" + _octets("""\
        --=_report
        Content-Type: message/rfc822

        """) + quoted.replace("\n", "\r\n").encode() + b"\r\n--=_report--\r\n"  # fmt: skip


QMAIL = """\
    From: MAILER-DAEMON@mail.leysjunior.example
    To: returns@derbyshire.example
    Subject: failure notice
    Message-ID: <1@mail.leysjunior.example>

    Hi. This is the qmail-send program at mail.leysjunior.example.
    I'm afraid I wasn't able to deliver your message to the following addresses.
    This is a permanent error; I've given up. Sorry it didn't work out.

    <{to}>:
    Sorry, no mailbox here by that name. (#5.1.1)

    --- Below this line is a copy of the message.

    Subject: quoted 4.2.2
    """
EXIM = """\
    From: Mail Delivery System <Mailer-Daemon@mail.leysjunior.example>
    To: returns@derbyshire.example
    X-Failed-Recipients: {to}
    Auto-Submitted: auto-replied
    Subject: Mail delivery failed: returning message to sender
    Message-ID: <E1-2@mail.leysjunior.example>

    This message was created automatically by mail delivery software.

    A message that you sent could not be delivered to one or more of its
    recipients. This is a permanent error. The following address(es) failed:

      {to}
        Unrouteable address

    ------ This is a copy of the message, including all the headers. ------

    Subject: quoted 4.2.2
    """
EXIM_DELAY = """\
    From: Mail Delivery System <Mailer-Daemon@mail.leysjunior.example>
    To: returns@derbyshire.example
    Auto-Submitted: auto-replied
    Subject: Warning: message E1-2 delayed 24 hours
    Message-ID: <E1-3@mail.leysjunior.example>

    A message that you sent has not yet been delivered to one or more of its
    recipients after more than 24 hours on the queue.

      {to}
        Delay reason: mailbox is full

    No action is required on your part. Delivery attempts will continue.
    """
EXCHANGE = """\
    From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@leysjunior.example>
    To: returns@derbyshire.example
    Subject: Undeliverable: Sent to SEN
    Message-ID: <3@leysjunior.example>
    Content-Type: text/html; charset=utf-8

    <html><body><p><b>Your message to <a href="mailto:{to}">{to}</a> couldn't be delivered.</b></p>
    <p>The recipient's mailbox is full and can't accept messages now.</p>
    <p>Diagnostic information for administrators:</p>
    <p>{to}<br>#550 5.2.2 STOREDRV.Deliver; mailbox full ##</p>
    <p>Original message headers:</p><pre>Subject: quoted 4.1.1</pre></body></html>
    """
GOOGLE = """\
    From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>
    To: returns@derbyshire.example
    Auto-Submitted: auto-replied
    Subject: Delivery Status Notification (Failure)
    Message-ID: <4@googlemail.example>

    ** Address not found **

    Your message wasn't delivered to {to} because the address couldn't be found.

    The response was:

    550 5.1.1 The email account that you tried to reach does not exist. gsmtp

    ----- Original message -----
    Subject: quoted 4.2.2
    """
REFUSED = """\
    From: postmaster@filter.leysjunior.example
    To: returns@derbyshire.example
    Subject: Mail System Error - Returned Mail
    Message-ID: <5@filter.leysjunior.example>

    Your message was not delivered.
    host mx.leysjunior.example[192.0.2.1] said: 554 Blocked by our policy (in reply to RCPT TO command)
    """


def worded(form: str, to: str) -> bytes:
    """One of the above, for this recipient."""
    return _octets(form.replace("{to}", to))


def bounce_of(answer: Answer, *sections: Section) -> bytes:
    """The report on one of our mails, which it quotes."""
    filled = [{name: value.replace("{to}", answer.recipient) for name, value in one.items()} for one in sections]
    return dsn(filled, answer.message.as_string())


def _octets(text: str) -> bytes:
    return dedent(text).replace("\n", "\r\n").encode()
