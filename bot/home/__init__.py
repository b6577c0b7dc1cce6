"""What somebody finds when they open us in their chat: their school's files, what waits for them, how Postroom is.

Whoever has several roles sees several parts. It only reads, and nothing is shown that they may not see.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import listing, roster, school_desk
from bot.home.health import health
from bot.home.queues import waiting
from bot.ledger.tables import File, Mention, OutboxItem
from bot.notices import Choice, Home, NotAuthorised, Notice, Offer, Outcome, ProveIdentity, SharedMailbox
from bot.telling import Asking

HELD_MAX = 4
"""Held files shown at a time; the others follow when these are settled."""


def of(tx: Session, choice: Choice, asking: Asking) -> Home:
    """The home of whoever asks, with what they chose to see of it."""
    person = asking.person
    home = Home(at=asking.now, name=person.name)
    for part in (_school(tx, choice, asking), waiting(tx, choice, asking)):
        home = home.model_copy(update=part)
    is_administrator = roster.is_administrator(person)
    return home.model_copy(update={"health": health(tx, asking.settings)}) if is_administrator else home


def shut(told: Notice | None, now: datetime) -> Home:
    """The home of one who is not heard, by what they would be told if they spoke: who may use it, and whom to ask."""
    if isinstance(told, SharedMailbox):
        return Home(at=now, shut="personal" if told.personal else "shared")
    if isinstance(told, ProveIdentity):
        return Home(at=now, shut="unproven")
    visiting = told.visiting if isinstance(told, NotAuthorised) else ""
    return Home(at=now, shut=visiting or "stranger")


def _school(tx: Session, choice: Choice, asking: Asking) -> dict[str, object]:
    """Of a school person: their held files first, then the files that they chose."""
    schools = roster.schools_of(tx, asking.person)
    if not schools:
        return {}
    numbers = [school.number for school in schools]
    page = listing.find(tx, choice, asking, size=school_desk.PAGE_FILES, within=numbers)
    return {
        **_held(tx, asking),
        **school_desk.listed(tx, page, asking),
        "schools": tuple(f"{school.name} ({school.number})" for school in schools),
        "officer": len(schools) > 1,
        "period": listing.spoken(choice, asking),
        "menu": listing.menu(tx, choice, page, asking, numbers),
    }


def _held(tx: Session, asking: Asking) -> dict[str, object]:
    """What waits for their word. Its offers are those that a notice made: that is what a press on one answers."""
    waits = school_desk.outcomes_held(tx, asking)
    told: list[Outcome] = []
    offers: dict[str, tuple[str, str]] = {}
    for outcome in waits[:HELD_MAX]:
        made: list[Offer] = []
        for row in _offered(tx, outcome, asking):
            number = len(offers) // 2 + 1
            offers |= {
                str(number): (row.notice_id, str(row.number)),
                f"destroy {number}": (row.notice_id, f"destroy {row.number}"),
            }
            made.append(Offer(number=number, name=row.name or "", sure=row.sure))
        told.append(outcome.model_copy(update={"offers": tuple(made)}))
    return {"held": tuple(told), "held_more": len(waits) - len(told), "offers": offers}


def _offered(tx: Session, outcome: Outcome, asking: Asking) -> list[Mention]:
    """What was last offered to this person for a held file."""
    assert outcome.file is not None  # noqa: S101 - what is held is stored
    rows = (
        select(Mention)
        .join(File, File.id == Mention.file_id)
        .join(OutboxItem, OutboxItem.id == Mention.notice_id)
        .where(File.reference == outcome.file.reference, Mention.number.is_not(None))
        .where(OutboxItem.person_id == asking.person.id)
        .order_by(OutboxItem.created_at.desc(), Mention.position)
    )
    found = tx.scalars(rows).all()
    return [row for row in found if row.notice_id == found[0].notice_id]
