"""Schools from the public register's CSV (Get Information about Schools, GIAS, «Establishment fields CSV»)."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.ledger.tables import School
from bot.roster.imports.faults import Fault, Unfit
from bot.roster.imports.sheet import Columns, Difference, Row, read

AUTHORITY, NUMBER, NAME = "LA (code)", "EstablishmentNumber", "EstablishmentName"
PHASE, STATUS = "PhaseOfEducation (name)", "EstablishmentStatus (name)"
HEAD = ("HeadTitle (name)", "HeadFirstName", "HeadLastName")
BEFORE = ("PreviousLA (code)", "PreviousEstablishmentNumber")
COLUMNS = Columns(
    (AUTHORITY, NUMBER, NAME, PHASE, STATUS, *HEAD),
    BEFORE,
    others=True,
    strange={
        "LinkURN": "This is the register's file of links between establishments. Import the one with all their fields, "
        "«Establishment fields CSV», whose name begins with edubase.",
        "Group UID": "This is the register's file of groups and trusts. Import the one of establishments, «Establishment fields "
        "CSV», whose name begins with edubase.",
        "other_emails": "This is a list of people: postroom people import takes it.",
    },
)

PREFERENCE = ("Open", "Open, but proposed to close", "Proposed to open")
"""A school that became an academy keeps its number: of several lines the one that is most alive counts."""
CLOSED = "Closed"


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
    """The authority's schools in the file."""

    schools: tuple[Listed, ...]
    unnumbered: int
    """So many lines had no number: nobody can send anything for them."""
    became: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The numbers of the schools that had another one before, by that."""


@dataclass(frozen=True)
class Plan:
    """What an import of schools would change."""

    changed: tuple[Listed, ...]
    differences: list[Difference]
    left_out: int
    """So many closed ones are left out, for they were never on the roster."""
    absent: int
    """Of so many on the roster, not known as closed, the file says nothing: it may be of open or of state-funded schools only,
    so all that is known of them stays."""


def read_schools(octets: bytes, authority: str) -> Register:
    """The schools of this authority (its three digits) in the file. Raises `Unfit`."""
    sheet = read(octets, COLUMNS, lambda row: row[AUTHORITY] == authority)
    faults = list(sheet.faults)
    if not sheet.rows:
        what = f"No line of the file has {authority} as its {AUTHORITY}: it is not this authority's."
        faults.append(Fault(None, "", what))
    numbered = [row for row in sheet.rows if row[NUMBER]]
    faults += [fault for row in numbered for fault in _faults(row)]
    if faults:
        raise Unfit(faults)
    best: dict[str, Listed] = {}
    became: dict[str, tuple[str, ...]] = {}
    for row in sorted(numbered, key=_preference):
        listed = _listed(row, authority)
        best.setdefault(listed.number, listed)
        before = f"{row[BEFORE[0]]}{row[BEFORE[1]]:0>4}" if row[BEFORE[1]] else ""
        if before and before != listed.number and listed.status != CLOSED:
            became[before] = (*became.get(before, ()), listed.number)
    schools = tuple(best[number] for number in sorted(best))
    return Register(schools, len(sheet.rows) - len(numbered), became)


def plan_schools(tx: Session, register: Register, *, closed: bool = False) -> Plan:
    """What importing the register would change; only reads. `closed`: also schools that are closed and were never known."""
    known = {school.number: school for school in tx.scalars(select(School))}
    wanted = [one for one in register.schools if closed or one.status != CLOSED or one.number in known]
    told = [(one, difference) for one in wanted if (difference := _difference(known.get(one.number), one))]
    left_out = sum(not closed and one.status == CLOSED and one.number not in known for one in register.schools)
    there = {one.number for one in register.schools}
    absent = sum(number not in there and one.status != CLOSED for number, one in known.items())
    return Plan(tuple(one for one, _ in told), [one for _, one in told], left_out, absent)


def import_schools(tx: Session, register: Register, *, closed: bool = False) -> Plan:
    """Enter and update the schools; none is ever removed, for files and history speak of them."""
    plan = plan_schools(tx, register, closed=closed)
    for listed in plan.changed:
        tx.merge(School(**asdict(listed)))
    tx.flush()
    return plan


def _faults(row: Row) -> Iterable[Fault]:
    number = row[NUMBER]
    if not (number.isascii() and number.isdigit() and len(number) <= 4):
        yield Fault(row.line, NUMBER, f"«{number}» is not a number of four digits")
    if not row[NAME]:
        yield Fault(row.line, NAME, "the name is missing")


def _preference(row: Row) -> tuple[int, int]:
    """The most alive first; of those alike the one that was entered last."""
    status = PREFERENCE.index(row[STATUS]) if row[STATUS] in PREFERENCE else len(PREFERENCE)
    return status, -(row.line or 0)


def _listed(row: Row, authority: str) -> Listed:
    is_led = row[STATUS] != CLOSED  # nobody leads a school that is no more, and nobody need be known to have
    head = " ".join(row[column] for column in HEAD if row[column] and is_led)
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
