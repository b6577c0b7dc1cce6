"""People of the roster, each with all that decides what they may do, by one statement that is compiled once.

They are the session's own objects like those that it loads itself, in half the time: every message asks for its sender
and for the officers who are told of it.
"""

import json
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import manager_of_class, set_committed_value
from sqlalchemy.orm.util import identity_key

from bot.ledger.prepared import Prepared, Values
from bot.ledger.tables import Duty, Identity, Person, School, Table
from bot.rules.authority import ALL, Role

T = TypeVar("T", bound=Table)

PERSON = ("id", "name", "email")
SCHOOL = ("number", "name", "phase", "status", "head_name")
DUTIES = (
    select(func.json_group_array(func.json_array(Duty.role, Duty.scope, *(getattr(School, name) for name in SCHOOL))))
    .outerjoin(School, School.number == Duty.scope).where(Duty.person_id == Person.id)
)  # fmt: skip
IDENTITIES = (
    select(func.json_group_array(func.json_array(Identity.channel, Identity.value))).where(Identity.person_id == Person.id)
)  # fmt: skip


def _people(wanted: ColumnElement[bool]) -> Prepared[int]:
    columns = (*(getattr(Person, name) for name in PERSON), DUTIES.scalar_subquery(), IDENTITIES.scalar_subquery())
    found: Select[*tuple[Any, ...]] = select(*columns).where(wanted, Person.left_at.is_(None)).order_by(Person.id)
    return Prepared(found)


KNOWN = _people(
    Person.id.in_(
        select(Identity.person_id).where(Identity.channel == bindparam("way"), Identity.value == bindparam("value"))
    )
)
"""By an identity `:value` in the channel `:way`."""
HOLDING = _people(
    Person.id.in_(
        select(Duty.person_id).where(Duty.role == bindparam("role"), Duty.scope.in_((bindparam("scope"), ALL)))
    )
)
"""By a role `:role` for `:scope`, or for all."""


def people(tx: Session, wanted: Prepared[int], values: Values) -> list[Person]:
    """Those who are wanted, by their numbers; no leavers."""
    return [_person(tx, *row) for row in wanted.rows(tx, values)]


def _person(tx: Session, number: int, *row: Any) -> Person:
    known = tx.identity_map.get(identity_key(Person, number))
    if isinstance(known, Person):
        return known
    *columns, duties, identities = row
    person = _detached(Person, {"left_at": None, **dict(zip(PERSON, (number, *columns), strict=True))})
    set_committed_value(person, "duties", [_duty(tx, number, *one) for one in json.loads(duties)])
    set_committed_value(person, "identities", [_identity(number, *one) for one in json.loads(identities)])
    tx.add(person)
    return person


def _duty(tx: Session, person_id: int, role: str, scope: str, *school: Any) -> Duty:
    duty = _detached(Duty, {"person_id": person_id, "role": Role(role), "scope": scope})
    set_committed_value(duty, "establishment", None if school[0] is None else _school(tx, *school))
    return duty


def _school(tx: Session, number: str, *row: Any) -> School:
    known = tx.identity_map.get(identity_key(School, number))
    if isinstance(known, School):
        return known
    school = _detached(School, dict(zip(SCHOOL, (number, *row), strict=True)))
    tx.add(school)
    return school


def _identity(person_id: int, channel: str, value: str) -> Identity:
    return _detached(Identity, {"channel": channel, "value": value, "person_id": person_id})


def _detached(kind: type[T], columns: dict[str, Any]) -> T:
    """As loaded from a row, and of no session yet."""
    made: T = manager_of_class(kind).new_instance()
    vars(made).update(columns)  # nothing of it is a change
    make_transient_to_detached(made)
    return made
