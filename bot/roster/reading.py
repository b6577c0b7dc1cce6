"""People of the roster, each with all that decides what they may do, by one statement that is compiled once.

They are values, which costs a tenth of what a row takes that the session keeps: every message asks for its sender and for
the officers who are told of it.
"""

import json
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session

from bot.ledger.prepared import Prepared, Values
from bot.ledger.tables import Duty, Identity, Person, School
from bot.rules.authority import ALL, Role
from bot.rules.somebody import Establishment, HasDuty, HasIdentity, Listed

DUTIES = (
    select(func.json_group_array(func.json_array(Duty.role, Duty.scope, School.name)))
    .outerjoin(School, School.number == Duty.scope).where(Duty.person_id == Person.id)
)  # fmt: skip
IDENTITIES = (
    select(func.json_group_array(func.json_array(Identity.channel, Identity.value))).where(Identity.person_id == Person.id)
)  # fmt: skip


def _people(wanted: ColumnElement[bool]) -> Prepared[int]:
    columns = (Person.id, Person.name, Person.email, DUTIES.scalar_subquery(), IDENTITIES.scalar_subquery())
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


def people(tx: Session, wanted: Prepared[int], values: Values) -> list[Listed]:
    """Those who are wanted, by their numbers; no leavers."""
    return [
        Listed(number, name, email, _duties(duties), tuple(HasIdentity(*one) for one in json.loads(identities)))
        for number, name, email, duties, identities in wanted.rows(tx, values)
    ]


def _duties(found: str) -> tuple[HasDuty, ...]:
    return tuple(
        HasDuty(Role(role), scope, None if name is None else Establishment(scope, name))
        for role, scope, name in json.loads(found)
    )
