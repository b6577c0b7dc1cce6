"""Destroys at once what a command ordered to be destroyed, whether or not `serve` runs."""

import asyncio

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.ledger.tables import DestroyOrder
from bot.retention import Shredder
from handlers.rooms import Rooms


def destroy_now(rooms: Rooms) -> bool:
    """Carry out every open order. False: some could not be, and `serve` will try again."""
    shredder = Shredder(rooms.ledger, rooms.vault, rooms.clock)

    async def until_done() -> None:
        while await shredder.step():
            continue

    asyncio.run(until_done())
    return not rooms.ledger.read_now(_ordered)


def _ordered(tx: Session) -> bool:
    return tx.scalar(select(DestroyOrder.object_id).where(DestroyOrder.done_at.is_(None)).limit(1)) is not None
