"""What tries that failed had sealed of a message's files is destroyed with the message once it is discarded."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.ledger import Ledger, files
from bot.ledger.tables import Decision
from bot.quarantine.deciding import prefix
from bot.vault import Vault

UNSWEPT = select(Decision).where(Decision.swept.is_(False))
DUE = UNSWEPT.with_only_columns(Decision.id).limit(1)


def is_due(tx: Session) -> bool:
    """Whether something was discarded of which it has not been looked what else is sealed."""
    return tx.scalar(DUE) is not None


def sweep_now(ledger: Ledger, vault: Vault, now: datetime) -> None:
    """Look through the vault, outside any transaction, and order what is found to be destroyed.

    Raises `bot.vault.Unavailable`, `bot.ledger.Later`; it is then still due.
    """
    ids = ledger.read_now(lambda tx: {one.item_id for one in tx.scalars(UNSWEPT)})
    begins = tuple(prefix(one) for one in ids)
    sealed = [name for name in vault.object_ids() if name.startswith(begins)]
    ledger.write_now(lambda tx: _order(tx, ids, sealed, now))


def _order(tx: Session, ids: set[int], sealed: Sequence[str], now: datetime) -> None:
    for name in sealed:
        files.order_destruction(tx, name, why="discarded", now=now)
    for decision in tx.scalars(UNSWEPT.where(Decision.item_id.in_(ids))):
        decision.swept = True
