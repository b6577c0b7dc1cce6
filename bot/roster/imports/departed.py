"""Schools on the roster that the register calls closed, or has no more: who may still send for them, and what lies open."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.ledger.tables import Duty, File, Person, School
from bot.roster.imports.schools import CLOSED, Register
from bot.rules.authority import OF_A_SCHOOL
from bot.rules.lifecycle import Status

OPEN = (Status.CHECKING, Status.HELD, Status.SENT)
"""What somebody has still to do something about."""


@dataclass(frozen=True)
class Departed:
    """A school for which somebody may still send, or of which a file waits, though it is closed or gone."""

    number: str
    name: str
    why: Literal["closed", "gone"]
    """`gone`: the file has no line with its number."""
    people: tuple[str, ...]
    """The addresses of those who hold a duty there."""
    files: int
    """Files that nobody has received yet, or that wait for their sender."""
    became: tuple[str, ...]
    """The numbers of the schools that it became, as far as the file says."""


def departed(tx: Session, register: Register) -> list[Departed]:
    """What is to be looked at, as the roster would be after the import; by number. Only reads."""
    status = {one.number: one.status for one in register.schools}
    return list(_departed(tx, register, status))


def _departed(tx: Session, register: Register, status: dict[str, str]) -> Iterator[Departed]:
    for school in tx.scalars(select(School).order_by(School.number)).all():
        if status.get(school.number, CLOSED) != CLOSED:
            continue
        people, files = _people(tx, school.number), _open(tx, school.number)
        if people or files:
            why: Literal["closed", "gone"] = "closed" if school.number in status else "gone"
            yield Departed(school.number, school.name, why, people, files, register.became.get(school.number, ()))


def _people(tx: Session, number: str) -> tuple[str, ...]:
    held = select(Person.email).join(Duty).where(Duty.scope == number, Duty.role.in_(OF_A_SCHOOL))
    return tuple(tx.scalars(held.where(Person.left_at.is_(None)).distinct().order_by(Person.email)))


def _open(tx: Session, number: str) -> int:
    waiting = select(func.count()).select_from(File).where(File.school == number, File.status.in_(OPEN))
    return tx.scalar(waiting) or 0
