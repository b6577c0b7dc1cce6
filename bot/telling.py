"""Who is told what: a file's facts, posting a notice into the outbox, announcing new files."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import not_, select
from sqlalchemy.orm import Session

from bot import links, notices, roster
from bot.arrival import Route
from bot.clock import Clock
from bot.ledger.tables import File, Mention, OutboxItem, OutboxState, Person, Purpose
from bot.notices import FileFacts, Notice
from bot.rules import address
from bot.settings import Service, Settings

MAIL = "email"
"""The channel whose identities are mailboxes."""
UNASKED = frozenset({
    notices.Alert.kind, notices.Moved.kind, notices.NewFiles.kind, notices.Received.kind, notices.Rejected.kind,
    notices.Waiting.kind,
})  # fmt: skip
"""What people are told of that others did."""


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What happens now, whoever brought it about."""

    settings: Settings
    clock: Clock
    now: datetime
    route: Route = field(default_factory=Route)
    """Of the message being handled: its answer is threaded to it."""


@dataclass(frozen=True, kw_only=True)
class Asking(Occasion):
    """Somebody proven wants something: who, through which channel, in answer to which notice."""

    person: Person
    channel: str
    address: str
    """Where this person is answered: the identity they spoke with."""
    answered: OutboxItem | None = None
    """The notice of ours that they answer, where one was found. It finds, never authorises."""


def facts(file: File, settings: Settings) -> FileFacts:
    """What may be told of a file to those who may see it."""
    return FileFacts(
        reference=file.reference,
        name=file.name,
        given="" if file.given == file.name else file.given,
        status=file.status,
        school=file.school or "",
        school_name=file.establishment.name if file.establishment else "",
        service=file.service or "",
        service_name=service_name(settings, file.service),
        size=file.size,
        sha256=file.sha256,
        sent_at=file.sent_at,
        sent_by=file.sender.name,
        comment=file.comment,
        tag=file.tag,
        received_by=file.receiver.name if file.receiver else "",
        received_at=file.received_at,
        rejected_by=file.rejecter.name if file.rejecter else "",
        rejected_at=file.rejected_at,
        reason=file.reason,
        recalled_by=file.recaller.name if file.recaller else "",
        recalled_at=file.recalled_at,
        moved_from=file.moved_from or "",
        contents=file.contents.value,
        kept_until=(file.sent_at.astimezone(settings.timezone) + timedelta(settings.retention.contents_days)).date(),
    )


def service_name(settings: Settings, code: str | None) -> str:
    """A service in words; its code where it has left the configuration."""
    service = settings.service(code)
    return service.name if service else code or ""


def post(
    tx: Session, notice: Notice, occasion: Occasion, *, to: str, person: Person | None = None, threaded: bool = False,
    batch: str | None = None, wait: timedelta = timedelta(0),
) -> OutboxItem:  # fmt: skip
    """Put a notice into the outbox. `threaded`: it answers the message that is being handled."""
    route = occasion.route if threaded else Route()
    item = OutboxItem(
        id=occasion.clock.token(),
        token=occasion.clock.token(),
        kind=notice.kind,
        recipient=to,
        person_id=person.id if person else None,
        facts=notice.model_dump(mode="json"),
        route=route.model_dump(mode="json"),
        created_at=occasion.now,
        next_at=occasion.now + wait,
        batch=batch,
    )
    tx.add(item)
    tx.flush()
    mention(tx, item, notice)
    return item


def reply(tx: Session, notice: Notice, asking: Asking) -> OutboxItem:
    """Answer whoever asked, in the thread of what they sent."""
    return post(tx, notice, asking, to=asking.address, person=asking.person, threaded=True)


def mention(tx: Session, item: OutboxItem, notice: Notice) -> None:
    """Keep which files the notice speaks of, and what each number in it stands for."""
    ids = _ids(tx, notice)
    rows: list[Mention] = []
    if isinstance(notice, notices.Outcomes | notices.Status):
        held = (*notice.outcomes, *notice.remaining) if isinstance(notice, notices.Outcomes) else notice.held
        rows = [
            Mention(file_id=ids[outcome.file.reference], number=offer.number, name=offer.name or None, sure=offer.sure)
            for outcome in held
            if outcome.file
            for offer in outcome.offers
        ]
    numbered = isinstance(notice, notices.OfFiles | notices.Which)
    spoken = {row.file_id for row in rows}
    for number, file in enumerate(notice.mentioned(), start=1):
        if ids[file.reference] not in spoken:
            rows.append(Mention(file_id=ids[file.reference], number=number if numbered else None))
            spoken.add(ids[file.reference])
    for position, row in enumerate(rows, start=1):
        row.notice_id, row.position = item.id, position
        tx.add(row)


def _ids(tx: Session, notice: Notice) -> dict[str, int]:
    references = {file.reference for file in notice.mentioned()}
    found = tx.execute(select(File.reference, File.id).where(File.reference.in_(references)))
    return dict(found.all())


def announce(tx: Session, files: Sequence[File], occasion: Occasion) -> None:
    """Tell those who take in: one mail an officer for each message taken in, places in batches."""
    told: dict[int, list[File]] = defaultdict(list)
    people: dict[int, Person] = {}
    for file in files:
        service = occasion.settings.service(file.service)
        readers = [one for one in roster.officers(tx, file.service or "") if not roster.on_the_list(one, file.school)]
        if service:
            for place in service.announce:
                _tell_place(tx, place, service, file, occasion)
        for officer in readers:
            people[officer.id] = officer
            told[officer.id].append(file)
        if not readers and not (service and service.announce):
            _tell_administrators(tx, [file], occasion)
    for number, theirs in told.items():
        _tell_to_decide(tx, people[number], theirs, occasion)


def linked(tx: Session, purpose: Purpose, person: Person, files: Iterable[File], occasion: Occasion) -> dict[str, str]:
    """A one-time link for this person to each of these files: the ids of the links by the files' references."""
    days = occasion.settings.web.link_days
    return links.make(tx, purpose, person, files, clock=occasion.clock, now=occasion.now, days=days)


def own_mailbox(person: Person, settings: Settings) -> str:
    """Where this person is told what nobody else may have, such as a link; empty where others read all their mail, too."""
    written_from = sorted(one.value for one in person.identities if one.channel == MAIL)
    shared = settings.access.shared_mailboxes if settings.access.refuse_shared else ()
    return next((one for one in (person.email, *written_from) if not address.is_shared(one, shared)), "")


def _tell_to_decide(
    tx: Session, person: Person, files: Sequence[File], occasion: Occasion, *, unattended: bool = False
) -> None:
    notice = new_files(files, occasion.settings, unattended=unattended)
    mailbox = own_mailbox(person, occasion.settings)
    links = linked(tx, Purpose.DECIDE, person, files, occasion) if mailbox else {}
    post(tx, notice.model_copy(update={"links": links}), occasion, to=mailbox or person.email, person=person)


def new_files(
    files: Sequence[File], settings: Settings, *, place: bool = False, unattended: bool = False
) -> notices.NewFiles:
    """The announcement of these files."""
    codes = list(dict.fromkeys(file.service or "" for file in files))
    told = tuple(facts(file, settings) for file in files)
    if place:
        told = tuple(one.model_copy(update={"comment": ""}) for one in told)
    names = "; ".join(service_name(settings, code) for code in codes)
    return notices.NewFiles(
        files=told, service=", ".join(codes), service_name=names, place=place, unattended=unattended
    )


def _tell_place(tx: Session, place: str, service: Service, file: File, occasion: Occasion) -> None:
    """Join the announcement that still waits for this place, or begin one that waits for more."""
    batch = f"{service.code}:{place}"
    open_still = (OutboxItem.batch == batch) & (OutboxItem.state == OutboxState.WAITING) & (OutboxItem.tries == 0)
    item = tx.scalar(select(OutboxItem).where(open_still, OutboxItem.next_at > occasion.now))
    notice = new_files([file], occasion.settings, place=True)
    if item is None:
        post(tx, notice, occasion, to=place, batch=batch, wait=timedelta(minutes=service.announce_minutes))
        return
    before = notices.NewFiles.model_validate(item.facts)
    joined = before.model_copy(update={"files": (*before.files, *notice.files)})
    item.facts = joined.model_dump(mode="json")
    for row in tx.scalars(select(Mention).where(Mention.notice_id == item.id)):
        tx.delete(row)
    tx.flush()
    mention(tx, item, joined)


def _tell_administrators(tx: Session, files: Sequence[File], occasion: Occasion) -> None:
    for one in roster.administrators(tx):
        _tell_to_decide(tx, one, files, occasion, unattended=True)


def alert(tx: Session, what: str, lines: Iterable[str], occasion: Occasion) -> None:
    """Tell the administrators that something needs a person."""
    for one in roster.administrators(tx):
        post(tx, notices.Alert(what=what, lines=tuple(lines)), occasion, to=one.email, person=one)


def told_since(tx: Session, recipient: str, since: datetime, kinds: Iterable[str]) -> int:
    """How many notices of these kinds this address was sent since then."""
    told = select(OutboxItem.id).where(OutboxItem.recipient == recipient, OutboxItem.created_at > since)
    return len(tx.scalars(told.where(OutboxItem.kind.in_(list(kinds)))).all())


def told_the_same(tx: Session, recipient: str, notice: Notice, since: datetime) -> int:
    """How often this address was sent this very notice since then."""
    told = select(OutboxItem).where(OutboxItem.recipient == recipient, OutboxItem.created_at > since)
    facts = notice.model_dump(mode="json")
    return sum(item.facts == facts for item in tx.scalars(told.where(OutboxItem.kind == notice.kind)))


def answered_since(tx: Session, recipient: str, since: datetime) -> int:
    """How many notices this address had since then in answer to mails of its own: others' acts use up nobody's share."""
    told = select(OutboxItem.id).where(OutboxItem.recipient == recipient, OutboxItem.created_at > since)
    of_others = (OutboxItem.kind == notices.Decided.kind) & OutboxItem.facts["own"].as_boolean().is_(False)
    return len(tx.scalars(told.where(OutboxItem.kind.not_in(UNASKED), not_(of_others))).all())


def recent_alerts(tx: Session, since: datetime) -> list[str]:
    """What the administrators were alerted to since then."""
    alerts = select(OutboxItem).where(OutboxItem.kind == notices.Alert.kind, OutboxItem.created_at > since)
    return [str(item.facts["what"]) for item in tx.scalars(alerts)]
