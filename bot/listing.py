"""The files that somebody asks for, by what they chose: one query for the answer to `status` and for homes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot import finding, handing_out, roster
from bot.judging import today
from bot.ledger.tables import File, Person
from bot.notices import Choice, Menu
from bot.rules import calendar
from bot.rules.calendar import Period
from bot.rules.commands import Filters
from bot.rules.lifecycle import ASKED_BY, Status
from bot.rules.somebody import Somebody
from bot.telling import Asking

SHOWN_BY_DEFAULT = (Status.SENT, Status.RECEIVED, Status.REJECTED)
CAN_BE_CHOSEN = (*SHOWN_BY_DEFAULT, Status.RECALLED, Status.DISCARDED, Status.INFECTED)
"""What a file can be once its name is settled."""
SENDERS_MAX = 30
"""Of those that can be chosen from; any other is found by `status from` and their name."""
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
"""Nobody chooses a day before or after these."""

Within = Collection[str] | None
"""The numbers of the schools whose files alone are meant; None: all that may be seen."""


@dataclass(frozen=True)
class Page:
    """Some of the files that were asked for, newest first."""

    files: Sequence[File]
    total: int
    number: int
    """Which page, counted from 0."""
    pages: int


def choice_of(filters: Filters, asking: Asking) -> Choice:
    """What a command asks for, as if it had been chosen."""
    years = {calendar.academic_year(today(asking), 1): "last-year", calendar.academic_year(today(asking)): "this-year"}
    period = filters.period
    chosen = {"period": years[period]} if period in years else {}
    dates = {"period": "dates", "first": period.first, "last": period.last} if period and not chosen else {}
    return Choice.model_validate({
        **chosen, **dates, "statuses": filters.statuses, "named": filters.sent_by, "school": filters.school,
        "service": filters.service, "text": filters.text,
    })  # fmt: skip


def kept(view: Mapping[str, object], otherwise: Choice) -> Choice:
    """What was chosen and kept beside what shows it; what an earlier version kept and this one does not know counts for
    nothing."""
    try:
        return Choice.model_validate(view) if view else otherwise
    except ValidationError:
        return otherwise


def find(tx: Session, choice: Choice, asking: Asking, *, size: int, within: Within = None) -> Page:
    """One page of the files chosen; the last one where there are fewer. `size`: files a page."""
    conditions = (*_seen(within, asking), *_conditions(choice, asking))
    wanted = select(File).join(Person, Person.id == File.sent_by).where(*conditions)
    total = tx.scalar(select(func.count()).select_from(wanted.with_only_columns(File.id).subquery())) or 0
    pages = max(1, -(-total // size))
    number = max(0, min(choice.page, pages - 1))
    newest = wanted.order_by(File.sent_at.desc(), File.id.desc())
    return Page(list(tx.scalars(newest.offset(number * size).limit(size)).unique()), total, number, pages)


def menu(tx: Session, choice: Choice, page: Page, asking: Asking, within: Within = None) -> Menu:
    """What can be chosen, and what is."""
    in_force = period(choice, asking)
    return Menu(
        choice=choice,
        first=in_force.first,
        last=in_force.last,
        statuses=choice.statuses or SHOWN_BY_DEFAULT,
        senders=senders(tx, choice, asking, within),
        page=page.number,
        pages=page.pages,
        chosen=choice.model_copy(update={"page": 0, "queue": 0}) != Choice(),
    )


def senders(tx: Session, choice: Choice, asking: Asking, within: Within = None) -> tuple[tuple[int, str], ...]:
    """Whoever sent files of the period that this person may see; one who is chosen already is always among them."""
    start, end = calendar.bounds(period(choice, asking), asking.settings.timezone)
    seen = _senders(within, asking).where(File.sent_at >= start, File.sent_at < end)
    newest = seen.order_by(func.max(File.sent_at).desc(), Person.id).limit(SENDERS_MAX)
    found = {row.id: row.name for row in tx.execute(newest)}
    if choice.sent_by and choice.sent_by not in found:
        found |= {row.id: row.name for row in tx.execute(_senders(within, asking).where(Person.id == choice.sent_by))}
    return tuple(found.items())


def open_to(tx: Session, person: Somebody, file: File) -> tuple[str, ...]:
    """What this person can do to this file as it stands, in words."""
    acts = tuple(word for act, word in ASKED_BY.items() if roster.can(tx, person, act, file))
    has_copy = handing_out.are_there(file) and handing_out.way(tx, person, file) is not None
    return (*acts, "copy") if has_copy else acts


def period(choice: Choice, asking: Asking) -> Period:
    """The days that are chosen."""
    year = calendar.academic_year(today(asking), choice.period == "last-year")
    if choice.period != "dates":
        return year
    first, last = choice.first or year.first, choice.last or year.last
    return Period(first, max(first, last))


def spoken(choice: Choice, asking: Asking) -> str:
    """The same in words."""
    days = period(choice, asking)
    return f"{calendar.spoken_date(days.first)} to {calendar.spoken_date(days.last)}"


def _senders(within: Within, asking: Asking) -> Select[int, str]:
    who = select(Person.id, Person.name).join(File, File.sent_by == Person.id)
    return who.where(*_seen(within, asking), File.status.in_(CAN_BE_CHOSEN)).group_by(Person.id, Person.name)


def _seen(within: Within, asking: Asking) -> list[ColumnElement[bool]]:
    """What this person may see at all."""
    visible = roster.visible(asking.person)
    return [visible] if within is None else [visible, File.school.in_(within)]


def _conditions(choice: Choice, asking: Asking) -> list[ColumnElement[bool]]:
    start, end = calendar.bounds(period(choice, asking), asking.settings.timezone)
    statuses = [Status(word) for word in choice.statuses] or SHOWN_BY_DEFAULT
    conditions = [File.status.in_(statuses), File.sent_at >= start, File.sent_at < end]
    if choice.sent_by:
        conditions.append(File.sent_by == choice.sent_by)
    if choice.named:
        conditions.append(_says(choice.named, Person.name, Person.email))
    if choice.school:
        conditions.append(File.school == choice.school)
    if choice.service:
        conditions.append(File.service == choice.service)
    if choice.text:
        conditions.append(_says(choice.text, File.name, File.comment, File.tag))
    return conditions


def _says(text: str, *columns: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    part = f"%{finding.literal(text)}%"
    return or_(*(column.ilike(part, escape="\\") for column in columns))
