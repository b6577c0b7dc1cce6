"""Who is reminded of files that nobody has received (docs/rules.md, «Reminders»): the service, later the administrators.

That a file has been told of stands in the outbox, so a restart neither repeats a reminder nor forgets one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from bot import announcing, notices, roster, telling
from bot.announcing import Place
from bot.arrival import MAIL
from bot.clock import Clock
from bot.ledger import Ledger
from bot.ledger.kinds import Purpose
from bot.ledger.tables import Contents, Entry, File, Mention, OutboxItem, Person
from bot.notices import FileFacts, Wait, Waiting
from bot.rules.lifecycle import Act, Status
from bot.rules.office_hours import OfficeHours
from bot.rules.somebody import Somebody
from bot.settings import Settings, Slack
from bot.telling import Occasion
from bot.working import Worker

HOUR = timedelta(hours=1)
LOOK_EVERY = timedelta(minutes=1)
"""Where nothing was due, so long nothing is looked up, however often it is asked for."""
FILES_MAX = 50
"""Files told of at a time; where more are due, the next notice follows at once."""
STAGE = {False: "reminder", True: "escalation"}
"""Whether it is escalated, as it stands beside the notice in the outbox: its facts are too long to be looked through."""


@dataclass(frozen=True)
class _Reader:
    """One person or place that is told, and why."""

    place: Place
    person_id: int | None = None
    unattended: bool = False
    escalated: bool = False


Due = dict[_Reader, list[File]]
"""What each is to be told of now."""


class Reminder(Worker):
    """Reminds of what has waited too long, once of each file, within office hours alone."""

    table = File.__tablename__

    def __init__(self, ledger: Ledger, clock: Clock, settings: Settings, slack: Slack) -> None:
        super().__init__()
        self._ledger, self._clock, self._settings, self._slack = ledger, clock, settings, slack
        self._hours = OfficeHours.read(slack.office_hours, settings.timezone, settings.authority.extra_holidays)
        self._look_at = clock.now()

    async def step(self) -> bool:
        """Tell of all that is due. False: nothing was, or nobody is at work."""
        now = self._clock.now()
        has_looked = self._look_at - LOOK_EVERY <= now < self._look_at  # a clock put back must not stop it
        if has_looked or self._hours.next_open(now) > now:
            return False
        if not await self._ledger.read(lambda tx: self._due(tx, now)):
            self._look_at = now + LOOK_EVERY
            return False
        return await self._ledger.write(lambda tx: self._tell(tx, now))

    def _tell(self, tx: Session, now: datetime) -> bool:
        due = self._due(tx, now)
        occasion = Occasion(settings=self._settings, clock=self._clock, now=now)
        for reader, files in due.items():
            self._post(tx, reader, files, occasion)
        return bool(due)

    def _due(self, tx: Session, now: datetime) -> Due:
        due: Due = defaultdict(list)
        for escalated, hours in ((False, self._slack.remind_hours), (True, self._slack.escalate_hours)):
            for file in tx.scalars(_untold(self._hours.before(now, hours * HOUR), escalated=escalated)).unique():
                for reader in self._readers(tx, file, escalated=escalated):
                    due[reader].append(file)
        return due

    def _readers(self, tx: Session, file: File, *, escalated: bool) -> Iterator[_Reader]:
        """The service's officers and places, or the administrators; nobody for a file of a school on whose list they are."""
        if escalated:
            yield from self._people(roster.administrators(tx), file, escalated=True)
            return
        service = self._settings.service(file.service)
        places = [_Reader(place) for place in announcing.places_of(service, self._settings)]
        officers = announcing.readers(tx, file)
        yield from places
        for officer in officers:
            if place := announcing.place_of(officer, service, self._settings):
                yield _Reader(place, officer.id)
        if not (places or officers):
            yield from self._people(roster.administrators(tx), file, unattended=True)

    def _people(
        self, people: Iterable[Somebody], file: File, *, unattended: bool = False, escalated: bool = False
    ) -> Iterator[_Reader]:
        for person in people:
            if not roster.on_the_list(person, file.school):
                mailbox = telling.own_mailbox(person, self._settings) or person.email
                yield _Reader(Place(MAIL, mailbox), person.id, unattended, escalated)

    def _post(self, tx: Session, reader: _Reader, files: Sequence[File], occasion: Occasion) -> None:
        """One notice of all these files, with links for a person who has a mailbox that nobody else reads."""
        person = tx.get_one(Person, reader.person_id) if reader.person_id is not None else None
        notice = self._notice(tx, reader, files, occasion.now)
        if person and reader.place.channel == MAIL and telling.own_mailbox(person, self._settings):
            links = telling.linked(tx, Purpose.DECIDE, person, files, occasion)
            notice = notice.model_copy(update={"links": links})
        telling.post(
            tx, notice, occasion, to=reader.place.address, person=person, batch=STAGE[reader.escalated],
            channel=reader.place.channel,
        )  # fmt: skip

    def _notice(self, tx: Session, reader: _Reader, files: Sequence[File], now: datetime) -> Waiting:
        place = reader.person_id is None
        codes = list(dict.fromkeys(file.service or "" for file in files))
        names = {code: telling.service_name(self._settings, code) for code in codes}
        takers = ((names[code], tuple(one.name for one in roster.officers(tx, code))) for code in codes)
        return notices.Waiting(
            files=tuple(self._facts(file, place=place) for file in files),
            service=", ".join(codes),
            service_name="; ".join(names.values()),
            hours=self._slack.escalate_hours if reader.escalated else self._slack.remind_hours,
            waits={file.reference: self._wait(tx, file, now) for file in files},
            place=place,
            unattended=reader.unattended,
            escalated=reader.escalated,
            officers=tuple(takers) if reader.escalated else (),
        )

    def _facts(self, file: File, *, place: bool) -> FileFacts:
        told = telling.facts(file, self._settings)
        return told.elsewhere() if place else told

    def _wait(self, tx: Session, file: File, now: datetime) -> Wait:
        since = tx.scalars(select(_since()).where(File.id == file.id)).one()
        return Wait(since=since, hours=self._hours.elapsed(since, now) // HOUR)


def _since() -> ColumnElement[datetime]:
    """When the count for a file began: when it was sent or last moved."""
    moved: ScalarSelect[datetime] = (
        select(func.max(Entry.at)).where(Entry.file_id == File.id, Entry.act == Act.MOVED).scalar_subquery()
    )
    return func.coalesce(moved, File.sent_at)


def _untold(bound: datetime, *, escalated: bool) -> Select[File]:
    """What is Sent since before that moment, and was not told of so since it is."""
    told = (
        select(Mention.notice_id)
        .join(OutboxItem, OutboxItem.id == Mention.notice_id)
        .where(Mention.file_id == File.id, OutboxItem.kind == Waiting.kind, OutboxItem.created_at > _since())
        .where(OutboxItem.batch == STAGE[escalated])
        .exists()
    )
    waits = select(File).where(File.status == Status.SENT, File.contents == Contents.KEPT, File.sent_at < bound)
    waits = waits.where(File.frozen_at.is_(None))
    return waits.where(_since() < bound, ~told).order_by(File.id).limit(FILES_MAX)
