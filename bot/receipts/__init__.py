"""Receipts that prove for years what was sent: issued with the notices that say so, and judged when they come back.

docs/receipts.md has the format. `issuing` writes one, `judging` tells a genuine one from any other, `glance` notices one
among the files of a message, `destruction` certifies in the same way what was destroyed, and `keyring` keeps the public keys
that prove them.
"""

from bot.receipts.destruction import Certificate, Certificates, certify, is_certified, judge_certificates
from bot.receipts.document import Document
from bot.receipts.glance import RECEIPT_BYTES_MAX, Glance
from bot.receipts.issuing import MEDIA_TYPE, Issued, issue
from bot.receipts.judging import Judged, judge
from bot.receipts.keyring import KEY_FILE, KeyRing, add, known, proving

__all__ = [
    "KEY_FILE", "MEDIA_TYPE", "RECEIPT_BYTES_MAX", "Certificate", "Certificates", "Document", "Glance", "Issued", "Judged",
    "KeyRing", "add", "certify", "is_certified", "issue", "judge", "judge_certificates", "known", "proving",
]  # fmt: skip
