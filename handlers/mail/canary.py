"""The mail that we send to ourselves, as it is written."""

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from handlers.mail.door import CANARY, CANARY_TAG
from handlers.mail.render.head import ascii_domain

TEXT = """\
Postroom sends this mail to itself, to see that mail leaves and arrives. It is taken in by Postroom and kept by nobody.
If a person finds it in a mailbox, mail for that mailbox is not handed to Postroom.
"""


@dataclass(frozen=True)
class Written:
    """A mail that is no notice."""

    return_path: str
    recipient: str
    octets: bytes


def canary_mail(token: str, address: str, at: datetime) -> Written:
    """A canary with this token, from the returns mailbox to itself. No machine answers it (RFC 3834, section 5)."""
    mailbox, _, domain = ascii_domain(address).rpartition("@")
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = message["To"] = address
    message["Subject"] = "Postroom canary"
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<canary-{token.replace('.', '-')[:32]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message[CANARY] = token
    message.set_content(TEXT)
    return Written(f"{mailbox}+{CANARY_TAG}@{domain}", ascii_domain(address), message.as_bytes())
