"""Answers what schools ask, and officers too: status, history, recall, help. Nothing is shown that they may not see."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import finding, freezing, handing_out, listing, notices, roster
from bot.judging import convention, held_still, numbered, today
from bot.ledger import files, history
from bot.ledger.kinds import Purpose
from bot.ledger.tables import Contents, File
from bot.listing import Page
from bot.notices import Candidate, Choice, Notice
from bot.rules import filename, lifecycle
from bot.rules.authority import OWN_ONLY, Sight
from bot.rules.commands import Filters
from bot.rules.lifecycle import FREEZABLE, Act, Status
from bot.telling import Asking, facts, linked

LISTED_MAX = 50
"""Files shown in one answer to `status`; how many more there are is said."""
PAGE_FILES = 5
"""Files shown at a time where the page can be turned: a message of a chat bears no more with their buttons."""


def status(tx: Session, filters: Filters, said: str, asking: Asking) -> Notice:
    """The sender's list: own held files first, then the files asked for, newest first (docs/rules.md). In their own
    conversation of a chat it comes in pages, with menus."""
    held = tuple(outcomes_held(tx, asking))
    return chosen(tx, notices.Status(asked=said, held=held), listing.choice_of(filters, asking), asking)


def chosen(tx: Session, told: notices.Status, choice: Choice, asking: Asking) -> notices.Status:
    """The same answer with the files of this choice."""
    with_menus = asking.route.private
    page = listing.find(tx, choice, asking, size=PAGE_FILES if with_menus else LISTED_MAX)
    return told.model_copy(update=listed(tx, page, asking) | {
        "period": listing.spoken(choice, asking),
        "officer": bool(roster.services_of(asking.person, _codes(asking))),
        "menu": listing.menu(tx, choice, page, asking) if with_menus else None,
    })  # fmt: skip


def listed(tx: Session, page: Page, asking: Asking) -> dict[str, object]:
    """These files as a list tells them, and what can be done to each."""
    return {
        "files": tuple(facts(file, asking.settings) for file in page.files),
        "more": page.total - len(page.files),
        "may": {file.reference: listing.open_to(tx, asking.person, file) for file in page.files},
    }


def status_of(tx: Session, file: File, said: str, asking: Asking) -> Notice:
    """Where one file stands, whenever it was sent."""
    held = file.status is Status.HELD
    return notices.Status(
        asked=said,
        held=tuple(
            outcome
            for outcome in outcomes_held(tx, asking)
            if outcome.file and outcome.file.reference == file.reference
        ),
        files=() if held else (facts(file, asking.settings),),
        may={} if held else {file.reference: listing.open_to(tx, asking.person, file)},
        officer=bool(roster.services_of(asking.person, _codes(asking))),
    )


def show_history(tx: Session, chosen: Sequence[File], said: str, asking: Asking) -> Notice:
    """All that befell one file; of several, which is meant."""
    if len(chosen) != 1:
        return which(chosen, said, asking)
    return notices.History(file=facts(chosen[0], asking.settings), entries=entries(tx, chosen[0]))


def entries(tx: Session, file: File) -> tuple[notices.Entry, ...]:
    """All that befell a file, as it may be told to those who may see the file.

    Why its sender was believed, with which it begins, is for the administrators (`postroom files history`).
    """
    return tuple(
        notices.Entry(
            at=entry.at, by=entry.person.name if entry.person else "Postroom", act=entry.act,
            why="" if entry.act in lifecycle.BEGINS else entry.why, channel=entry.channel,
        )
        for entry in history.of(tx, file)
    )  # fmt: skip


def recall(tx: Session, chosen: Sequence[File], said: str, asking: Asking) -> list[Notice]:
    """Take files back that no officer has had; a held one is discarded."""
    done: list[File] = []
    answers: list[Notice] = []
    frozen = [file for file in chosen if file.frozen_at]
    for file in chosen:
        act = Act.DISCARDED if file.school is None else Act.RECALLED  # its name is not settled
        if not roster.may(tx, asking.person, act, file):
            answers.append(notices.NotAuthorised(act="recall", named=file.reference))
        elif files.change(
            tx, file, act, seen=asking.version_seen(tx, file), by=asking.person.id, now=asking.now,
            channel=asking.channel,
        ):  # fmt: skip
            done.append(file)
        else:
            already = file.status in (Status.RECALLED, Status.DISCARDED)
            answers.append(notices.TooLate(file=facts(file, asking.settings), act="recall", already=already))
    if done:
        freezing.recalled(tx, [file for file in done if file in frozen], asking)
        told = tuple(facts(file, asking.settings) for file in done)
        answers.insert(0, notices.Recalled(files=told, by=asking.person.name))
    return answers or [which(chosen, said, asking)]


def copy(tx: Session, chosen: Sequence[File], said: str, asking: Asking) -> list[Notice]:
    """A one-time link to each file, for whoever asks: a school's to what it sent, an officer's to what is received."""
    answers: list[Notice] = []
    mailed: dict[Act, list[File]] = {}
    for file in chosen:
        way = handing_out.way(tx, asking.person, file)
        if handing_out.may_receive(tx, asking.person, file):
            way = way or Act.DOWNLOADED  # by way of the page on which it is received
        if file.status in OWN_ONLY:
            answers.append(status_of(tx, file, said, asking))
        elif way is None and not file.frozen_at:
            answers.append(notices.NotAuthorised(act="copy", named=file.reference))
        elif way and handing_out.are_there(file):
            mailed.setdefault(way, []).append(file)
        else:
            answers.append(notices.TooLate(file=facts(file, asking.settings), act="copy"))
    links = [link_to(tx, way, theirs, asking) for way, theirs in mailed.items()]
    return [*links, *answers] or [which(chosen, said, asking)]


def link_to(tx: Session, way: Act, chosen: Sequence[File], asking: Asking) -> notices.Copy:
    """A one-time link to each file, by which its contents can be had in this way."""
    officer = way is Act.DOWNLOADED
    theirs = linked(tx, Purpose.DECIDE if officer else Purpose.COPY, asking.person, chosen, asking)
    told = tuple(facts(file, asking.settings) for file in chosen)
    return notices.Copy(files=told, links=theirs, officer=officer)


def which(chosen: Sequence[File], said: str, asking: Asking) -> Notice:
    """The command could mean several files, or none: the candidates, and nothing is done."""
    numbered_files = enumerate((facts(file, asking.settings) for file in chosen), start=1)
    return notices.Which(asked=said, candidates=tuple(Candidate(number=at, file=one) for at, one in numbered_files))


def help_for(tx: Session, asking: Asking) -> Notice:
    """What this person can do here: knows their schools and services."""
    by = convention(tx, asking)
    schools = roster.schools_of(tx, asking.person)
    theirs = roster.services_of(asking.person, _codes(asking))
    return notices.Help(
        schools=tuple(f"{school.number} {school.name}" for school in schools),
        services=tuple(f"{service.code}: {service.name}" for service in asking.settings.services if service.code in theirs),
        administrator=roster.is_administrator(asking.person),
        codes=tuple((service.code, service.name) for service in asking.settings.services),
        model=filename.model_file(by, today(asking)),
    )  # fmt: skip


def recallable(tx: Session, asking: Asking) -> list[File]:
    """What this person has sent and could still take back, newest first."""
    waiting = select(File).where(roster.visible(asking.person), File.sent_by == asking.person.id)
    still = waiting.where(File.status == Status.SENT, File.ever_received.is_(False))
    return list(tx.scalars(still.order_by(File.sent_at.desc(), File.id.desc()).limit(finding.CANDIDATES_MAX)))


def freezable(tx: Session, asking: Asking) -> list[File]:
    """What this person has sent and somebody else could have the contents of, newest first."""
    waiting = select(File).where(roster.visible(asking.person), File.sent_by == asking.person.id)
    still = waiting.where(File.status.in_(FREEZABLE), File.contents == Contents.KEPT, File.frozen_at.is_(None))
    return list(tx.scalars(still.order_by(File.sent_at.desc(), File.id.desc()).limit(finding.CANDIDATES_MAX)).unique())


def outcomes_held(tx: Session, asking: Asking) -> list[notices.Outcome]:
    """What waits for this person's own word, its offers numbered through."""
    by = convention(tx, asking)
    waiting = (file for file in files.held_of(tx, asking.person.id) if roster.may(tx, asking.person, Sight.SEE, file))
    return numbered([held_still(file, by, asking) for file in waiting])


def _codes(asking: Asking) -> list[str]:
    return [service.code for service in asking.settings.services]
