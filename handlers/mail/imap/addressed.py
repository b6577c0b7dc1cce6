"""What the envelope of a mail was before it came to lie in a mailbox, as far as its head still shows."""

import re

from handlers.mail.message.head import Head
from handlers.mail.smtp import Envelope
from handlers.mail.trust import MAILBOX

WRITTEN_BY_SERVERS = ("Delivered-To", "X-Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
"""Fields that name a recipient of the envelope: they find one who is in Bcc, too (lesson L43)."""
WRITTEN_BY_SENDERS = ("To", "Cc")
BETWEEN = re.compile(r'[\s<>,;:"()\[\]]+')
RECIPIENTS_MAX = 1000


def envelope(head: Head) -> Envelope:
    """The envelope, nothing in it proven: its recipients find a reply token, and its null sender only keeps us silent."""
    return Envelope(
        peer=MAILBOX, helo="", mail_from=_mail_from(head), recipients=_recipients(head), secure=True
    )  # fmt: skip


def _mail_from(head: Head) -> str | None:
    """The topmost Return-Path, which the server that delivers writes (RFC 5321, section 4.4); lesson L13."""
    written = head.first("Return-Path")
    return None if written is None else written.strip("<> \t")


def _recipients(head: Head) -> tuple[str, ...]:
    values = (value for name in (*WRITTEN_BY_SERVERS, *WRITTEN_BY_SENDERS) for value in head.all(name))
    found = (word for value in values for word in BETWEEN.split(value) if "@" in word)
    return tuple(dict.fromkeys(found))[:RECIPIENTS_MAX]
