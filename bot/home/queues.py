"""What waits for an officer, by service and by age, and what was decided last."""

from datetime import timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from bot import roster
from bot.ledger.tables import Contents, File
from bot.notices import Choice, Queue
from bot.rules.lifecycle import Status
from bot.telling import Asking, facts, service_name

PAGE_FILES = 5
"""Files shown at a time, each with its buttons."""
DECIDED_MAX = 5
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def waiting(tx: Session, choice: Choice, asking: Asking) -> dict[str, object]:
    """What the officer can receive, oldest first, and what was decided last; nothing for one who is none."""
    services = roster.services_of(asking.person, [service.code for service in asking.settings.services])
    if not services:
        return {}
    queues = _queues(tx, asking)
    pages = max(1, -(-sum(queue.count for queue in queues) // PAGE_FILES))
    number = max(0, min(choice.queue, pages - 1))
    oldest = select(File).where(_waits(asking)).order_by(File.sent_at, File.id)
    shown = tx.scalars(oldest.offset(number * PAGE_FILES).limit(PAGE_FILES)).unique()
    return {
        "services": tuple(services),
        "queues": queues,
        "waiting": tuple(facts(file, asking.settings) for file in shown),
        "queue": number,
        "queue_pages": pages,
        "decided": tuple(facts(file, asking.settings) for file in _decided(tx, asking)),
    }


def _waits(asking: Asking) -> ColumnElement[bool]:
    """What this officer can receive: it is none of their own school's."""
    can_be_had = (File.contents == Contents.KEPT) & File.frozen_at.is_(None)
    return roster.takes_in(asking.person) & (File.status == Status.SENT) & can_be_had


def _queues(tx: Session, asking: Asking) -> tuple[Queue, ...]:
    def older(than: timedelta) -> ColumnElement[int]:
        return func.sum(case((File.sent_at < asking.now - than, 1), else_=0))

    oldest = func.min(File.sent_at)
    counted = select(File.service, func.count(), oldest, older(DAY), older(WEEK)).where(_waits(asking))
    rows = tx.execute(counted.group_by(File.service).order_by(oldest)).all()
    return tuple(
        Queue(
            service=code or "", service_name=service_name(asking.settings, code), count=count, oldest=since, day=day,
            week=week,
        )
        for code, count, since, day, week in rows
    )  # fmt: skip


def _decided(tx: Session, asking: Asking) -> list[File]:
    at = func.coalesce(File.rejected_at, File.received_at)  # what was received may be rejected, never the other way
    decided = select(File).where(roster.takes_in(asking.person), File.status.in_((Status.RECEIVED, Status.REJECTED)))
    return list(tx.scalars(decided.order_by(at.desc(), File.id.desc()).limit(DECIDED_MAX)).unique())
