"""What stands in chats and shows how files are: which of it must be drawn anew."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, String, Update, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from bot.ledger.kinds import Instant
from bot.ledger.prepared import Prepared
from bot.ledger.tables import Duty, File, Mention, OutboxItem, Surface
from bot.rules.authority import ALL

LIST = "status"
"""The kind of notice that lists files by what its reader may see and chose."""


def outdate(tx: Session, file: File, now: datetime) -> None:
    """Whatever shows this file does not show it as it is any more: messages that speak of it, homes that list it."""
    of_file = {"file": file.id, "sender": file.sent_by, "school": file.school, "service": file.service}
    OUTDATE.change(tx, {**of_file, "moved_from": file.moved_from, "now": now})


def stand(
    tx: Session, channel: str, place: str, stamp: str, *, thread: str, notice_id: str, live: bool
) -> Surface:  # fmt: skip
    """A notice stands in a chat from now on. `live`: it is to show how its files are."""
    standing = Surface(
        channel=channel, place=place, stamp=stamp, thread=thread, notice_id=notice_id, live=live, view={}, wanted=0,
        drawn=0, tries=0,
    )  # fmt: skip
    tx.add(standing)
    tx.flush()
    return standing


def at(tx: Session, channel: str, place: str, stamp: str) -> Surface | None:
    """What stands there, if it is ours."""
    there = (Surface.channel == channel) & (Surface.place == place) & (Surface.stamp == stamp)
    return tx.scalar(select(Surface).where(there))


def open_home(tx: Session, channel: str, identity: str, person_id: int | None, now: datetime) -> None:
    """Somebody opened their home: it is due to be drawn. `person_id`: whose it is, where that is known already."""
    known = at(tx, channel, identity, "")
    if known is None:
        known = Surface(
            channel=channel, place=identity, stamp="", person_id=person_id, view={}, wanted=0, drawn=0, tries=0
        )
        tx.add(known)
        tx.flush()
    want(tx, known.id, now)


def outdate_of(tx: Session, person_id: int, now: datetime) -> None:
    """What this person may do or see has changed: so has what stands before them."""
    told = select(OutboxItem.id).where(OutboxItem.person_id == person_id, OutboxItem.kind == LIST)
    _want(tx, or_(Surface.person_id == person_id, Surface.notice_id.in_(told)), now)


def catch_up(tx: Session, surface_id: int, told: Mapping[str, int], now: datetime) -> None:
    """What befell files since it was read how they stand is to be drawn. `told`: the version of each, by its reference."""
    rows = tx.execute(select(File.reference, File.version).where(File.reference.in_(told)))
    if any(version != told[reference] for reference, version in rows):
        want(tx, surface_id, now)


def want(tx: Session, surface_id: int, now: datetime) -> None:
    """Have it drawn anew."""
    _want(tx, Surface.id == surface_id, now)


def _want(tx: Session, which: ColumnElement[bool], now: datetime) -> None:
    tx.execute(_wanted(which), {"now": now})


def _wanted(which: ColumnElement[bool]) -> Update:
    """From `:now` on; one that is put off stays put off."""
    due = {"wanted": Surface.wanted + 1, "next_at": func.coalesce(Surface.next_at, bindparam("now", type_=Instant))}
    return update(Surface).where(which).values(due).execution_options(synchronize_session=False)


def _showing() -> ColumnElement[bool]:
    """Messages that speak of `:file`, and the homes of its `:sender` and of those who have a duty that it concerns."""
    telling = select(Mention.notice_id).where(Mention.file_id == bindparam("file"))
    scopes = (*(bindparam(name, type_=String) for name in ("school", "service", "moved_from")), ALL)
    concerned = select(Duty.person_id).where(Duty.scope.in_(scopes))
    home = or_(Surface.person_id.in_(concerned), Surface.person_id == bindparam("sender"))
    return and_(Surface.live, or_(Surface.notice_id.in_(telling), home))


OUTDATE: Prepared[int] = Prepared(_wanted(_showing()))
