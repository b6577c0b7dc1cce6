"""When what keeps Postroom going was done last, or until when it rests."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.ledger.tables import Upkeep


class Chore(StrEnum):
    """What is done again and again, or was done once and has an effect for a while."""

    BACKED_UP = "backed up"
    """The last backup was complete."""
    RETENTION_RESTS = "retention rests until"
    """After a backup was put back nothing is destroyed for its age before this moment (lesson L68)."""
    RETENTION_LOOKED = "retention looked"
    """All that was due then is ordered to be destroyed."""
    CLOCK_DOUBTED = "clock doubted"
    """The clock was then so far ahead of the look before that nothing is destroyed for its age for a day."""
    WARNED = "warned"
    """Whoever is to receive was then told what nobody has received."""
    ORPHANS_SOUGHT = "orphans sought"
    READY = "ready"
    """Something could be written into the record, when it was looked last whether that can be done."""
    CANARY_SENT = "canary sent"
    CANARY_BACK = "canary back"
    """The newest mail to ourselves that came through the whole path was sent at this moment (lesson L23)."""

    QUARANTINE_TOLD = "quarantine told"
    """The administrators were last mailed what lies in quarantine."""


def note(tx: Session, what: Chore, at: datetime) -> None:
    """It was done, or rests until, then."""
    tx.merge(Upkeep(what=what, at=at))


def forget(tx: Session, what: Chore) -> None:
    """As if it had never been."""
    tx.execute(delete(Upkeep).where(Upkeep.what == what))


def when(tx: Session, what: Chore) -> datetime | None:
    """When it was done last, or until when it rests; None where it never was."""
    found = tx.get(Upkeep, what)
    return found.at if found else None
