"""What stands in chats and shows how files are: which of it must be drawn anew."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from bot.ledger.tables import Duty, File, Mention, OutboxItem, Surface
from bot.rules.authority import ALL


def outdate(tx: Session, file: File, now: datetime) -> None:
    """Whatever shows this file does not show it as it is any more: messages that speak of it, homes that list it."""
    telling = select(Mention.notice_id).where(Mention.file_id == file.id)
    scopes = (file.school, file.service, file.moved_from, ALL)
    concerned = select(Duty.person_id).where(Duty.scope.in_([scope for scope in scopes if scope]))
    shown = or_(Surface.notice_id.in_(telling), Surface.person_id.in_(concerned), Surface.person_id == file.sent_by)
    _want(tx, and_(Surface.live, shown), now)


def stand(tx: Session, item: OutboxItem, place: str, stamp: str, thread: str, *, live: bool) -> Surface:
    """A notice stands in a chat from now on. `live`: it is to show how its files are."""
    standing = Surface(
        channel=item.channel, place=place, stamp=stamp, thread=thread, notice_id=item.id, live=live, view={}, wanted=0,
        drawn=0, tries=0,
    )  # fmt: skip
    tx.add(standing)
    tx.flush()
    return standing


def want(tx: Session, surface_id: int, now: datetime) -> None:
    """Have it drawn anew."""
    _want(tx, Surface.id == surface_id, now)


def _want(tx: Session, which: ColumnElement[bool], now: datetime) -> None:
    """One that is put off stays put off."""
    due = {"wanted": Surface.wanted + 1, "next_at": func.coalesce(Surface.next_at, now)}
    tx.execute(update(Surface).where(which).values(due).execution_options(synchronize_session=False))
