"""Certificates of destruction for the data protection officer: what, when, why, by whom, and that the key is gone now."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot import receipts
from bot.arrival import Frozen
from bot.ledger import history
from bot.ledger.tables import DestroyOrder, Entry, File
from bot.rules.lifecycle import DESTROYS, Act
from bot.settings import Authority
from bot.vault import Signer, Vault

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


def issued(tx: Session, vault: Vault, *conditions: ColumnElement[bool]) -> Iterator[Certificate]:
    """Of every destruction that is done, oldest first: also of those that a restored record only knows to have been."""
    done = select(Entry, File, DestroyOrder).join(File, File.id == Entry.file_id)
    ordered = done.outerjoin(DestroyOrder, DestroyOrder.object_id == File.object_id)
    wanted = ordered.where(Entry.act == Act.DESTROYED, *conditions).order_by(Entry.at, File.id)
    for entry, file, order in tx.execute(wanted).unique():
        yield Certificate(
            reference=file.reference, name=file.name, school=file.school,
            school_name=file.establishment.name if file.establishment else "", service=file.service, size=file.size,
            sha256=file.sha256, sent_by=file.sender.email, sent_at=file.sent_at, status=file.status, why=entry.why,
            ordered_by=_orderer(entry, file), ordered_at=order.ordered_at if order else entry.at, destroyed_at=entry.at,
            key_gone=not vault.holds(file.object_id),
        )  # fmt: skip


def document(
    certificates: list[Certificate], *, at: datetime, authority: Authority, signer: Signer
) -> dict[str, object]:
    """All of them, signed as receipts are."""
    said = {
        FORMAT_KEY: FORMAT,
        "issued_at": at.isoformat(),
        "authority": {"name": authority.name, "number": authority.number},
        "destroyed": [one.model_dump(mode="json") for one in certificates],
    }
    return receipts.signed(said, signer)


def _orderer(entry: Entry, file: File) -> str:
    """Whose word it was: an administrator's own, or that of whoever did what destroys contents at once."""
    act = history.last(file, Act(entry.why)) if entry.why in DESTROYS else None
    person = entry.person or (act.person if act else None)
    return person.email if person else "postroom"
