"""Carries out what officers decide: receive, reject, move (docs/rules.md, «A file's life»).

Each act answers its actor with the notices it returns, and itself tells everybody else who is to hear of it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import notices, roster
from bot.announcing import announce, places_of
from bot.arrival import MAIL, SLACK
from bot.ledger import files
from bot.ledger.tables import File, Mention, OutboxItem, Person
from bot.notices import Notice
from bot.rules.authority import Sight
from bot.rules.lifecycle import ASKED_BY, Act, Status
from bot.rules.somebody import Somebody
from bot.settings import Service, Settings
from bot.telling import Asking, came_by, facts, post

OF_OFFICERS = {"receive": "receive", "receive-all": "receive", "reject": "reject", "move": "move"}
"""What buttons ask for that officers alone may do, and which act that is."""

ANNOUNCING = (notices.NewFiles.kind, notices.Unreceived.kind, notices.Waiting.kind)
"""The notices by which somebody learns that a file waits to be received."""

REASON_CHARACTERS_MAX = 2000
"""So much of a reason is kept and told."""

Columns = Callable[[File], dict[str, object]]


def receive(tx: Session, chosen: Sequence[File], asking: Asking) -> list[Notice]:
    """An officer has the contents."""
    done, answers = _each(tx, chosen, Act.RECEIVED, asking)
    _tell_senders(tx, done, notices.Received(files=(), by=asking.person.name), asking)
    return [*_decided(tx, done, "received", asking), *answers]


def reject(tx: Session, chosen: Sequence[File], why: str, asking: Asking) -> list[Notice]:
    """An officer turns files down: the sender and the headteacher hear by whom and why."""
    done, answers = _each(tx, chosen, Act.REJECTED, asking, why=why)
    _tell_of_rejection(tx, done, why, asking)
    return [*_decided(tx, done, "rejected", asking, why), *answers]


def move(tx: Session, chosen: Sequence[File], code: str, asking: Asking, *, why: str = "") -> list[Notice]:
    """An officer hands files to the service they belong to, which must have officers or a place."""
    if refusal := _unfit(tx, chosen, code, asking):
        return [refusal]
    done, answers = _each(
        tx, chosen, Act.MOVED, asking, why=why or f"to {code}",
        columns=lambda file: {"service": code, "moved_from": file.service},
    )  # fmt: skip
    _tell_senders(tx, done, notices.Moved(files=(), by=asking.person.name, why=why), asking)
    decided = _decided(tx, done, "moved", asking, why)  # before the new service's officers are told of it as new
    announce(tx, done, asking, mover=asking.person, why=why)
    return [*decided, *answers]


def _each(
    tx: Session, chosen: Sequence[File], act: Act, asking: Asking, *, why: str = "",
    columns: Columns = lambda _: {},
) -> tuple[list[File], list[Notice]]:  # fmt: skip
    """Do it to each file by itself: those it was done to, and the answers for those it was not."""
    done: list[File] = []
    answers: list[Notice] = []
    for file in chosen:
        if not roster.may(tx, asking.person, act, file):
            answers.append(not_theirs(tx, ASKED_BY[act], file))
        elif files.change(
            tx, file, act, seen=asking.version_seen(tx, file), by=asking.person.id, now=asking.now, channel=asking.channel, why=why,
            **columns(file),
        ):  # fmt: skip
            done.append(file)
        else:
            own = _is_theirs(file, act, asking.person)
            answers.append(notices.LostRace(file=facts(file, asking.settings), act=ASKED_BY[act], own=own))
    return done, answers


def unseen(tx: Session, word: str, file: File, asking: Asking) -> Notice:
    """Why they may not do this to a file that they may not see; where their service had it, who moved it on, and when."""
    had_it = roster.services_of(asking.person, [file.moved_from or ""])
    if word not in OF_OFFICERS or not had_it or roster.on_the_list(asking.person, file.school):
        return not_theirs(tx, word, file)
    return notices.LostRace(file=facts(file, asking.settings).elsewhere(), act=OF_OFFICERS[word])


def not_theirs(tx: Session, word: str, file: File) -> notices.NotAuthorised:
    """They may not do this to the file, and who of its service may: whom to ask (lesson L55)."""
    takers = [one for one in roster.officers(tx, file.service or "") if not roster.on_the_list(one, file.school)]
    ask = tuple(one.name for one in takers) if word in OF_OFFICERS else ()
    return notices.NotAuthorised(act=word, named=file.reference, ask=ask)


def _is_theirs(file: File, act: Act, person: Somebody) -> bool:
    """Whether the file stands as it does because this person did the same before."""
    doers = {Act.RECEIVED: (Status.RECEIVED, file.received_by), Act.REJECTED: (Status.REJECTED, file.rejected_by)}
    return doers.get(act) == (file.status, person.id)


def closed(tx: Session, file: File, act: Act, asking: Asking) -> Notice | None:
    """Why this person cannot do this to the file, before anything is done: None where they can."""
    if not roster.may(tx, asking.person, act, file):
        return not_theirs(tx, ASKED_BY[act], file)
    if asking.version_seen(tx, file) is not None or not roster.can(tx, asking.person, act, file):
        return notices.LostRace(file=facts(file, asking.settings), act=ASKED_BY[act])
    return None


def destinations(tx: Session, services: Collection[str | None], settings: Settings) -> tuple[tuple[str, str], ...]:
    """The services that files of these could be moved to, by code and name."""
    others = (one for one in settings.services if one.code not in services)
    return tuple((one.code, one.name) for one in others if is_attended(tx, one, settings))


def is_attended(tx: Session, service: Service, settings: Settings) -> bool:
    """Whether a service has officers or a place, so that files can be moved to it."""
    return bool(places_of(service, settings) or roster.officers(tx, service.code))


def _unfit(tx: Session, chosen: Sequence[File], code: str, asking: Asking) -> Notice | None:
    """Why a file cannot go to that service, if it cannot."""
    service = asking.settings.service(code)
    because = None
    if service is None:
        because = f"There is no service with the code {code}."
    elif not is_attended(tx, service, asking.settings):
        because = f"{service.name} has nobody yet to take files in."
    elif any(file.service == code for file in chosen):
        because = f"The file is with {service.name} already."
    return which_service(tx, chosen, f"move {code}", because, asking) if because else None


def which_service(tx: Session, chosen: Sequence[File], said: str, because: str, asking: Asking) -> Notice:
    """Nothing was moved, why, and the services that these files can go to."""
    codes = destinations(tx, {file.service for file in chosen}, asking.settings)
    theirs = _facts([file for file in chosen if roster.may(tx, asking.person, Sight.SEE, file)], asking)
    return notices.UnknownCommand(said=said, because=because, codes=codes, files=theirs, can=("move",))


def _tell_of_rejection(tx: Session, done: Sequence[File], why: str, asking: Asking) -> None:
    """One mail to each sender, one to each headteacher; to the administrators where a school has none on record.

    Whoever sent them in chat reads it there as well.
    """
    notice = notices.Rejected(files=(), by=asking.person.name, why=why)
    _tell_senders(tx, done, notice, asking, always=MAIL)
    for school in dict.fromkeys(file.school or "" for file in done):
        heads = roster.headteachers(tx, school)
        reader: Literal["headteacher", "administrators"] = "headteacher" if heads else "administrators"
        for one in heads or roster.administrators(tx):
            if theirs := [file for file in done if file.school == school and file.sent_by != one.id]:
                told = notice.model_copy(update={"files": _facts(theirs, asking), "reader": reader})
                post(tx, told, asking, to=one.email, person=one)


def _decided(
    tx: Session, done: Sequence[File], act: Literal["received", "rejected", "moved"], asking: Asking, why: str = ""
) -> list[Notice]:
    """The actor's answer; the other officers who were told of the files by mail, and still may
    see them or have just lost them to another service, hear of it once."""
    if not done:
        return []
    notice = notices.Decided(files=_facts(done, asking), act=act, by=asking.person.name, why=why)
    told: dict[int, list[File]] = defaultdict(list)
    for file in done:
        handing_over = {one.id for one in roster.officers(tx, file.moved_from or "")} if act == "moved" else set[int]()
        for person_id in _told_of(tx, file) - {asking.person.id}:
            if person_id in handing_over or roster.may(tx, tx.get_one(Person, person_id), Sight.SEE, file):
                told[person_id].append(file)
    for person_id, theirs in told.items():
        other = tx.get_one(Person, person_id)
        post(tx, notice.model_copy(update={"files": _facts(theirs, asking)}), asking, to=other.email, person=other)
    return [notice.model_copy(update={"own": True})]


def _told_of(tx: Session, file: File) -> set[int]:
    """The officers and administrators who were told before this moment that this file waits to be received."""
    announced = (
        select(OutboxItem.person_id)
        .join(Mention, Mention.notice_id == OutboxItem.id)
        .where(
            Mention.file_id == file.id,
            OutboxItem.kind.in_(ANNOUNCING),
            OutboxItem.person_id.is_not(None),
            OutboxItem.channel == MAIL,
        )
    )
    return {person_id for person_id in tx.scalars(announced) if person_id is not None}


def _tell_senders(
    tx: Session, done: Sequence[File], notice: notices.OfFiles, asking: Asking, *, always: str = ""
) -> None:
    """One notice for what one act did, however many files: to each sender, of the files that they may still see, where
    they sent them from. `always`: a channel in which they are told of all of them in any case."""
    grouped: dict[tuple[int, str], list[File]] = defaultdict(list)
    for file in done:
        if roster.may(tx, file.sender, Sight.SEE, file):
            channels = {came_by(tx, file, asking.settings), *([always] if always else [])}
            for channel in sorted(channels):
                grouped[file.sent_by, channel].append(file)
    for (_, channel), theirs in grouped.items():
        told = notice.model_copy(update={"files": _facts(theirs, asking)})
        sender = theirs[0].sender
        to = roster.identity(sender, channel) if channel == SLACK else sender.email
        post(tx, told, asking, to=to, person=sender, channel=channel)


def _facts(chosen: Sequence[File], asking: Asking) -> tuple[notices.FileFacts, ...]:
    return tuple(facts(file, asking.settings) for file in chosen)
