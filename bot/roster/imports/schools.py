"""Schools from the public register's CSV (Get Information about Schools, GIAS, «Establishment fields CSV»)."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.ledger.tables import School
from bot.roster.imports.sheet import Difference, Fault, Row, Unfit, read

AUTHORITY, NUMBER, NAME = "LA (code)", "EstablishmentNumber", "EstablishmentName"
PHASE, STATUS = "PhaseOfEducation (name)", "EstablishmentStatus (name)"
HEAD = ("HeadTitle (name)", "HeadFirstName", "HeadLastName")
COLUMNS = (AUTHORITY, NUMBER, NAME, PHASE, STATUS, *HEAD)

PREFERENCE = ("Open", "Open, but proposed to close", "Proposed to open")
"""A school that became an academy keeps its number: of several lines the one that is most alive counts."""


@dataclass(frozen=True)
class Listed:
    """A school as the register has it."""

    number: str
    name: str
    phase: str
    status: str
    head_name: str


@dataclass(frozen=True)
class Register:
    """The authority's schools, and how many lines of it had no number and so can send nothing."""

    schools: tuple[Listed, ...]
    unnumbered: int


def read_schools(octets: bytes, authority: str) -> Register:
    """The schools of this authority (its three digits) in the file. Raises `Unfit`."""
    sheet = read(octets, COLUMNS)
    ours = [row for row in sheet.rows if row[AUTHORITY] == authority]
    faults = list(sheet.faults)
    if not ours:
        faults.append(
            Fault(None, "", f"No line of the file has {authority} as its {AUTHORITY}: it is not this authority's.")
        )
    numbered = [row for row in ours if row[NUMBER]]
    faults += [fault for row in numbered for fault in _faults(row)]
    if faults:
        raise Unfit(faults)
    best: dict[str, Listed] = {}
    for row in sorted(numbered, key=_preference):
        listed = _listed(row, authority)
        best.setdefault(listed.number, listed)
    return Register(tuple(best[number] for number in sorted(best)), unnumbered=len(ours) - len(numbered))


def plan_schools(tx: Session, register: Register) -> list[Difference]:
    """What importing the register would change; only reads."""
    known = {school.number: school for school in tx.scalars(select(School))}
    return [told for listed in register.schools if (told := _difference(known.get(listed.number), listed))]


def import_schools(tx: Session, register: Register) -> list[Difference]:
    """Enter and update the schools; none is ever removed, for files and history speak of them."""
    differences = plan_schools(tx, register)
    changed = {difference.who for difference in differences}
    for listed in register.schools:
        if listed.number in changed:
            tx.merge(School(**vars(listed)))
    tx.flush()
    return differences


def _faults(row: Row) -> Iterable[Fault]:
    number = row[NUMBER]
    if not (number.isascii() and number.isdigit() and len(number) <= 4):
        yield Fault(row.line, NUMBER, f"«{number}» is not a number of four digits")
    if not row[NAME]:
        yield Fault(row.line, NAME, "the name is missing")


def _preference(row: Row) -> int:
    return PREFERENCE.index(row[STATUS]) if row[STATUS] in PREFERENCE else len(PREFERENCE)


def _listed(row: Row, authority: str) -> Listed:
    head = " ".join(row[column] for column in HEAD if row[column])
    return Listed(f"{authority}{row[NUMBER]:0>4}", row[NAME], row[PHASE], row[STATUS], head)


def _difference(known: School | None, listed: Listed) -> Difference | None:
    if known is None:
        return Difference(
            "new", listed.number, listed.name, tuple(part for part in (listed.phase, listed.status) if part)
        )
    details = tuple(
        f"{column.replace('_', ' ')}: {before or 'none'} → {after or 'none'}"
        for column, after in vars(listed).items()
        if (before := getattr(known, column)) != after
    )
    return Difference("changed", listed.number, listed.name, details) if details else None
