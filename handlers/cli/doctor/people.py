"""Whether anybody is known who may send, and anybody who hears of troubles."""

from collections.abc import Iterator

from sqlalchemy import func, select

from bot import roster
from bot.ledger.tables import Person, School
from handlers.checks import Check, Patient, failed, passed

PEOPLE = "people"


def checks(patient: Patient) -> Iterator[Check]:
    """Nothing where the record cannot be read: that is a finding of its own."""
    if patient.ledger is None:
        return
    schools = patient.ledger.read_now(lambda tx: tx.scalar(select(func.count()).select_from(School))) or 0
    present = select(func.count()).select_from(Person).where(Person.left_at.is_(None))
    people = patient.ledger.read_now(lambda tx: tx.scalar(present)) or 0
    if not schools or not people:
        yield failed(
            PEOPLE, f"Schools: {schools}. People: {people}. So nobody can send anything.",
            "Run: postroom schools import, and then postroom people import",
        )  # fmt: skip
    elif not patient.ledger.read_now(roster.administrators):
        yield failed(
            PEOPLE, "There is no administrator: nobody hears of what goes wrong.",
            "Add one: postroom people add EMAIL --name NAME --role administrator",
        )  # fmt: skip
    else:
        yield passed(PEOPLE, f"Schools: {schools}. People: {people}. Who hears of troubles is known.")
