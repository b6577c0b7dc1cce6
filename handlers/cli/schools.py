"""`postroom schools …`: the authority's schools."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Self

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import roster
from bot.ledger.tables import School
from bot.roster import imports
from bot.roster.imports import Departed
from handlers.cli import show
from handlers.cli.importing import Csv, DifferenceLine, DryRun, tell
from handlers.cli.opening import rooms
from handlers.cli.show import Json, Line, Problem

app = typer.Typer()

COLUMNS = ("number", "name", "phase", "status", "headteacher")
"""Of the table; who leads the school, and where they are told things, stand in one cell, so that it fits any terminal."""


class SchoolLine(Line):
    """A school; its headteacher as the roster has them, else by name as the public register does."""

    number: str
    name: str
    phase: str
    status: str
    headteacher: str | None
    head_email: str | None

    @classmethod
    def of(cls, tx: Session, school: School) -> Self:
        """From the record."""
        head = next(iter(roster.headteachers(tx, school.number)), None)
        return cls(
            number=school.number, name=school.name, phase=school.phase, status=school.status,
            headteacher=(head.name if head else school.head_name) or None, head_email=head.email if head else None,
        )  # fmt: skip


@app.command("import")
def import_file(
    ctx: typer.Context,
    *,
    file: Csv,
    dry_run: DryRun = False,
    closed: Annotated[bool, typer.Option("--closed", help="Also import schools that are already closed.")] = False,
    as_json: Json = False,
) -> None:
    """Add and update schools from the public register's CSV (GIAS, “Establishment fields”). None is removed."""
    with rooms(ctx) as opened:
        register = imports.read_schools(Path(file).read_bytes(), opened.settings.authority.number)
        if dry_run:
            plan = opened.ledger.read_now(lambda tx: imports.plan_schools(tx, register, closed=closed))
        else:
            plan = opened.ledger.write_now(lambda tx: imports.import_schools(tx, register, closed=closed))
        gone = opened.ledger.read_now(lambda tx: imports.departed(tx, register))
    tell(plan.differences, as_json=as_json, dry_run=dry_run, besides=[_departed(one) for one in gone])
    if not as_json:
        _tell_left_out(plan.left_out, plan.absent, register.unnumbered)
        _tell_departed(gone)


def _tell_left_out(closed: int, absent: int, unnumbered: int) -> None:
    if closed:
        show.say(f"Left out, because they are closed: {closed}. --closed imports them as well.")
    if absent:
        show.say(
            f"Left as they are, because they are not in the file: {absent}. Some files have only open or only state-funded "
            "schools: the register's file of all establishments says which are closed."
        )
    if unnumbered:
        show.say(f"Left out, because they have no number and nobody can send for them: {unnumbered}.")


def _departed(one: Departed) -> DifferenceLine:
    return DifferenceLine(change=one.why, who=one.number, name=one.name, details=tuple(_what(one)))


def _what(one: Departed) -> Iterator[str]:
    if one.people:
        yield f"may still send for it: {', '.join(one.people)}"
    if one.files:
        yield f"open files: {one.files}"
    if one.became:
        yield f"is now {', '.join(one.became)}"


def _tell_departed(gone: Sequence[Departed]) -> None:
    """What a person has to see to; the import itself takes nobody's access away."""
    if not gone:
        return
    show.say("\nThese schools are closed, or no longer in the file (gone), but still have people or open files:\n")
    show.table(("why", "school", "what"), [(one.why, one.number, "\n".join((one.name, *_what(one)))) for one in gone])
    show.say(
        "\nNobody's access was changed. Take away who has left: postroom people remove EMAIL. Who goes on at another school: "
        "put that into the list of people, and import it. Open files: postroom files list --school N"
    )


@app.command("list")
def list_schools(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List all schools, by number."""
    with rooms(ctx) as opened:
        lines = opened.ledger.read_now(
            lambda tx: [SchoolLine.of(tx, school) for school in tx.scalars(select(School).order_by(School.number))]
        )
    if as_json:
        show.document([line.document() for line in lines])
    else:
        show.table(COLUMNS, [(one.number, one.name, one.phase, one.status, _head(one)) for one in lines])


@app.command("show")
def show_school(
    ctx: typer.Context,
    *,
    number: Annotated[str, typer.Argument(metavar="N", help="Seven digits, such as 8302000.")],
    as_json: Json = False,
) -> None:
    """Show one school."""
    with rooms(ctx) as opened:
        line = opened.ledger.read_now(lambda tx: SchoolLine.of(tx, school_of(tx, number)))
        show.details(line, as_json=as_json, zone=opened.settings.timezone)


def _head(line: SchoolLine) -> str:
    return "\n".join(part for part in (line.headteacher, line.head_email) if part)


def school_of(tx: Session, number: str) -> School:
    """The school of this number. Raises `Problem`."""
    if (school := tx.get(School, number)) is None:
        raise Problem(f"There is no school {number} on the roster. See: postroom schools list")
    return school
