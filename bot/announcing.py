"""Who is told of files to take in, and where: places and officers, by mail and in chat, and the administrators in need."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import notices, roster
from bot.arrival import MAIL, SLACK
from bot.ledger.kinds import Purpose
from bot.ledger.tables import File, Mention, OutboxItem, OutboxState, Person
from bot.notices import Notice
from bot.rules.lifecycle import Status
from bot.rules.somebody import Listed, Somebody
from bot.settings import Service, Settings
from bot.settings.kinds import DIRECT
from bot.telling import (
    Occasion,
    alert,
    facts,
    linked,
    mention,
    own_mailbox,
    post,
    recent_alerts,
    service_name,
    told_the_same,
)

UNUSABLE = "Slack cannot be used as it should"
"""How the alert begins that tells of it."""


@dataclass(frozen=True)
class Place:
    """Where somebody is told something."""

    channel: str
    address: str
    """In that channel."""


def places_of(service: Service | None, settings: Settings) -> list[Place]:
    """The places that a service is told by, which others may read."""
    if service is None:
        return []
    chat = service.slack_channel if settings.slack else ""
    in_chat = [Place(SLACK, chat)] if chat and chat != DIRECT else []
    return [*(Place(MAIL, address) for address in service.announce), *in_chat]


def place_of(officer: Somebody, service: Service | None, settings: Settings) -> Place | None:
    """Where an officer of a service is told; None where they read it in its conversation already."""
    known = roster.identity(officer, SLACK)
    if not (settings.slack and service and service.slack_channel and known):
        return Place(MAIL, own_mailbox(officer, settings) or officer.email)
    return Place(SLACK, known) if service.slack_channel == DIRECT else None


def readers(tx: Session, file: File) -> list[Listed]:
    """The officers who take this file in: nobody of a school on whose list they are."""
    return [one for one in roster.officers(tx, file.service or "") if not roster.on_the_list(one, file.school)]


@dataclass(frozen=True)
class _Why:
    """Why files come to a service other than from a school."""

    moved_by: str = ""
    why: str = ""


def announce(
    tx: Session, files: Sequence[File], occasion: Occasion, *, mover: Somebody | None = None, why: str = ""
) -> None:
    """Tell those who take in: one mail an officer for each message taken in, places in batches, a card a file in chat.

    `mover`: who handed them over from another service, and needs no telling.
    """
    moved = _Why(mover.name if mover else "", why)
    mailed: dict[int, list[File]] = defaultdict(list)
    people: dict[int, Somebody] = {}
    for file in files:
        service = occasion.settings.service(file.service)
        places, officers = places_of(service, occasion.settings), readers(tx, file)
        for place in places:
            _tell_place(tx, place, service, file, occasion, moved=moved)
        for officer in (one for one in officers if mover is None or one.id != mover.id):
            own = place_of(officer, service, occasion.settings)
            if own and own.channel == MAIL:
                people[officer.id] = officer
                mailed[officer.id].append(file)
            elif own:
                card = new_files([file], occasion.settings, moved=moved)
                post(tx, card, occasion, to=own.address, person=officer, channel=own.channel)
        if not officers and not places:
            _tell_administrators(tx, [file], occasion)
    for number, theirs in mailed.items():
        _tell_to_decide(tx, people[number], theirs, occasion, moved=moved)


def new_files(
    files: Sequence[File], settings: Settings, *, place: bool = False, unattended: bool = False, moved: _Why = _Why()
) -> notices.NewFiles:
    """The announcement of these files."""
    codes = list(dict.fromkeys(file.service or "" for file in files))
    told = tuple(facts(file, settings) for file in files)
    if place:
        told = tuple(one.elsewhere() for one in told)
    return notices.NewFiles(
        files=told, service=", ".join(codes), service_name="; ".join(service_name(settings, code) for code in codes),
        place=place, unattended=unattended, moved_by=moved.moved_by, why="" if place else moved.why,
    )  # fmt: skip


def _tell_place(
    tx: Session, place: Place, service: Service | None, file: File, occasion: Occasion, *, moved: _Why
) -> None:
    if place.channel == MAIL and service:
        _tell_mailbox(tx, place.address, service, file, occasion)
    else:
        card = new_files([file], occasion.settings, place=True, moved=moved)
        post(tx, card, occasion, to=place.address, channel=place.channel)


def _tell_mailbox(tx: Session, place: str, service: Service, file: File, occasion: Occasion) -> None:
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
    mention(tx, item.id, joined)


def _tell_to_decide(
    tx: Session, person: Somebody, files: Sequence[File], occasion: Occasion, *, unattended: bool = False,
    moved: _Why = _Why(),
) -> None:  # fmt: skip
    notice = new_files(files, occasion.settings, unattended=unattended, moved=moved)
    mailbox = own_mailbox(person, occasion.settings)
    links = linked(tx, Purpose.DECIDE, person, files, occasion) if mailbox else {}
    post(tx, notice.model_copy(update={"links": links}), occasion, to=mailbox or person.email, person=person)


def _tell_administrators(tx: Session, files: Sequence[File], occasion: Occasion) -> None:
    for one in roster.administrators(tx):
        _tell_to_decide(tx, one, files, occasion, unattended=True)


def by_mail(tx: Session, item: OutboxItem, occasion: Occasion) -> None:
    """Tell by mail what could not be told in chat, and the administrators that it could not: once an hour at the most."""
    notice = notices.KINDS[item.kind].model_validate(item.facts)
    person = tx.get(Person, item.person_id) if item.person_id else None
    if isinstance(notice, notices.NewFiles) or (isinstance(notice, notices.Waiting) and person is None):
        _announce_by_mail(tx, notice, person, occasion)
    elif person and person.left_at is None:
        _tell_by_mail(tx, notice, person, item, occasion)
    if not any(what.startswith(UNUSABLE) for what in recent_alerts(tx, occasion.now, timedelta(hours=1))):
        went = "went by mail instead" if person or notice.to_a_place else "could not be told"
        line = f"What was for {item.recipient} in Slack ({item.kind}) {went}. Run postroom doctor to see what is wrong."
        alert(tx, f"{UNUSABLE}: {item.error}", [line], occasion)


def _tell_by_mail(tx: Session, notice: Notice, person: Somebody, item: OutboxItem, occasion: Occasion) -> None:
    """The same notice; no links where others read all that this person is sent, and nothing that went by mail as well."""
    mailbox = own_mailbox(person, occasion.settings)
    if not mailbox and "links" in type(notice).model_fields:
        notice = notice.model_copy(update={"links": {}})
    to = mailbox or person.email
    if not told_the_same(tx, to, notice, item.created_at - timedelta(minutes=1)):
        post(tx, notice, occasion, to=to, person=person)


def _announce_by_mail(
    tx: Session, notice: notices.NewFiles | notices.Waiting, person: Somebody | None, occasion: Occasion
) -> None:
    """Those who would have read of these files in chat, and of none that is decided by now; what was due to a place is
    due to each of its officers who has not been told by mail already."""
    references = [file.reference for file in notice.files]
    wanted = select(File).where(File.reference.in_(references), File.status == Status.SENT)
    for file in tx.scalars(wanted).unique().all():
        takers = readers(tx, file)
        in_chat = (
            [one for one in takers if roster.identity(one, SLACK)] if notice.kind == notices.NewFiles.kind else takers
        )
        for officer in [person] if person else in_chat:
            _tell_to_decide(tx, officer, [file], occasion)
        if not takers and not person:
            _tell_administrators(tx, [file], occasion)
