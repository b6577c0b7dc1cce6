"""How Postroom is, in figures, for its administrators."""

from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot import officer_desk
from bot.ledger.tables import File, InboxItem, InboxState, OutboxItem, OutboxState
from bot.notices import Health
from bot.settings import Settings

State = TypeVar("State")

UNFINISHED = (InboxState.WAITING, InboxState.WORKING)
UNDELIVERED = (OutboxState.WAITING, OutboxState.SENDING)


def health(tx: Session, settings: Settings) -> Health:
    """The figures of this moment."""
    inbox, outbox = _counted(tx, InboxItem.state), _counted(tx, OutboxItem.state)
    in_since = tx.scalar(select(func.min(InboxItem.arrived_at)).where(InboxItem.state.in_(UNFINISHED)))
    out_since = tx.scalar(select(func.min(OutboxItem.created_at)).where(OutboxItem.state.in_(UNDELIVERED)))
    by_status = select(File.status, func.count()).group_by(File.status).order_by(File.status)
    attended = ((service, officer_desk.is_attended(tx, service, settings)) for service in settings.services)
    return Health(
        inbox_waiting=sum(inbox.get(state, 0) for state in UNFINISHED),
        inbox_oldest=in_since,
        quarantined=inbox.get(InboxState.QUARANTINED, 0),
        outbox_waiting=sum(outbox.get(state, 0) for state in UNDELIVERED),
        outbox_oldest=out_since,
        outbox_failed=outbox.get(OutboxState.FAILED, 0),
        files=tuple((status.value, count) for status, count in tx.execute(by_status)),
        unattended=tuple((service.code, service.name) for service, is_attended in attended if not is_attended),
    )


def _counted(tx: Session, state: InstrumentedAttribute[State]) -> dict[State, int]:
    """How many are in each state."""
    return dict(tx.execute(select(state, func.count()).group_by(state)).all())
