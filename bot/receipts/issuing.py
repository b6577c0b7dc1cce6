"""Writes a receipt: always the same octets for the same notice."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.notices import FileFacts, Notice, Outcomes, Receipted
from bot.receipts.document import ALGORITHM, FORMAT, FORMAT_KEY, SIGNATURE_KEY, Document, Issuer, canonical
from bot.settings import Authority
from bot.vault import Signer

MEDIA_TYPE = "application/json"


@dataclass(frozen=True)
class Issued:
    """A receipt, ready to be attached."""

    name: str
    """What its file is called; the mail that it goes with calls it so, too."""
    octets: bytes


def issue(notice: Notice, notice_id: str, at: datetime, authority: Authority, signer: Signer) -> Issued | None:
    """The receipt that goes with a notice; None where it does not say that anything was sent."""
    sent = _sent(notice)
    if not sent:
        return None
    document = Document(
        notice=notice_id,
        issued_at=at,
        authority=Issuer(name=authority.name, number=authority.number),
        files=tuple(map(Receipted.of, sent)),
    )
    return Issued(f"receipt-{sent[0].reference}.json", _written(document, signer))


def _sent(notice: Notice) -> list[FileFacts]:
    if not isinstance(notice, Outcomes):
        return []
    return [outcome.file for outcome in notice.outcomes if outcome.verdict == "sent" and outcome.file]


def _written(document: Document, signer: Signer) -> bytes:
    """As it is to be read by people: in this order, indented."""
    said = {FORMAT_KEY: FORMAT} | document.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(signed(said, signer), ensure_ascii=False, indent=2).encode() + b"\n"


def signed(said: Mapping[str, object], signer: Signer) -> dict[str, object]:
    """The same with a signature, to be checked as that of a receipt is (docs/receipts.md)."""
    value = base64.b64encode(signer.sign(canonical(said))).decode()
    signature = {"algorithm": ALGORITHM, "key": signer.public.id, "value": value}
    return {**said, SIGNATURE_KEY: signature}
