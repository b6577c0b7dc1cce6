"""`postroom people …`: who may send, and who takes in."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from bot import bouncing
from bot.ledger.tables import Person
from bot.roster import imports
from bot.roster.imports import Row
from bot.rules.authority import ALL, OF_A_SCHOOL, Role
from bot.settings import Settings
from handlers.cli import accounts, show
from handlers.cli.importing import Csv, DryRun, tell
from handlers.cli.opening import rooms
from handlers.cli.schools import school_of
from handlers.cli.show import Json, Line, Problem

app = typer.Typer()
app.command("show")(accounts.show_identities)
app.command("held")(accounts.show_held)
app.command()(accounts.unlink)


TYPED = {
    "email": "EMAIL",
    "name": "--name",
    "role": "--role",
    "schools": "--school",
    "services": "--service",
    "other_emails": "--other-email",
}
"""How each column is typed for one person."""


class PersonLine(Line):
    """One person in one role, as in the file that is imported."""

    email: str
    name: str
    role: Role
    schools: tuple[str, ...]
    services: tuple[str, ...]
    other_emails: tuple[str, ...]
    unreachable: str = ""
    """Why mail to them cannot be delivered; empty where nothing is known against it."""


@app.command("import")
def import_file(
    ctx: typer.Context,
    *,
    file: Csv,
    dry_run: DryRun = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="The file lists everybody: whoever is not in it has left.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Even if more than one in ten would lose access.")] = False,
    as_json: Json = False,
) -> None:
    """Add and update people. Columns: email, name, role, schools, services, other_emails.

    Separate several values with “;”; “*” means all. Rows with the same email add up to everything the person holds.
    """
    with rooms(ctx) as opened:
        sheet, settings, now = imports.read_people(Path(file).read_bytes()), opened.settings, opened.clock.now()
        if dry_run:
            plan = opened.ledger.read_now(lambda tx: imports.plan_people(tx, sheet, settings, whole=whole))
        else:
            plan = opened.ledger.write_now(
                lambda tx: imports.import_people(tx, sheet, settings, now, whole=whole, anyway=yes)
            )
    tell(plan.differences, as_json=as_json, dry_run=dry_run)
    if dry_run and plan.leaves_too_few and not yes:
        raise Problem(f"Without --yes this is not done: {plan.warning}.")


@app.command()
def add(
    ctx: typer.Context,
    *,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Where the person is mailed.")],
    role: Annotated[
        Role, typer.Option(metavar="ROLE", help=f"What they are to schools or services: {', '.join(Role)}.")
    ],
    name: Annotated[str, typer.Option(metavar="NAME", help="Required for somebody new.")] = "",
    school: Annotated[
        list[str] | None, typer.Option(metavar="N", help="A school's number. May be given several times; * for all.")
    ] = None,
    service: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="A service's code. May be given several times; * for all.")
    ] = None,
    other_email: Annotated[
        list[str] | None, typer.Option(metavar="EMAIL", help="Another address of theirs. May be given several times.")
    ] = None,
) -> None:
    """Give somebody, new or known, one more role."""
    several = {"schools": school, "services": service, "other_emails": other_email}
    cells = {column: ";".join(values or []) for column, values in several.items()}
    row = Row(None, {"email": email, "name": name, "role": role, **cells})
    with rooms(ctx) as opened:
        settings, now = opened.settings, opened.clock.now()
        try:
            differences = opened.ledger.write_now(lambda tx: imports.add_person(tx, row, settings, now))
        except imports.Unfit as fault:
            said = [f"{TYPED.get(one.column, '')}: {one.problem}".removeprefix(": ") for one in fault.faults]
            raise Problem("\n".join(("Nobody was added. Put this right and try again:", *said))) from None
    for one in differences:
        show.say(f"{one.who} ({one.name}): {one.change}. {', '.join(one.details)}")
    if not differences:
        show.say(f"{email} is that already.")


@app.command()
def remove(
    ctx: typer.Context, email: Annotated[str, typer.Argument(metavar="EMAIL", help="Any of the person's addresses.")]
) -> None:
    """Remove somebody who has left: all access ends at once. What they did stays on record."""
    with rooms(ctx) as opened:
        now = opened.clock.now()
        name = opened.ledger.write_now(lambda tx: _removed(imports.remove_person(tx, email, now)))
    if name is None:
        raise Problem(f"Nobody on the roster has the address {email}. See: postroom people list")
    show.say(f"{name} has left: no access from now on.")


@app.command("list")
def list_people(
    ctx: typer.Context,
    *,
    school: Annotated[str, typer.Option(metavar="N", help="Who may act for this school.")] = "",
    as_json: Json = False,
) -> None:
    """List everybody with access, one line for each role."""
    with rooms(ctx) as opened:
        now, settings = opened.clock.now(), opened.settings

        def found(tx: Session) -> list[PersonLine]:
            if school:
                school_of(tx, school)
            return [line for line in _lines(tx, settings, now) if _acts_for(line, school)]

        lines = opened.ledger.read_now(found)
        if as_json:
            show.document([line.document() for line in lines])
        else:
            show.table(("who", "role"), [(f"{line.email}\n{line.name}", _told(line)) for line in lines])


def _told(line: PersonLine) -> str:
    """All else that is to be said of them, narrow enough for any terminal."""
    reach = ", ".join((*line.schools, *line.services)).replace(ALL, "all")
    others = [f"also {email}" for email in line.other_emails]
    return "\n".join(
        (f"{line.role} {reach}".rstrip(), *others, *([f"unreachable: {line.unreachable}"] if line.unreachable else ()))
    )


def _removed(person: Person | None) -> str | None:
    return person.name if person else None


def _lines(tx: Session, settings: Settings, now: datetime) -> list[PersonLine]:
    marks = {one.address: one.why for one in bouncing.marked(tx, settings, now)}
    loaded = (selectinload(Person.duties), selectinload(Person.identities))
    present = select(Person).where(Person.left_at.is_(None)).order_by(Person.email).options(*loaded)
    return [
        _line(person, role, marks.get(person.email, ""))
        for person in tx.scalars(present)
        for role in sorted({duty.role for duty in person.duties})
    ]


def _line(person: Person, role: Role, unreachable: str) -> PersonLine:
    scopes = tuple(sorted(duty.scope for duty in person.duties if duty.role is role))
    others = sorted(one.value for one in person.identities if one.channel == "email" and one.value != person.email)
    at_school = role in OF_A_SCHOOL
    return PersonLine(
        email=person.email, name=person.name, role=role, schools=scopes if at_school else (),
        services=() if at_school else scopes, other_emails=tuple(others),
        unreachable=unreachable,
    )  # fmt: skip


def _acts_for(line: PersonLine, school: str) -> bool:
    return not school or school in line.schools or ALL in line.schools
