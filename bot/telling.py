"""Who is told what: a file's facts, posting a notice into the outbox, announcing new files."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, not_, select
from sqlalchemy.orm import Session

from bot import links, notices, roster
from bot.arrival import Route
from bot.clock import Clock
from bot.ledger import history
from bot.ledger.tables import File, Mention, OutboxItem, OutboxState, Person, Purpose
from bot.notices import FileFacts, Notice
from bot.rules import address, lifecycle
from bot.rules.lifecycle import Act, Status
from bot.settings import Service, Settings

MAIL = "email"
"""The channel whose identities are mailboxes."""
SLACK = "slack"
"""The channel whose identities are Slack's: the id of a workspace and that of its user, parted by a slash."""
DIRECT = "direct"
"""In the place of a conversation: the officers of the service are told by direct message."""
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
    channel: str = MAIL
    """Through which it came."""


@dataclass(frozen=True, kw_only=True)
class Asking(Occasion):
    """Somebody proven wants something: who, through which channel, in answer to which notice."""

    person: Person
    address: str
    """Where this person is answered: the identity they spoke with."""
    answered: OutboxItem | None = None
    """The notice of ours that they answer, where one was found. It finds, never authorises."""
    seen: Mapping[str, int] = field(default_factory=dict)
    """The version of each file, by its reference, for which the button or page that they used was shown."""

    def version_seen(self, tx: Session, file: File) -> int | None:
        """The version that an act of theirs is meant for; None: the file as it is."""
        shown = self.seen.get(file.reference)
        return shown if shown is not None and history.changed_since(tx, file, shown) else None


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
        version=file.version,
        recallable=is_recallable(file),
        kept_until=(file.sent_at.astimezone(settings.timezone) + timedelta(settings.retention.contents_days)).date(),
    )


def now(tx: Session, notice: Notice, settings: Settings) -> Notice:
    """The same notice with its files as they are by now; whose words were not told then are not told now."""
    references = {file.reference for file in notice.mentioned()}
    rows = tx.scalars(select(File).where(File.reference.in_(references))).unique()
    found = {file.reference: facts(file, settings) for file in rows}

    def tell(told: FileFacts) -> FileFacts:
        known = found.get(told.reference, told)
        return known if told.comment else known.model_copy(update={"comment": ""})

    return notice.retold(tell)


def is_recallable(file: File) -> bool:
    """Whether its school could still take it back."""
    return lifecycle.after(file.status, Act.RECALLED, contents=True, ever_received=file.ever_received) is not None


def service_name(settings: Settings, code: str | None) -> str:
    """A service in words; its code where it has left the configuration."""
    service = settings.service(code)
    return service.name if service else code or ""


def post(
    tx: Session, notice: Notice, occasion: Occasion, *, to: str, person: Person | None = None, threaded: bool = False,
    batch: str | None = None, wait: timedelta = timedelta(0), channel: str = MAIL,
) -> OutboxItem:  # fmt: skip
    """Put a notice into the outbox. `threaded`: it answers the message that is being handled, where that came from."""
    route = occasion.route if threaded else Route()
    item = OutboxItem(
        id=occasion.clock.token(),
        token=occasion.clock.token(),
        kind=notice.kind,
        recipient=to,
        channel=occasion.channel if threaded else channel,
        person_id=person.id if person else None,
        facts=notice.model_dump(mode="json"),
        route=route.model_dump(mode="json"),
        created_at=_next_moment(tx, to, occasion.now),
        next_at=occasion.now + wait,
        batch=batch,
    )
    tx.add(item)
    tx.flush()
    mention(tx, item, notice)
    return item


def _next_moment(tx: Session, recipient: str, now: datetime) -> datetime:
    """Now, or the microsecond after what this recipient was told at this moment: so it is delivered in this order."""
    theirs = (OutboxItem.recipient == recipient) & (OutboxItem.created_at >= now)
    waiting = (OutboxItem.state == OutboxState.WAITING) & (OutboxItem.next_at >= now)
    newest = tx.scalar(select(func.max(OutboxItem.created_at)).where(waiting, theirs))
    return newest + timedelta(microseconds=1) if newest else now


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


def announce(
    tx: Session, files: Sequence[File], occasion: Occasion, *, mover: Person | None = None, why: str = ""
) -> None:
    """Tell those who take in: one mail an officer for each message taken in, places in batches, a card a file in chat.

    `mover`: who handed them over from another service, and needs no telling.
    """
    moved_by = mover.name if mover else ""
    told: dict[int, list[File]] = defaultdict(list)
    people: dict[int, Person] = {}
    for file in files:
        service = occasion.settings.service(file.service)
        readers = _readers(tx, file)
        places = _tell_places(tx, service, file, occasion, moved_by) if service else 0
        more = {"moved_by": moved_by, "why": why}
        for officer in (one for one in readers if one is not mover):
            if not _told_in_chat(tx, service, officer, file, occasion, more=more):
                people[officer.id] = officer
                told[officer.id].append(file)
        if not readers and not places:
            _tell_administrators(tx, [file], occasion)
    for number, theirs in told.items():
        _tell_to_decide(tx, people[number], theirs, occasion, moved_by=moved_by, why=why)


def _readers(tx: Session, file: File) -> list[Person]:
    """The officers who take this file in."""
    return [one for one in roster.officers(tx, file.service or "") if not roster.on_the_list(one, file.school)]


def _tell_places(tx: Session, service: Service, file: File, occasion: Occasion, moved_by: str) -> int:
    """Tell the places of a service: how many there are."""
    for place in service.announce:
        _tell_place(tx, place, service, file, occasion)
    channel = chat_place(service, occasion.settings)
    if channel:
        card = new_files([file], occasion.settings, place=True).model_copy(update={"moved_by": moved_by})
        post(tx, card, occasion, to=channel, channel=SLACK)
    return len(service.announce) + bool(channel)


def came_by(tx: Session, file: File, settings: Settings) -> str:
    """The channel in which a file was sent and its sender can still be told of it; else mail."""
    in_chat = settings.slack and history.of(tx, file)[0].channel == SLACK and roster.identity(file.sender, SLACK)
    return SLACK if in_chat else MAIL


def chat_place(service: Service | None, settings: Settings) -> str:
    """The conversation in which a service is told of its files; empty where it has none."""
    known = service.slack_channel if service and settings.slack else ""
    return "" if known in (None, DIRECT) else known


def _told_in_chat(
    tx: Session, service: Service | None, officer: Person, file: File, occasion: Occasion, *, more: Mapping[str, str]
) -> bool:
    """Whether this officer reads of the file in chat, so that no mail is needed; by a card of their own, where that is
    how the service is told."""
    known = roster.identity(officer, SLACK)
    if not (occasion.settings.slack and service and service.slack_channel and known):
        return False
    if service.slack_channel == DIRECT:
        card = new_files([file], occasion.settings).model_copy(update=more)
        post(tx, card, occasion, to=known, person=officer, channel=SLACK)
    return True


def by_mail(tx: Session, item: OutboxItem, occasion: Occasion) -> None:
    """Tell by mail what could not be told in chat, and the administrators that it could not: once an hour at the most."""
    notice = notices.KINDS[item.kind].model_validate(item.facts)
    person = tx.get(Person, item.person_id) if item.person_id else None
    if isinstance(notice, notices.NewFiles) or (isinstance(notice, notices.Waiting) and person is None):
        _announce_by_mail(tx, notice, person, occasion)
    elif person and person.left_at is None:
        _tell_by_mail(tx, notice, person, item, occasion)
    if not any(what.startswith(UNUSABLE) for what in recent_alerts(tx, occasion.now - timedelta(hours=1))):
        went = "went by mail instead" if person or notice.to_a_place else "could not be told"
        line = f"{item.kind} to {item.recipient} {went}. Run postroom doctor to see what is wrong."
        alert(tx, f"{UNUSABLE}: {item.error}", [line], occasion)


UNUSABLE = "Slack cannot be used as it should"
"""How the alert begins that tells of it."""


def _tell_by_mail(tx: Session, notice: Notice, person: Person, item: OutboxItem, occasion: Occasion) -> None:
    """The same notice; no links where others read all that this person is sent, and nothing that went by mail as well."""
    mailbox = own_mailbox(person, occasion.settings)
    if not mailbox and "links" in type(notice).model_fields:
        notice = notice.model_copy(update={"links": {}})
    to = mailbox or person.email
    if not told_the_same(tx, to, notice, item.created_at - timedelta(minutes=1)):
        post(tx, notice, occasion, to=to, person=person)


def _announce_by_mail(
    tx: Session, notice: notices.NewFiles | notices.Waiting, person: Person | None, occasion: Occasion
) -> None:
    """Those who would have read of these files in chat, and of none that is decided by now; what was due to a place is
    due to each of its officers who has not been told by mail already."""
    references = [file.reference for file in notice.files]
    wanted = select(File).where(File.reference.in_(references), File.status == Status.SENT)
    for file in tx.scalars(wanted).unique().all():
        takers = _readers(tx, file)
        in_chat = (
            [one for one in takers if roster.identity(one, SLACK)] if notice.kind == notices.NewFiles.kind else takers
        )
        for officer in [person] if person else in_chat:
            _tell_to_decide(tx, officer, [file], occasion)
        if not takers and not person:
            _tell_administrators(tx, [file], occasion)


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
    tx: Session, person: Person, files: Sequence[File], occasion: Occasion, *, unattended: bool = False,
    moved_by: str = "", why: str = "",
) -> None:  # fmt: skip
    notice = new_files(files, occasion.settings, unattended=unattended)
    mailbox = own_mailbox(person, occasion.settings)
    links = linked(tx, Purpose.DECIDE, person, files, occasion) if mailbox else {}
    more = {"links": links, "moved_by": moved_by, "why": why}
    post(tx, notice.model_copy(update=more), occasion, to=mailbox or person.email, person=person)


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
