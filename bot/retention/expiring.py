"""Who sent a file that is held is asked once more before it is discarded (docs/rules.md, «Retention»).

That it has been asked stands in the outbox, so a restart does not ask again.
"""

from collections import defaultdict
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot import notices, roster
from bot.arrival import SLACK
from bot.judging import convention, held_still, numbered
from bot.ledger import upkeep
from bot.ledger.tables import File, Mention, OutboxItem, Person
from bot.ledger.upkeep import Chore
from bot.notices import Expiring
from bot.retention.due import Due
from bot.retention.warning import FROM_HOUR
from bot.rules import retention as rules
from bot.rules.calendar import DAY, local
from bot.telling import Asking, Occasion, came_by, post

BATCH = 50
"""Files asked about in one write."""


def remind(tx: Session, due: Due, occasion: Occasion) -> bool:
    """Ask about files that are soon discarded: each sender in one notice, with the offers of the first answer. False: there was
    none to ask about, or it is night."""
    if not due.kept.held_remind_days or local(due.now, due.zone).time() < FROM_HOUR:
        return False
    found = tx.scalars(_unasked(due)).unique().all()
    grouped: dict[tuple[int, str], list[File]] = defaultdict(list)
    for file in found:
        grouped[file.sent_by, came_by(tx, file, occasion.settings)].append(file)
    for (_, channel), theirs in grouped.items():
        _ask(tx, theirs, channel, due, occasion)
    return bool(found)


def _unasked(due: Due) -> Select[File]:
    """Of senders who are still here: whoever has left hears nothing more, and nobody else ever saw it."""
    asked = (
        select(Mention.notice_id)
        .join(OutboxItem, OutboxItem.id == Mention.notice_id)
        .where(Mention.file_id == File.id, OutboxItem.kind == Expiring.kind)
        .exists()
    )
    here = File.sent_by.in_(select(Person.id).where(Person.left_at.is_(None)))
    return select(File).where(due.expiring(), here, ~asked).order_by(File.sent_by, File.id).limit(BATCH)


def _ask(tx: Session, theirs: list[File], channel: str, due: Due, occasion: Occasion) -> None:
    sender = theirs[0].sender
    to = roster.identity(sender, SLACK) if channel == SLACK else sender.email
    asking = Asking(
        settings=occasion.settings, clock=occasion.clock, now=occasion.now, channel=channel, person=sender, address=to
    )
    by = convention(tx, asking)
    outcomes = tuple(numbered([held_still(file, by, asking) for file in theirs]))
    notice = notices.Expiring(outcomes=outcomes, until=min(_until(tx, file, due) for file in theirs))
    post(tx, notice, occasion, to=to, person=sender, channel=channel)


def _until(tx: Session, file: File, due: Due) -> date:
    """The last whole day on which it is held: after a backup was put back, longer than otherwise (lesson L68)."""
    last, rests = rules.last_day(file.sent_at, due.kept.held_days, due.zone), upkeep.when(tx, Chore.RETENTION_RESTS)
    return max(last, local(rests, due.zone).date() - DAY) if rests else last
