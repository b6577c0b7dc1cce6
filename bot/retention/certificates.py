"""Certificates of destruction for the data protection officer: what, when, why, by whom, and that the key is gone now."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.ledger import history
from bot.ledger.tables import DestroyOrder, Entry, File
from bot.receipts import Certificate
from bot.rules.lifecycle import DESTROYS, Act
from bot.vault import Vault


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


def _orderer(entry: Entry, file: File) -> str:
    """Whose word it was: an administrator's own, or that of whoever did what destroys contents at once."""
    act = history.last(file, Act(entry.why)) if entry.why in DESTROYS else None
    person = entry.person or (act.person if act else None)
    return person.email if person else "postroom"
