"""What somebody was told before, so that nobody is told too much."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import not_, select
from sqlalchemy.orm import Session

from bot import notices
from bot.ledger.tables import OutboxItem
from bot.notices import Notice

UNASKED = frozenset({
    notices.Alert.kind, notices.Destroyed.kind, notices.Erased.kind, notices.Expiring.kind, notices.Linked.kind, notices.Moved.kind, notices.NewFiles.kind, notices.NotTaken.kind,
    notices.ProveIdentity.kind, notices.Received.kind, notices.Rejected.kind, notices.Unreceived.kind, notices.Waiting.kind,
    notices.WrongFile.kind,
})  # fmt: skip
"""What people are told of that others did."""
COUNTED_APART = UNASKED | {notices.Tried.kind}
"""What uses up nothing of what one address may have in answer: practice has a limit of its own."""


def told_since(tx: Session, recipient: str, since: datetime, kinds: Iterable[str]) -> int:
    """How many notices of these kinds this address was sent since then."""
    told = select(OutboxItem.id).where(OutboxItem.recipient == recipient, OutboxItem.created_at > since)
    return len(tx.scalars(told.where(OutboxItem.kind.in_(list(kinds)))).all())


def told_the_same(tx: Session, recipient: str, notice: Notice, since: datetime) -> int:
    """How often this address was sent this very notice since then."""
    told = select(OutboxItem).where(OutboxItem.recipient == recipient, OutboxItem.created_at > since)
    facts = notice.model_dump(mode="json")
    return sum(item.facts == facts for item in tx.scalars(told.where(OutboxItem.kind == notice.kind)))


def answered_since(tx: Session, recipient: str, since: datetime) -> int:
    """How many notices this address had since then in answer to mails of its own: others' acts use up nobody's share."""
    told = select(OutboxItem.id).where(OutboxItem.recipient == recipient, OutboxItem.created_at > since)
    of_others = (OutboxItem.kind == notices.Decided.kind) & OutboxItem.facts["own"].as_boolean().is_(False)
    return len(tx.scalars(told.where(OutboxItem.kind.not_in(COUNTED_APART), not_(of_others))).all())
