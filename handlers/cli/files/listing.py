"""`postroom files list`, `show`, `history`."""

from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from typing import Annotated, Self

import typer
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from bot.arrival import MAIL
from bot.ledger import history
from bot.ledger.tables import Contents, Entry, File, Identity, Person
from bot.rules import address
from bot.rules.lifecycle import Act, Status
from handlers.cli import days, show
from handlers.cli.files.finding import Reference, file_of, known_service
from handlers.cli.opening import rooms
from handlers.cli.schools import school_of
from handlers.cli.show import Json, Line

STATUSES = ", ".join(Status)
COLUMNS = ("reference", "status", "name", "school", "service", "sent_by", "sent_at", "contents")


class FileLine(Line):
    """A file on record."""

    reference: str
    name: str
    school: str | None
    service: str | None
    status: Status
    sent_by: str
    sent_at: datetime
    size: int
    sha256: str
    tag: str
    comment: str
    received_by: str | None
    received_at: datetime | None
    rejected_by: str | None
    rejected_at: datetime | None
    reason: str
    recalled_by: str | None
    recalled_at: datetime | None
    moved_from: str | None
    contents: Contents
    frozen_by: str | None
    frozen_at: datetime | None

    @classmethod
    def of(cls, file: File) -> Self:
        """People by their addresses."""
        return cls(
            sent_by=file.sender.email, received_by=_email(file.receiver), rejected_by=_email(file.rejecter),
            recalled_by=_email(file.recaller), frozen_by=_email(file.freezer), **{name: getattr(file, name) for name in cls.model_fields if not name.endswith("_by")},
        )  # fmt: skip


class HistoryLine(Line):
    """One entry of a file's history."""

    at: datetime
    by: str
    """An email address, or «postroom»."""
    act: Act
    why: str
    channel: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """From the record."""
        by = entry.person.email if entry.person else "postroom"
        return cls(at=entry.at, by=by, act=entry.act, why=entry.why, channel=entry.channel)


def list_files(
    ctx: typer.Context,
    *,
    school: Annotated[str, typer.Option(metavar="N", help="Of this school, by its number.")] = "",
    service: Annotated[str, typer.Option(metavar="CODE", help="For this service.")] = "",
    status: Annotated[
        list[Status] | None,
        typer.Option(case_sensitive=False, metavar="STATUS", help=f"{STATUSES}. May be given several times."),
    ] = None,
    sent_by: Annotated[str, typer.Option(metavar="EMAIL", help="Of this sender.")] = "",
    since: Annotated[
        date | None, typer.Option("--from", parser=days.read, metavar=days.TYPED, help="Sent on this day or later.")
    ] = None,
    until: Annotated[
        date | None, typer.Option("--to", parser=days.read, metavar=days.TYPED, help="Sent on this day or earlier.")
    ] = None,
    search: Annotated[
        str, typer.Option(metavar="TEXT", help="With this text in name, comment, tag or reference.")
    ] = "",
    as_json: Json = False,
) -> None:
    """List all files, newest first, unless filtered."""
    with rooms(ctx) as opened:
        zone = opened.settings.timezone
        code, dated = service.upper(), [*_sent(since, until, zone), *_spoken_of(sent_by, search)]

        def found(tx: Session) -> list[FileLine]:
            if school:
                school_of(tx, school)
            if code:
                known_service(tx, code, opened.settings)
            return _lines(tx, [*_equal(school, code, status or []), *dated])

        lines = opened.ledger.read_now(found)
    show.report(lines, COLUMNS, as_json=as_json, zone=zone)


def show_file(ctx: typer.Context, *, ref: Reference, as_json: Json = False) -> None:
    """Show one file."""
    with rooms(ctx) as opened:
        line = opened.ledger.read_now(lambda tx: FileLine.of(file_of(tx, ref)))
        show.details(line, as_json=as_json, zone=opened.settings.timezone)


def show_history(ctx: typer.Context, *, ref: Reference, as_json: Json = False) -> None:
    """Show everything that happened to one file, oldest first."""
    with rooms(ctx) as opened:
        lines = opened.ledger.read_now(lambda tx: [HistoryLine.of(one) for one in history.of(tx, file_of(tx, ref))])
        show.report(lines, tuple(HistoryLine.model_fields), as_json=as_json, zone=opened.settings.timezone)


def _lines(tx: Session, conditions: list[ColumnElement[bool]]) -> list[FileLine]:
    wanted = select(File).where(*conditions).order_by(File.sent_at.desc(), File.id.desc())
    return [FileLine.of(file) for file in tx.scalars(wanted)]


def _email(person: Person | None) -> str | None:
    return person.email if person else None


def _equal(school: str, service: str, statuses: list[Status]) -> Iterator[ColumnElement[bool]]:
    if school:
        yield File.school == school
    if service:
        yield File.service == service
    if statuses:
        yield File.status.in_(statuses)


def _sent(since: date | None, until: date | None, zone: tzinfo) -> Iterator[ColumnElement[bool]]:
    if since:
        yield File.sent_at >= days.begins(since, zone)
    if until:
        yield File.sent_at < days.ends(until, zone)


def _spoken_of(sent_by: str, search: str) -> Iterator[ColumnElement[bool]]:
    if sent_by:
        sender = select(Identity.person_id).where(Identity.channel == MAIL, Identity.value == address.normal(sent_by))
        yield File.sent_by.in_(sender)
    if search:
        yield or_(
            *[
                column.icontains(search, autoescape=True)
                for column in (File.name, File.given, File.comment, File.reason, File.tag, File.reference)
            ]
        )
