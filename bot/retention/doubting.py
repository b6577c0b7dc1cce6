"""A clock that has jumped far ahead must not destroy everything at once: it is doubted for a day, and said so."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.ledger import upkeep
from bot.ledger.tables import Entry
from bot.ledger.upkeep import Chore
from bot.rules import calendar
from bot.rules import retention as rules
from bot.telling import Occasion, alert

DOUBTED = "The clock of this machine may be wrong"


def believe(tx: Session, occasion: Occasion) -> bool:
    """Whether the clock can be believed. Where not, the administrators are told once."""
    now, doubted = occasion.now, upkeep.when(tx, Chore.CLOCK_DOUBTED)
    if not rules.is_doubtful(now, _looked_at(tx), occasion.settings.retention.clock_jump_days):
        if doubted:
            upkeep.forget(tx, Chore.CLOCK_DOUBTED)
        return True
    if doubted is None or now < doubted:
        upkeep.note(tx, Chore.CLOCK_DOUBTED, now)
        _alert(tx, occasion)
        return False
    return now >= doubted + rules.DOUBT


def _looked_at(tx: Session) -> datetime | None:
    return upkeep.when(tx, Chore.RETENTION_LOOKED) or tx.scalar(select(func.max(Entry.at)))


def _alert(tx: Session, occasion: Occasion) -> None:
    zone, looked = occasion.settings.timezone, _looked_at(tx) or occasion.now
    said = f"The last time that Postroom looked what is due, it said {calendar.spoken_time(looked, zone)}."
    believed = calendar.spoken_time(occasion.now + rules.DOUBT, zone)
    lines = [
        f"It says {calendar.spoken_time(occasion.now, zone)}. {said}",
        f"If it is right, do nothing: what is due is destroyed from {believed} on.",
        "If it is wrong, set it right before then. Until then nothing is destroyed for its age.",
    ]
    alert(tx, DOUBTED, lines, occasion)
