"""Programs that answer each mail by themselves, as they really write (RFC 3834 and what came before it)."""

from collections.abc import Callable
from email.message import EmailMessage
from itertools import count

from tests.office import RETURNS, Answer, TestOffice

Responder = Callable[[Answer], tuple[EmailMessage, str, str]]
"""What it answers to a mail, with its envelope's sender and recipient."""
NUMBERS = count(1)
ROUNDS_MAX = 500


def _answer(to_mail: Answer, subject: str, text: str, **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = to_mail.recipient
    message["Message-ID"] = f"<{next(NUMBERS)}@responder.example>"
    message["Subject"] = subject
    message["In-Reply-To"] = message["References"] = str(to_mail.message["Message-ID"])
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def vacation(mail: Answer) -> tuple[EmailMessage, str, str]:
    """vacation(1) and Sieve (RFC 5230): to the envelope sender, from nobody."""
    message = _answer(
        mail, f"Re: {mail.subject}", "I am away until Monday.", To=mail.envelope_from, Auto_Submitted="auto-replied",
        Precedence="bulk", X_Generator="vacation",
    )  # fmt: skip
    return message, "", mail.envelope_from


def exchange(mail: Answer) -> tuple[EmailMessage, str, str]:
    """Out of office, as Exchange and Microsoft 365 send it."""
    message = _answer(
        mail, f"Automatic reply: {mail.subject}", "I am out of the office.", To=RETURNS, Auto_Submitted="auto-generated",
        X_Auto_Response_Suppress="All", X_MS_Exchange_Inbox_Rules_Loop=mail.recipient,
    )  # fmt: skip
    return message, "", mail.envelope_from


def old_exchange(mail: Answer) -> tuple[EmailMessage, str, str]:
    """The same, where a gateway took away all headers but the ordinary ones, and gave it the person's envelope."""
    return _answer(mail, f"Automatic reply: {mail.subject}", "I am away.", To=RETURNS), mail.recipient, RETURNS


def gmail(mail: Answer) -> tuple[EmailMessage, str, str]:
    """Gmail's vacation responder."""
    message = _answer(
        mail, f"Away Re: {mail.subject}", "I am away.", To=RETURNS, Precedence="bulk", X_Autoreply="yes",
        Auto_Submitted="auto-replied",
    )  # fmt: skip
    return message, "", mail.envelope_from


def ticketing(mail: Answer) -> tuple[EmailMessage, str, str]:
    """A help desk that opens a ticket for each mail and knows no manners: other words each time, and no marker."""
    number = next(NUMBERS)
    message = _answer(mail, f"[Ticket #{number}] received", f"Thank you. We have opened ticket {number} for you.")
    reply_to = str(mail.message["Reply-To"])
    message["To"] = reply_to
    return message, mail.recipient, reply_to


def transcribing(mail: Answer) -> tuple[EmailMessage, str, str]:
    """The same, with the ticket attached as a file each time."""
    message, sender, recipient = ticketing(mail)
    message.add_attachment(
        str(message["Subject"]).encode(), "application", "pdf", filename=f"ticket{next(NUMBERS)}.pdf"
    )
    return message, sender, recipient


async def run(post: TestOffice, owner: str, responder: Responder, *, seen: int = 0) -> int:
    """Have each mail to this address after the first `seen` answered until there is none; how many answers that took."""
    sent = 0
    while len(mails := post.inbox_of(owner)) > seen:
        message, sender, recipient = responder(mails[seen])
        await post.post(message, sender, recipient)
        seen, sent = seen + 1, sent + 1
        assert sent < ROUNDS_MAX, "it goes on for ever"
    return sent
