"""What the record says of itself at one moment, by few and cheap questions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.ledger.tables import (
    DestroyOrder,
    File,
    InboxItem,
    InboxState,
    OutboxItem,
    OutboxState,
    Unreachable,
    Upkeep,
)
from bot.rules.lifecycle import Status

OPEN = (Status.CHECKING, Status.HELD, Status.SENT)
ENDED = tuple(status for status in Status if status not in OPEN)
KEPT_IN = (InboxState.WAITING, InboxState.WORKING, InboxState.QUARANTINED)
KEPT_OUT = (OutboxState.WAITING, OutboxState.SENDING, OutboxState.FAILED)

Counted = Sequence[tuple[tuple[str, ...], float]]
"""Values, each with those of its labels."""


@dataclass(frozen=True)
class Figures:
    """All that is told of the record."""

    inbox: Counted
    inbox_oldest: Counted
    outbox: Counted
    outbox_overdue: Counted
    open_files: Counted
    unreceived: Counted
    destroy_orders: int
    destroy_oldest: float
    unreachable: int
    done_last: Mapping[str, datetime]


def figures(tx: Session, services: Sequence[str], now: datetime) -> Figures:
    """The figures of this moment."""
    orders = select(func.count(), func.min(DestroyOrder.ordered_at)).where(DestroyOrder.done_at.is_(None))
    ordered, ordered_at = tx.execute(orders).one()
    return Figures(
        inbox=_numbers(tx, InboxItem.channel, InboxItem.state, where=InboxItem.state.in_(KEPT_IN)),
        inbox_oldest=list(_ages(tx, _inbox_oldest(), now)),
        outbox=_numbers(tx, OutboxItem.channel, OutboxItem.state, where=OutboxItem.state.in_(KEPT_OUT)),
        outbox_overdue=list(_ages(tx, _outbox_due(now), now)),
        open_files=files(tx, services, OPEN),
        unreceived=list(_unreceived(tx, services, now)),
        destroy_orders=ordered,
        destroy_oldest=age(ordered_at, now),
        unreachable=tx.scalar(select(func.count()).select_from(Unreachable)) or 0,
        done_last={row.what: row.at for row in tx.scalars(select(Upkeep))},
    )


def files(tx: Session, services: Iterable[str], statuses: Sequence[Status]) -> Counted:
    """By the index over service and status; a held file need have no service yet."""
    found: list[tuple[tuple[str, ...], float]] = []
    for service in (*services, None):
        theirs = File.service.is_(None) if service is None else File.service == service
        by_status = select(File.status, func.count()).where(theirs, File.status.in_(statuses)).group_by(File.status)
        found += [((service or "", status.value), count) for status, count in tx.execute(by_status)]
    return found


def age(since: datetime | None, now: datetime) -> float:
    """Seconds; 0 where there is nothing that could be old."""
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _unreceived(tx: Session, services: Iterable[str], now: datetime) -> Iterator[tuple[tuple[str, ...], float]]:
    for service in services:
        waits = (File.service == service) & (File.status == Status.SENT)
        yield (service,), age(tx.scalar(select(func.min(File.sent_at)).where(waits)), now)


def _numbers(tx: Session, *by: InstrumentedAttribute[Any], where: ColumnElement[bool]) -> Counted:
    rows = tx.execute(select(*by, func.count()).where(where).group_by(*by))
    return [(tuple(str(label) for label in row[:-1]), row[-1]) for row in rows]


def _inbox_oldest() -> Select[*tuple[Any, ...]]:
    eldest = select(InboxItem.state, func.min(InboxItem.arrived_at)).where(InboxItem.state.in_(KEPT_IN))
    return eldest.group_by(InboxItem.state)


def _outbox_due(now: datetime) -> Select[*tuple[Any, ...]]:
    """Since when the eldest should have been delivered: of announcements that wait for more files that is not when they
    were made."""
    late = (OutboxItem.error != "") | (OutboxItem.next_at <= now)
    due = select(OutboxItem.channel, func.min(OutboxItem.created_at)).where(
        OutboxItem.state == OutboxState.WAITING, late
    )
    return due.group_by(OutboxItem.channel)


def _ages(tx: Session, query: Select[*tuple[Any, ...]], now: datetime) -> Iterator[tuple[tuple[str, ...], float]]:
    for label, since in tx.execute(query):
        yield (str(label),), age(since, now)
