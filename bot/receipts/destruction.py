"""What certifies destructions, for years: written and signed as a receipt is, and judged by the same keys."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.arrival import Frozen
from bot.notices import Verdict
from bot.receipts.document import Issuer
from bot.receipts.issuing import signed
from bot.receipts.judging import said_in
from bot.settings import Authority
from bot.vault import PublicKey, Signer

FORMAT_KEY = "postroom_certificates"
FORMAT = 1


class Certificate(Frozen):
    """One destruction."""

    reference: str
    name: str
    school: str | None
    school_name: str
    service: str | None
    size: int
    """Octets."""
    sha256: str
    """Of the contents that are destroyed."""
    sent_by: str
    """An email address."""
    sent_at: datetime
    status: str
    why: str
    ordered_by: str
    """An email address, or «postroom»."""
    ordered_at: datetime
    destroyed_at: datetime
    """When the key was, and history said so."""
    key_gone: bool
    """Looked up in the key file when this was written."""


class Certificates(Frozen):
    """All that such a document says, its signature aside."""

    issued_at: datetime
    authority: Issuer
    destroyed: tuple[Certificate, ...]


@dataclass(frozen=True)
class JudgedCertificates:
    """Such a document, judged."""

    verdict: Verdict
    document: Certificates | None = None
    """What it says, where it is genuine."""


def certify(
    certificates: Sequence[Certificate], *, at: datetime, authority: Authority, signer: Signer
) -> dict[str, object]:
    """All of them, signed."""
    said = {
        FORMAT_KEY: FORMAT,
        "issued_at": at.isoformat(),
        "authority": {"name": authority.name, "number": authority.number},
        "destroyed": [one.model_dump(mode="json") for one in certificates],
    }
    return signed(said, signer)


def is_certified(octets: bytes) -> bool:
    """Whether these contents may be such a document: by its first key, whatever its name."""
    return json.dumps(FORMAT_KEY).encode() in octets


def judge_certificates(octets: bytes, keys: Mapping[str, PublicKey]) -> JudgedCertificates | None:
    """What is to be said of these contents; None: they are no such document. `keys`: ours, by their ids."""
    found = said_in(octets, keys, FORMAT_KEY, FORMAT)
    if found is None:
        return None
    verdict, said = found
    return JudgedCertificates(verdict, Certificates.model_validate(said) if said else None)
