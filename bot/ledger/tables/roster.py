"""Who there is: schools, people, how they are known, what they are appointed to."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from bot.ledger.base import Table
from bot.rules.authority import Role


class School(Table):
    """A school or other establishment, from the public register (GIAS)."""

    __tablename__ = "schools"

    number: Mapped[str] = mapped_column(primary_key=True)
    """DfE number: the authority's three digits and the establishment's four."""
    name: Mapped[str]
    phase: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="")
    head_name: Mapped[str] = mapped_column(default="")


class Person(Table):
    """Somebody known by name. A leaver's row stays: history speaks of it."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(index=True)
    """Where they are told things, in normal form."""
    left_at: Mapped[datetime | None]
    identities: Mapped[list["Identity"]] = relationship(cascade="all, delete-orphan")
    duties: Mapped[list["Duty"]] = relationship(cascade="all, delete-orphan")


class Identity(Table):
    """One way by which a person is known in a channel."""

    __tablename__ = "identities"

    channel: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)


class Duty(Table):
    """One role of one person, for one school or one service, or `*` for all."""

    __tablename__ = "duties"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True, index=True)
    establishment: Mapped[School | None] = relationship(
        primaryjoin=lambda: foreign(Duty.scope) == School.number, viewonly=True
    )
    """The school that it is for; None where it is for a service, for all, or for a school that is not on the roster."""
