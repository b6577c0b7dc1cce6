"""Is the record whole? Chains, rows and checkpoints (`bot.ledger`), and whether what is said to be kept has its key."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.ledger import Ledger, checkpoints, history
from bot.ledger.checkpoints import SigningKeys
from bot.ledger.tables import Contents, DestroyOrder, File
from bot.vault import Vault


def faults(ledger: Ledger, vault: Vault, keys: SigningKeys) -> list[str]:
    """All that is not as it should be, in words for the administrator. Raises `Unavailable`."""
    with_keys = set(vault.with_keys())
    return [
        *of_the_record(ledger, keys),
        *ledger.read_now(lambda tx: [*_unreadable(tx, with_keys), *_came_back(tx, with_keys)]),
    ]


def of_the_record(ledger: Ledger, keys: SigningKeys) -> list[str]:
    """The same of the record alone, whatever has become of contents."""
    return ledger.read_now(lambda tx: [*history.faults(tx), *checkpoints.faults(tx, keys)])


def unreadable(tx: Session, with_keys: set[str]) -> Iterator[tuple[int, str]]:
    """Number and reference of each file whose contents are said to be kept, though their key is gone. Not those that
    are being destroyed at this moment."""
    ordered = select(DestroyOrder.object_id)
    kept = select(File.id, File.reference, File.object_id).where(File.contents == Contents.KEPT)
    for number, reference, object_id in tx.execute(kept.where(File.object_id.not_in(ordered)).order_by(File.id)):
        if object_id not in with_keys:
            yield number, reference


def returned(tx: Session, with_keys: set[str]) -> Iterator[tuple[str, str]]:
    """Reference and object of each file that is destroyed and has its key all the same."""
    gone = select(File.reference, File.object_id).where(File.contents == Contents.DESTROYED).order_by(File.id)
    return ((reference, object_id) for reference, object_id in tx.execute(gone) if object_id in with_keys)


def _came_back(tx: Session, with_keys: set[str]) -> Iterator[str]:
    for reference, _ in returned(tx, with_keys):
        yield f"{reference}: its contents are destroyed, and their key is there again: was an old copy of the keys put in place?"


def _unreadable(tx: Session, with_keys: set[str]) -> Iterator[str]:
    for _, reference in unreadable(tx, with_keys):
        yield f"{reference}: its contents are said to be kept, and their key is gone"
