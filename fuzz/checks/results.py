"""Any header section: one author plain to see or doubt, and no proof that the field does not hold (lessons L1 to L6)."""

import re
from email.utils import getaddresses

from handlers.mail.message.head import Head, message_ids
from handlers.mail.trust.author import author, sender
from handlers.mail.trust.lexical import Doubtful
from handlers.mail.trust.results import proof, topmost

OURS = {"mx.authority.example"}
DOMAIN = "leys.example"
COMMENT = re.compile(r"\([^()]*\)")


def check(data: bytes) -> None:
    """Whoever is believed is written there once, and nothing else is."""
    head = Head.parse(data)
    for name in ("Message-ID", "References"):
        message_ids(head.first(name) or "")
    head.text("Subject")
    _check_author(head)
    _check_sender(head)
    _check_proof(head)


def _check_author(head: Head) -> None:
    try:
        address = author(head)
    except Doubtful:
        return
    (value,) = head.all("From")
    assert re.fullmatch(r"[\x21-\x7e]+@[a-z0-9.-]+", address)
    assert address in value.lower()
    others = {found.lower().rstrip(".") for _, found in getaddresses([value]) if "@" in found}
    assert others <= {address}, others


def _check_sender(head: Head) -> None:
    try:
        address = sender(head)
    except Doubtful:
        return
    assert (address is None) == (not head.all("Sender"))


def _check_proof(head: Head) -> None:
    values = head.all("Authentication-Results")
    try:
        why = proof(topmost(values, OURS), DOMAIN)
    except Doubtful:
        return
    method, _, domain = why.partition("=pass for ")
    assert domain == DOMAIN
    held = [_uncommented(value).lower() for value in values]
    assert any(re.search(rf"\b{method}\s*(?:/\s*1\s*)?=\s*pass\b", value) and DOMAIN in value for value in held), why


def _uncommented(value: str) -> str:
    """Without comments, however deep."""
    while (less := COMMENT.sub(" ", value)) != value:
        value = less
    return value
