"""What the envelope of a mail was before it came to lie in a mailbox, as far as its head still shows."""

from handlers.mail.addresses import WRITTEN_BY_SENDERS, named
from handlers.mail.message.head import Head
from handlers.mail.smtp import Envelope
from handlers.mail.trust import MAILBOX

WRITTEN_BY_SERVERS = ("Delivered-To", "X-Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
"""Fields that name a recipient of the envelope: they find one who is in Bcc, too (lesson L43)."""


def envelope(head: Head, *besides: str) -> Envelope:
    """The envelope, nothing in it proven: its recipients find a reply token, and its null sender only keeps us silent.

    `besides`: whom it was delivered to, where that is known whatever its head says.
    """
    recipients = (*named(head, (*WRITTEN_BY_SERVERS, *WRITTEN_BY_SENDERS)), *besides)
    return Envelope(peer=MAILBOX, helo="", mail_from=_mail_from(head), recipients=recipients, secure=True)


def _mail_from(head: Head) -> str | None:
    """The topmost Return-Path, which the server that delivers writes (RFC 5321, section 4.4); lesson L13."""
    written = head.first("Return-Path")
    return None if written is None else written.strip("<> \t")
