"""What lies in the vault and belongs to nothing, such as what a crash left, is destroyed once it has stayed so for a day."""

import asyncio
import re
from collections.abc import Collection, Sequence
from datetime import timedelta
from itertools import islice

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot import telling
from bot.ledger import Ledger, files, upkeep
from bot.ledger.tables import Contents, DestroyOrder, File, InboxItem, InboxState, Orphan
from bot.ledger.upkeep import Chore
from bot.telling import Occasion
from bot.vault import Vault

OLD = timedelta(hours=24)
"""What was seen to belong to nothing for so long is on its way to nowhere."""
SEEK_EVERY = timedelta(hours=12)
BATCH = 200
CAME_BACK = "What had been destroyed could be read again"
WHY = (
    "It is destroyed once more now. An old copy of the key file or of its mirror, or of the vault, must have been put in place: "
    "find out who did that, and see that no other copy is left. postroom retention certificates tells what is destroyed."
)
PART = re.compile(r"f([0-9]+)-")
"""How the name of an attachment begins that was sealed for this item of the inbox (`bot.reception`)."""
OPEN = (InboxState.WAITING, InboxState.WORKING, InboxState.QUARANTINED)


async def seek(ledger: Ledger, vault: Vault, occasion: Occasion) -> None:
    """Look through all of the vault, unless that was done within half a day. Raises Unavailable and Later."""
    now = occasion.now
    sought = await ledger.read(lambda tx: upkeep.when(tx, Chore.ORPHANS_SOUGHT))
    if sought and sought <= now < sought + SEEK_EVERY:
        return
    await asyncio.to_thread(vault.sweep, now - OLD)
    everything = iter(await asyncio.to_thread(lambda: list(vault.object_ids())))
    while some := list(islice(everything, BATCH)):
        if suspects := await ledger.read(lambda tx, some=some: unknown(tx, some)):  # type: ignore[misc]
            await ledger.write(lambda tx, found=suspects: _judge(tx, found, occasion))  # type: ignore[misc]
    await ledger.write(lambda tx: _finish(tx, occasion))


def unknown(tx: Session, object_ids: Sequence[str]) -> list[str]:
    """Those to which no row refers, nor any message that is not finished; nor is one referred to that is destroyed."""
    kept = File.object_id.in_(object_ids) & (File.contents != Contents.DESTROYED)
    ordered = DestroyOrder.object_id.in_(object_ids) & DestroyOrder.done_at.is_(None)
    known = {
        *tx.scalars(select(File.object_id).where(kept)),
        *tx.scalars(select(DestroyOrder.object_id).where(ordered)),
        *tx.scalars(select(InboxItem.object_id).where(InboxItem.object_id.in_(object_ids), InboxItem.state.in_(OPEN))),
    }
    left = [one for one in object_ids if one not in known]
    unfinished = _unfinished(tx, {int(found[1]) for one in left if (found := PART.match(one))})
    return [one for one in left if not ((found := PART.match(one)) and int(found[1]) in unfinished)]


def _unfinished(tx: Session, numbers: Collection[int]) -> set[int]:
    return set(tx.scalars(select(InboxItem.id).where(InboxItem.id.in_(numbers), InboxItem.state.in_(OPEN))))


def _judge(tx: Session, suspects: Sequence[str], occasion: Occasion) -> None:
    for object_id in unknown(tx, suspects):
        seen = tx.get(Orphan, object_id)
        if seen is None:
            tx.add(Orphan(object_id=object_id, seen_at=occasion.now))
        elif seen.seen_at <= occasion.now - OLD:
            back = _came_back(tx, object_id, occasion)
            if not back:
                files.order_destruction(tx, object_id, why="orphan", now=occasion.now)
            tx.delete(seen)


def _came_back(tx: Session, object_id: str, occasion: Occasion) -> bool:
    """Whether it is of a file that is destroyed: it goes once more, and the administrators hear of it."""
    reference = tx.scalar(select(File.reference).where(File.object_id == object_id))
    if reference is None:
        return False
    files.destroy_again(tx, object_id, now=occasion.now)
    telling.alert_once(tx, CAME_BACK, [f"Of {reference}, among others perhaps.", WHY], occasion, within=OLD)
    return True


def _finish(tx: Session, occasion: Occasion) -> None:
    """Whatever was not judged for so long was none after all."""
    tx.execute(delete(Orphan).where(Orphan.seen_at < occasion.now - 4 * OLD))
    upkeep.note(tx, Chore.ORPHANS_SOUGHT, occasion.now)
