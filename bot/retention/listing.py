"""What would become of what, on a day: for whoever asks, and in numbers for whoever watches."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.arrival import Frozen
from bot.ledger.tables import File, InboxItem, OutboxItem
from bot.retention import records
from bot.retention.due import Due
from bot.rules import retention as rules
from bot.rules.calendar import local
from bot.settings import Settings


class Fate(StrEnum):
    """What is due."""

    DESTROY = "destroy"
    """The contents, for their age."""
    DISCARD = "discard"
    """A held file whose sender did not answer, or a message in quarantine."""
    DECIDE = "decide"
    """Nobody received it: an administrator's word is awaited."""
    WARN = "warn"
    """It is said that nobody has received it, or that it stays frozen."""


class DueLine(Frozen):
    """One thing that is due."""

    what: Fate
    due_on: date
    """Since or from when; for a warning the day asked about."""
    reference: str
    """Of a file; for a message in quarantine its number in the inbox."""
    name: str
    """Of a file; for a message its subject."""
    school: str | None
    service: str | None
    status: str
    came_at: datetime


class Forgotten(Frozen):
    """How much of what was written is due to be remembered no more: too much to be listed, and nobody's to decide."""

    answers: int
    """Notices, whose text is deleted."""
    messages: int
    """Messages that came in, of which sender, subject and fate are erased."""
    records: int
    """Files, whose record and history end."""


def moment(settings: Settings, now: datetime, on: date | None) -> datetime:
    """The moment for which to look: now, or the last of that day."""
    if on is None:
        return now
    there = datetime.combine(on, now.time(), settings.timezone)
    return rules.ends_at(there, 0, settings.timezone) - timedelta(microseconds=1)


def due_lines(tx: Session, settings: Settings, at: datetime) -> Iterator[DueLine]:
    """All that is due by then, if nobody does anything before."""
    due, kept, zone = Due(settings, at), settings.retention, settings.timezone

    def sent(days: int, file: File) -> date:
        return rules.ends_at(file.sent_at, days, zone).astimezone(zone).date()

    for file in _files(tx, due.contents()):
        decided = [one for one in (file.received_at, file.rejected_at) if one]
        last = rules.kept_until(file.sent_at, kept.contents_days, decided, kept.grace_days, zone)
        yield _line(Fate.DESTROY, file, last + timedelta(1))
    for file in _files(tx, due.held()):
        yield _line(Fate.DISCARD, file, sent(kept.held_days, file))
    for item in tx.scalars(select(InboxItem).where(due.quarantined()).order_by(InboxItem.arrived_at)):
        yield DueLine(
            what=Fate.DISCARD, due_on=rules.last_day(item.arrived_at, kept.quarantine_days + 1, zone),
            reference=str(item.id), name=item.subject, school=None, service=None, status=item.state, came_at=item.arrived_at,
        )  # fmt: skip
    for file in _files(tx, due.overdue()):
        yield _line(Fate.DECIDE, file, sent(kept.contents_days, file))
    for file in _files(tx, due.unreceived()):
        if due.is_warning_due(file.sent_at, file.warned_at):
            yield _line(Fate.WARN, file, local(at, zone).date())


def forgotten(tx: Session, settings: Settings, at: datetime) -> Forgotten:
    """How much is due by then."""
    due = Due(settings, at)

    def count(column: InstrumentedAttribute[Any], condition: ColumnElement[bool]) -> int:
        return tx.scalar(select(func.count(column)).where(condition)) or 0

    return Forgotten(
        answers=count(OutboxItem.id, records.told(due)), messages=count(InboxItem.id, records.came(due)),
        records=count(File.id, records.ended(due)),
    )  # fmt: skip


def _files(tx: Session, condition: ColumnElement[bool]) -> Iterator[File]:
    yield from tx.scalars(select(File).where(condition).order_by(File.sent_at, File.id)).unique()


def _line(what: Fate, file: File, due_on: date) -> DueLine:
    return DueLine(
        what=what, due_on=due_on, reference=file.reference, name=file.name, school=file.school, service=file.service,
        status=file.status, came_at=file.sent_at,
    )  # fmt: skip
