"""What is made to be opened once."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.ledger.base import Table
from bot.ledger.kinds import Purpose
from bot.ledger.tables.files import File
from bot.ledger.tables.roster import Person


class Proof(Table):
    """A one-time link by which the reader of a mailbox says that an identity in a chat is theirs (`bot.proofs`)."""

    __tablename__ = "proofs"
    __table_args__ = (Index("proofs_old", "expires_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    """Whose mailbox it is."""
    address: Mapped[str]
    """The mailbox that it was sent to: the one claimed."""
    channel: Mapped[str]
    identity: Mapped[str]
    """Who claims it."""
    name: Mapped[str]
    """What they call themselves there."""
    workspace: Mapped[str]
    """As in `bot.arrival.Introduction`."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="joined")


class Link(Table):
    """A one-time link: who was given it, to which file, for what. What makes it unguessable is not stored (`bot.links`)."""

    __tablename__ = "links"
    __table_args__ = (Index("links_old", "expires_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), index=True)
    version: Mapped[int]
    """The file's, when the link was made."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    """When it was first used for an act, which began its session."""
    session: Mapped[bytes | None] = mapped_column(LargeBinary)
    """SHA-256 of what the browser that opened it was given to keep."""
    session_until: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="joined")
    file: Mapped[File] = relationship(lazy="joined")
