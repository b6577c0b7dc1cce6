"""Carries out what is ordered: the orders to destroy that were committed with a change, after the commit.

The key goes first, then the bytes; only then does history say so (docs/rules.md, «Duties»).
"""

import asyncio
from collections.abc import Sequence

import structlog
from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.faults import of
from bot.ledger import Later, Ledger, files
from bot.ledger.prepared import Prepared, among
from bot.ledger.tables import Contents, DestroyOrder, File
from bot.vault import Unavailable, Vault
from bot.working import Worker

log = structlog.get_logger()

BATCH = 100
"""Objects destroyed together: one truncating checkpoint of the key file serves them all."""
RECORDED = 10
"""Files of which history says so in one write: whoever has mail to hand in waits for no more than that."""
ORDERED: Prepared[str] = Prepared(
    select(DestroyOrder.object_id)
    .where(DestroyOrder.done_at.is_(None))
    .order_by(DestroyOrder.ordered_at)
    .limit(bindparam("batch"))
)
OF_FILES: Prepared[str] = Prepared(
    select(DestroyOrder.object_id).where(among(DestroyOrder.object_id, "destroyed"), DestroyOrder.file_id.is_not(None))
)
FORGET: Prepared[str] = Prepared(
    delete(DestroyOrder).where(among(DestroyOrder.object_id, "destroyed"), DestroyOrder.file_id.is_(None))
)
"""What never was a file has no history that could say that it is gone."""


class Shredder(Worker):
    """Carries out the orders to destroy."""

    table = DestroyOrder.__tablename__

    def __init__(self, ledger: Ledger, vault: Vault, clock: Clock) -> None:
        super().__init__()
        self._ledger, self._vault, self._clock = ledger, vault, clock

    async def step(self) -> bool:
        """Destroy what is ordered. False: nothing was, or it cannot be done now."""
        ids = [name for (name,) in await self._ledger.read(lambda tx: ORDERED.rows(tx, {"batch": BATCH}))]
        if not ids:
            return False
        try:
            await asyncio.to_thread(self._vault.destroy, ids)
            for first in range(0, len(ids), RECORDED):
                some = ids[first : first + RECORDED]
                await self._ledger.write(lambda tx, some=some: self._record(tx, some))  # type: ignore[misc]  # bound at once
        except (Unavailable, Later) as fault:
            log.warning("contents could not be destroyed yet", objects=len(ids), fault=of(fault))
            return False
        return True

    def _record(self, tx: Session, ids: Sequence[str]) -> None:
        now = self._clock.now()
        found = [file_order for (file_order,) in OF_FILES.rows(tx, {"destroyed": ids})]
        for order in tx.scalars(select(DestroyOrder).where(DestroyOrder.object_id.in_(found))) if found else ():
            order.done_at = now
            file = tx.get_one(File, order.file_id or 0)
            # it is destroyed where its key came back, or the command line was quicker
            if file.contents is not Contents.DESTROYED:
                files.destroyed(tx, file, now=now, why=order.why, by=order.ordered_by)
        FORGET.change(tx, {"destroyed": ids})
