"""Who writes and is written to in the demo: the people of the roster, the places that are told things, and strangers."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import roster
from bot.ledger.tables import Person
from bot.rules.authority import ALL, OF_A_SERVICE, Role
from bot.settings import Settings

PLACES, STRANGERS = "Places that are told of new files", "Strangers"


@dataclass(frozen=True)
class Correspondent:
    """One mailbox, and who they are that read it."""

    address: str
    name: str
    """For want of one, what stands before the @."""
    part: str
    """What they are, in a few words."""
    group: str
    """Where they are at home."""
    schools: tuple[str, ...] = ()
    """The numbers of the schools that they may send for."""


def everybody(tx: Session, settings: Settings, others: Collection[str]) -> dict[str, Correspondent]:
    """All of them by their addresses, in the order in which they are shown. `others`: who need not be on the roster."""
    people = tx.scalars(select(Person).where(Person.left_at.is_(None)).order_by(Person.id)).unique()
    known = sorted((_of_the_roster(tx, settings, person) for person in people), key=lambda one: _home(one, settings))
    found = {one.address: one for one in (*known, *_places(settings, others))}
    for address in others:
        name, _, domain = address.partition("@")
        found.setdefault(address, Correspondent(address, name, f"a stranger, of {domain}", STRANGERS))
    return found


def _home(person: Correspondent, settings: Settings) -> tuple[bool, str]:
    """Schools stand before the authority."""
    return person.group == settings.authority.name, person.schools[0] if person.schools else ""


def _of_the_roster(tx: Session, settings: Settings, person: Person) -> Correspondent:
    names = {school.number: school.name for school in roster.schools_of(tx, person)}
    scopes = defaultdict(list)
    for held in sorted(roster.appointments(person), key=lambda held: (held.role, held.scope)):
        scopes[held.role].append(names.get(held.scope, held.scope))
    of_the_authority = OF_A_SERVICE & scopes.keys()
    home = settings.authority.name if of_the_authority or not names else next(iter(names.values()))
    return Correspondent(person.email, person.name, "; ".join(_parts(scopes)), home, tuple(names))


def _parts(scopes: dict[Role, list[str]]) -> Iterator[str]:
    for role in (Role.ADMINISTRATOR, Role.OFFICER, Role.HEADTEACHER, Role.SENDER):
        if role not in scopes:
            continue
        if ALL in scopes[role]:
            yield role.value
        elif role is Role.OFFICER:
            yield f"officer: {', '.join(scopes[role])}"
        else:
            yield f"{role.value} {'of' if role is Role.HEADTEACHER else 'at'} {' and '.join(scopes[role])}"


def _places(settings: Settings, others: Collection[str]) -> Iterator[Correspondent]:
    for service in settings.services:
        for address in service.announce:
            if address in others:
                yield Correspondent(address, address.partition("@")[0], f"told of new files for {service.code}", PLACES)
