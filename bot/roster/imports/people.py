"""People from a CSV file, one at a time, and out again: who may act, for which schools and services."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from bot import roster
from bot.arrival import MAIL
from bot.ledger import surfaces
from bot.ledger.tables import Duty, Identity, Person
from bot.roster.imports.faults import Fault, Unfit
from bot.roster.imports.sheet import Columns, Difference, Row, Sheet, read
from bot.roster.imports.wanted import Held, Wanted, check, held_by
from bot.rules import address
from bot.rules.authority import Role
from bot.settings import Settings

COLUMNS = Columns(
    ("email", "name", "role"),
    ("schools", "services", "other_emails"),
    strange={
        "EstablishmentNumber": "This is the register of schools, not a list of people: postroom schools import takes it."
    },
)

LEAVERS_PERCENT_MAX = 10
"""A list that makes more leavers than this is more likely to be cut short than right."""


@dataclass(frozen=True)
class Change:
    """One person before and after. `person` None: somebody new; `wanted` None: a leaver."""

    person: Person | None
    wanted: Wanted | None
    told: Difference


@dataclass(frozen=True)
class Plan:
    """What an import of people would change."""

    changes: tuple[Change, ...]
    present: int
    """How many people there are before it."""
    no_administrator: bool = False
    """There is one before it, and nobody would be one after it."""

    @property
    def differences(self) -> list[Difference]:
        """For telling."""
        return [change.told for change in self.changes]

    @property
    def leavers(self) -> int:
        """How many would lose their access."""
        return sum(change.wanted is None for change in self.changes)

    @property
    def leaves_too_few(self) -> bool:
        """Whether a person should say yes to it first."""
        return self.no_administrator or self.leavers * 100 > self.present * LEAVERS_PERCENT_MAX

    @property
    def warning(self) -> str:
        """What somebody should say yes to first."""
        if self.no_administrator:
            return "no administrator would be left, and nobody would hear of what goes wrong"
        return f"{self.leavers} of {self.present} people would lose their access"


class TooManyLeavers(Exception):
    """More people than is likely would lose their access, or the last administrator; nothing was done."""

    def __init__(self, plan: Plan) -> None:
        self.leavers, self.present = plan.leavers, plan.present
        super().__init__(plan.warning)


def read_people(octets: bytes) -> Sheet:
    """The rows of a file of people. Raises `Unfit` where its columns are not right."""
    return read(octets, COLUMNS)


def plan_people(tx: Session, sheet: Sheet, settings: Settings, *, whole: bool = False) -> Plan:
    """What importing these rows would change; only reads. Raises `Unfit` with every fault of every row.

    `whole`: the file lists everybody, so whoever is not in it has left.
    """
    wanted, faults = check(tx, sheet.rows, settings)
    owners = _owners(tx)
    faults += [*sheet.faults, *_taken(wanted, owners)]
    if faults:
        raise Unfit(faults)
    changes = [change for one in wanted if (change := _change(owners.get(one.email), one))]
    present = list(tx.scalars(select(Person).where(Person.left_at.is_(None)).order_by(Person.email)))
    if whole:
        stay = {owner.id for one in wanted if (owner := owners.get(one.email))}
        changes += [_leaver(person) for person in present if person.id not in stay]
    return Plan(tuple(changes), len(present), _leaves_no_administrator(present, changes))


def import_people(
    tx: Session, sheet: Sheet, settings: Settings, now: datetime, *, whole: bool = False, anyway: bool = False
) -> Plan:
    """Enter new people and make the others what the file says of them: a person's rows together are all they hold.

    Raises `Unfit`, and `TooManyLeavers` unless `anyway`.
    """
    plan = plan_people(tx, sheet, settings, whole=whole)
    if plan.leaves_too_few and not anyway:
        raise TooManyLeavers(plan)
    for change in plan.changes:
        _carry_out(tx, change, now)
    return plan


def _leaves_no_administrator(present: Sequence[Person], changes: Sequence[Change]) -> bool:
    before = {person.id for person in present if roster.is_administrator(person)}
    changed = {change.person.id for change in changes if change.person}
    gained = any(_is_administrator(change.wanted) for change in changes)
    return bool(before) and before <= changed and not gained


def _is_administrator(wanted: Wanted | None) -> bool:
    return wanted is not None and any(role is Role.ADMINISTRATOR for role, _ in wanted.duties)


def add_person(tx: Session, row: Row, settings: Settings, now: datetime) -> list[Difference]:
    """Give somebody, new or known, one more role. The name may be left out for who is known. Raises `Unfit`."""
    owners = _owners(tx)
    known = owners.get(address.normal(row["email"]) or "")
    if known and not row["name"]:
        row = Row(row.line, {**row.cells, "name": known.name})
    wanted, faults = check(tx, [row], settings)
    faults += _taken(wanted, owners)
    if faults:
        raise Unfit(faults)
    one = wanted[0]
    if known and known.left_at is None:
        one = one.joined(held_by(known), known.email)
    if (change := _change(known, one)) is None:
        return []
    _carry_out(tx, change, now)
    return [change.told]


def remove_person(tx: Session, email: str, now: datetime) -> Person | None:
    """Make somebody a leaver, at once. None: nobody who is present has this address."""
    known = roster.who(tx, MAIL, address.normal(email) or "")
    if known is None:
        return None
    person = tx.get_one(Person, known.id)
    _leave(person, now)
    tx.flush()
    surfaces.outdate_of(tx, person.id, now)
    return person


def _owners(tx: Session) -> dict[str, Person]:
    """Whose each address is, leavers' too."""
    known = select(Identity.value, Person).join(Person, Person.id == Identity.person_id).where(Identity.channel == MAIL)
    whole = known.options(selectinload(Person.duties), selectinload(Person.identities))
    return {value: person for value, person in tx.execute(whole)}  # noqa: C416 - a row is typed as a tuple only when unpacked


def _taken(wanted: Sequence[Wanted], owners: dict[str, Person]) -> Iterator[Fault]:
    """Addresses that belong to another person, on record or in the file."""
    claimed: dict[str | int, Wanted] = {}
    for one in wanted:
        person = owners.get(one.email)
        before = claimed.setdefault(person.id, one) if person else one
        if before is not one:
            yield Fault(one.line, "email", f"{one.email} is the same person's as {before.email} in line {before.line}")
        for value in one.addresses:
            column = "email" if value == one.email else "other_emails"
            owner = owners.get(value)
            first = claimed.setdefault(value, one)
            if first is not one:
                yield Fault(one.line, column, f"{value} is {first.name}'s already, in line {first.line}")
            elif owner and owner is not person:
                gone = ", who has left," if owner.left_at else ""
                yield Fault(one.line, column, f"{value} belongs to {owner.name}{gone} already ({owner.email})")


def _change(person: Person | None, wanted: Wanted) -> Change | None:
    """How this person becomes what is wanted; None where they are that already."""
    before = held_by(person) if person and person.left_at is None else Held(addresses=frozenset({wanted.email}))
    after = wanted.held
    details = [f"name: {person.name} → {wanted.name}"] if person and person.name != wanted.name else []
    details += [f"mailed at {wanted.email}"] if person and person.email != wanted.email else []
    details += [f"+ {words}" for words in after.told(without=before)]
    details += [f"- {words}" for words in before.told(without=after)]
    if person and person.left_at is None:
        return (
            Change(person, wanted, Difference("changed", wanted.email, wanted.name, tuple(details)))
            if details
            else None
        )
    return Change(person, wanted, Difference("back" if person else "new", wanted.email, wanted.name, tuple(details)))


def _leaver(person: Person) -> Change:
    known = Held(addresses=frozenset({person.email}))  # by which they are named already
    lost = tuple(f"- {words}" for words in held_by(person).told(without=known))
    return Change(person, None, Difference("left", person.email, person.name, lost))


def _carry_out(tx: Session, change: Change, now: datetime) -> None:
    person, wanted = change.person or Person(), change.wanted
    if wanted is None:
        _leave(person, now)
    else:
        person.name, person.email, person.left_at = wanted.name, wanted.email, None
        _become(person, wanted.held)
        tx.add(person)
    tx.flush()
    surfaces.outdate_of(tx, person.id, now)


def _become(person: Person, held: Held) -> None:
    """Give and take duties and addresses; identities in other channels stay."""
    person.duties = [
        *(duty for duty in person.duties if (duty.role, duty.scope) in held.duties),
        *(Duty(role=role, scope=scope) for role, scope in sorted(held.duties - held_by(person).duties)),
    ]
    person.identities = [
        *(one for one in person.identities if one.channel != MAIL or one.value in held.addresses),
        *(Identity(channel=MAIL, value=value) for value in sorted(held.addresses - held_by(person).addresses)),
    ]


def _leave(person: Person, now: datetime) -> None:
    """Whoever comes back is known by their address, but holds nothing until it is given anew."""
    person.left_at = now
    person.duties = []
