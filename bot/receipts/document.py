"""What a receipt says, and the octets of it that are signed (docs/receipts.md)."""

import json
from collections.abc import Mapping
from datetime import datetime

from bot.arrival import Frozen
from bot.notices import Receipted

FORMAT_KEY = "postroom_receipt"
"""The first key of every receipt: by it one is known whatever its name."""
FORMAT = 1
"""Whatever changes what a receipt holds, or how it is signed, raises this number."""
SIGNATURE_KEY = "signature"
ALGORITHM = "Ed25519"


class Issuer(Frozen):
    """The authority that issued it."""

    name: str
    number: str


class Document(Frozen):
    """All that a receipt says, its signature aside."""

    notice: str
    """The id of the notice that it went with; also what stands before the @ in that mail's Message-ID."""
    issued_at: datetime
    authority: Issuer
    files: tuple[Receipted, ...]


def canonical(document: Mapping[str, object]) -> bytes:
    """The octets that are signed: RFC 8785, for the texts and whole numbers that receipts hold.

    How the text is indented, its keys ordered, its lines ended makes no difference. Raises UnicodeEncodeError at half a
    character, and RecursionError where something is nested too deep.
    """
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
