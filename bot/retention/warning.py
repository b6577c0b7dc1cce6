"""Who is warned of files that nobody receives, or that stay frozen: the service and the administrators, once a day at most."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import announcing, notices, roster
from bot.announcing import Place
from bot.arrival import MAIL
from bot.ledger import files, upkeep
from bot.ledger.kinds import Purpose
from bot.ledger.tables import File, Person
from bot.ledger.upkeep import Chore
from bot.retention.due import Due
from bot.rules.calendar import local
from bot.rules.lifecycle import Act
from bot.telling import Occasion, facts, linked, own_mailbox, post

FROM_HOUR = time(8)
"""Nobody is warned in the night, by the authority's clocks."""
FILES_A_DAY_MAX = 500
"""Files that are warned of in one write; the others follow on the next day."""
LISTED_MAX = 50
"""Files in one notice; how many more there are is said."""

Kind = Literal["officer", "place", "administrators"]


@dataclass(frozen=True)
class _Reader:
    kind: Kind
    place: Place
    person_id: int | None = None


def warn(tx: Session, due: Due, occasion: Occasion) -> bool:
    """Tell each reader of all that is to be told today, in one notice. False: nothing is, or it is told already."""
    if local(due.now, due.zone).time() < FROM_HOUR or _is_done(tx, due):
        return False
    found = [file for file in _unreceived(tx, due) if due.is_warning_due(file.sent_at, file.warned_at)]
    told: dict[_Reader, list[File]] = defaultdict(list)
    for file in found[:FILES_A_DAY_MAX]:
        readers = list(_readers(tx, file, occasion))
        if not readers:  # history does not say that it was said: it is looked again tomorrow
            continue
        for reader in readers:
            told[reader].append(file)
        file.warned_at = due.now
        files.note(tx, file, Act.WARNED, by=None, now=due.now, channel="postroom", why=_why(file, due))
    for reader, theirs in told.items():
        _post(tx, reader, theirs, due, occasion)
    if found:
        upkeep.note(tx, Chore.WARNED, due.now)
    return bool(found)


def _is_done(tx: Session, due: Due) -> bool:
    warned = upkeep.when(tx, Chore.WARNED)
    return warned is not None and local(warned, due.zone).date() == local(due.now, due.zone).date()


def _unreceived(tx: Session, due: Due) -> Sequence[File]:
    return tx.scalars(select(File).where(due.unreceived()).order_by(File.sent_at, File.id)).unique().all()


def _why(file: File, due: Due) -> str:
    return f"{_age(file, due)} days after it was sent{', and it is frozen' if file.frozen_at else ''}"


def _age(file: File, due: Due) -> int:
    return (local(due.now, due.zone).date() - local(file.sent_at, due.zone).date()).days


def _readers(tx: Session, file: File, occasion: Occasion) -> Iterator[_Reader]:
    service = occasion.settings.service(file.service)
    for place in announcing.places_of(service, occasion.settings):
        yield _Reader("place", place)
    officers = announcing.readers(tx, file)
    for officer in officers:
        if own := announcing.place_of(officer, service, occasion.settings):
            yield _Reader("officer", own, officer.id)
    known = {officer.id for officer in officers}
    for person in roster.administrators(tx):
        if person.id not in known:
            mailbox = own_mailbox(person, occasion.settings) or person.email
            yield _Reader("administrators", Place(MAIL, mailbox), person.id)


def _post(tx: Session, reader: _Reader, theirs: Sequence[File], due: Due, occasion: Occasion) -> None:
    person = tx.get_one(Person, reader.person_id) if reader.person_id is not None else None
    listed = theirs[:LISTED_MAX]
    overdue = set(tx.scalars(select(File.id).where(due.overdue(), File.id.in_([file.id for file in listed]))))
    notice = notices.Unreceived(
        files=tuple(facts(file, occasion.settings).elsewhere() for file in listed),
        days={file.reference: _age(file, due) for file in listed},
        overdue=tuple(file.reference for file in listed if file.id in overdue),
        more=len(theirs) - len(listed),
        reader=reader.kind,
    )
    if person and reader.place.channel == MAIL and own_mailbox(person, occasion.settings):
        decidable = [file for file in listed if roster.can(tx, person, Act.RECEIVED, file)]
        notice = notice.model_copy(update={"links": linked(tx, Purpose.DECIDE, person, decidable, occasion)})
    post(tx, notice, occasion, to=reader.place.address, person=person, channel=reader.place.channel)
