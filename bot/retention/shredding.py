"""Carries out what is ordered: the orders to destroy that were committed with a change, after the commit.

The key goes first, then the bytes; only then does history say so (docs/rules.md, «Duties»).
"""

import asyncio
from collections.abc import Iterator, Sequence

import structlog
from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.faults import of
from bot.ledger import Later, Ledger, files
from bot.ledger.prepared import Prepared, among
from bot.ledger.tables import Contents, DestroyOrder, File
from bot.vault import Left, Unavailable, Vault, is_object_id
from bot.watching import Trouble
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


WHAT = "Contents that are due to be destroyed cannot be"
REMEDY = (
    "All others are destroyed, and of these the keys as well, so that nobody can read them; only the sealed octets are still there. See "
    "what stands in their place, and that the disk is sound and may be written to. It is tried again all the time."
)
TOLD_MAX = 5


class Shredder(Worker):
    """Carries out the orders to destroy."""

    table = DestroyOrder.__tablename__

    def __init__(self, ledger: Ledger, vault: Vault, clock: Clock) -> None:
        super().__init__()
        self._ledger, self._vault, self._clock = ledger, vault, clock
        # what could not be destroyed, and why: it is tried again after all that has not been tried
        self._left: dict[str, str] = {}

    async def step(self) -> bool:
        """Destroy what is ordered. False: nothing was, or it cannot be done now."""
        ids = await self._next()
        if not ids:
            return False
        try:
            is_new = ids[0] not in self._left
            left = await asyncio.to_thread(self._destroy, ids)
            gone = [name for name in ids if name not in left]
            for first in range(0, len(gone), RECORDED):
                some = gone[first : first + RECORDED]
                await self._ledger.write(lambda tx, some=some: self._record(tx, some))  # type: ignore[misc]  # bound at once
            if strange := [name for name in left if not is_object_id(name)]:
                await self._ledger.write(lambda tx: FORGET.change(tx, {"destroyed": strange}))
        except (Unavailable, Later) as fault:
            log.warning("contents could not be destroyed yet", objects=len(ids), fault=of(fault))
            return False
        return bool(gone) or is_new  # what is behind those that were left is to be tried, too

    def troubles(self) -> Iterator[Trouble]:
        """What the administrators have to hear."""
        if why := list(self._left.values()):
            said = (
                f"{len(why)} of them: {'; '.join(dict.fromkeys(why[:TOLD_MAX]))}{'; …' if len(why) > TOLD_MAX else ''}.",
                REMEDY,
            )
            yield Trouble(WHAT, said)

    async def _next(self) -> list[str]:
        """What has not been tried yet, else what was left."""
        batch = BATCH + len(self._left)
        ids = [name for (name,) in await self._ledger.read(lambda tx: ORDERED.rows(tx, {"batch": batch}))]
        self._left = {name: why for name, why in self._left.items() if name in ids}
        return [name for name in ids if name not in self._left][:BATCH] or list(self._left)[:BATCH]

    def _destroy(self, ids: Sequence[str]) -> dict[str, str]:
        """Those of them that could not be destroyed, and why. Raises Unavailable where nothing could."""
        left: dict[str, str] = {}
        try:
            self._vault.destroy(ids)
        except Left as fault:
            left = fault.why
        if set(left) - set(self._left):
            log.warning("contents could not be destroyed yet", objects=len(left), fault="Left")
        self._left = {**{name: why for name, why in self._left.items() if name not in ids}, **left}
        return left

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
