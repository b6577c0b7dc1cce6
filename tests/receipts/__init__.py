"""Receipts: issued, read back, changed and forged."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.notices import FILE, SENT, FileFacts, Notice, Receipt
from bot.receipts import Issued, Judged, issue, judge
from bot.settings import Authority
from bot.vault import PublicKey, Signer

OURS, EARLIER, STRANGER = Signer(b"o" * 32), Signer(b"e" * 32), Signer(b"s" * 32)
KEYS: Mapping[str, PublicKey] = {one.public.id: one.public for one in (OURS, EARLIER)}
NORTHSHIRE = Authority(name="Northshire County Council", number="830", timezone="Europe/London")
NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
NOTICE_ID = "7" * 26
OTHER = FILE.model_copy(update={"reference": "PR-0000-0000", "name": "8302000_SENreview20260901.docx", "given": "r"})


def receipt_of(*files: FileFacts) -> Receipt:
    """The notice that all of these were sent."""
    return Receipt(outcomes=tuple(SENT.model_copy(update={"file": file}) for file in files))


def issued(notice: Notice | None = None, signer: Signer = OURS) -> Issued:
    """The receipt of a notice; by default of one file."""
    made = issue(notice or receipt_of(FILE), NOTICE_ID, NOON, NORTHSHIRE, signer)
    assert made
    return made


def said(octets: bytes) -> dict[str, Any]:
    """What a receipt says, as any program reads it."""
    document = json.loads(octets)
    assert isinstance(document, dict)
    return document


def judged(octets: bytes | dict[str, Any]) -> Judged | None:
    """What is said of it by whoever has our keys."""
    return judge(octets if isinstance(octets, bytes) else json.dumps(octets).encode(), KEYS)
