"""Numbers in a reply stand for the messages of the very notice that it answers, whatever has arrived since."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from bot.ledger.tables import InboxItem, InboxState, OutboxItem
from bot.notices import Quarantine, QuarantineSettled
from bot.quarantine.telling_of import Teller
from bot.telling import Occasion

ITEMS_MAX = 50
"""Messages of which one notice tells; the rest are counted."""

LYING = select(InboxItem).where(InboxItem.state == InboxState.QUARANTINED)


def numbered(answered: OutboxItem | None) -> dict[int, int] | None:
    """The messages, by the number that the notice answered gave each; None where it is no such notice."""
    if answered is None:
        return None
    if answered.kind == Quarantine.kind:
        return {one.number: one.item for one in Quarantine.model_validate(answered.facts).items}
    if answered.kind == QuarantineSettled.kind:
        return dict(QuarantineSettled.model_validate(answered.facts).numbers)
    return None


def lying(tx: Session) -> tuple[Sequence[InboxItem], int]:
    """The newest messages in quarantine, and how many there are beside them."""
    newest = tx.scalars(LYING.options(undefer(InboxItem.sealed)).order_by(InboxItem.id.desc()).limit(ITEMS_MAX)).all()
    return newest, max(0, count(tx) - len(newest))


def count(tx: Session) -> int:
    """How many messages lie in quarantine."""
    wanted = select(func.count()).select_from(InboxItem).where(InboxItem.state == InboxState.QUARANTINED)
    return tx.scalar(wanted) or 0


def listing(tx: Session, occasion: Occasion, asked: str) -> Quarantine:
    """What lies there now, numbered, for whoever named a message without saying of which notice."""
    items, left_out = lying(tx)
    teller = Teller.of(tx, occasion.settings)
    told = (teller.described(one, None, number) for number, one in enumerate(items, 1))
    return Quarantine(items=tuple(told), left_out=left_out, asked=asked)
