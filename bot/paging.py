"""Another page of what was told: to whom it may be shown. Only reads."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import standing
from bot.clock import Clock
from bot.ledger.tables import OutboxItem, Surface
from bot.outbox import parcel_of
from bot.parcels import Parcel
from bot.settings import Settings
from bot.wording import Wording


@dataclass(frozen=True)
class PageRequest:
    """Somebody wants to see another page of a notice. What they bring finds, it does not authorise."""

    channel: str
    notice: str
    """The id that the button bears."""
    place: str
    stamp: str
    """The message in which they pressed it."""
    reader: str
    """Their identity in the channel."""
    alone: bool
    """Nobody else sees that message."""


def parcel_for(
    tx: Session, request: PageRequest, settings: Settings, clock: Clock, *, wording: Wording
) -> Parcel | None:
    """The notice of which a page is wanted; None where it does not stand there, or was not told to them."""
    row = tx.get(OutboxItem, request.notice)
    if row is None or row.channel != request.channel or standing.is_shut(tx, row):
        return None
    if request.alone:
        theirs = row.recipient == request.reader and row.route.get("place") == request.place
        has_left = standing.has_left(tx, row.channel, row.recipient, row.person_id)
        return parcel_of(row, wording) if theirs and not has_left else None
    there = select(Surface).where(Surface.channel == request.channel, Surface.place == request.place)
    surface = tx.scalar(there.where(Surface.stamp == request.stamp, Surface.notice_id == row.id))
    if surface is None:
        return None
    if not surface.live:
        return parcel_of(row, wording)
    return parcel_of(row, wording, standing.teller(tx, row, surface, settings, clock))
