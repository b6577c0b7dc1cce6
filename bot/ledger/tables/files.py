"""Returns, and their histories with what signs those."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.ledger.base import Contents, Table
from bot.ledger.tables.roster import Person, School
from bot.rules.lifecycle import Act, Status


class File(Table):
    """One return."""

    __tablename__ = "files"
    __table_args__ = (
        Index("files_of_school", "school", "sent_at", "id", "status", "service", "sent_by", "name"),
        Index("files_of_service", "service", "status", "sent_at"),
        Index("files_same", "sha256", "school"), Index("files_held", "status", "sent_by"), Index("files_old", "sent_at"),
        Index("files_kept", "contents", "status", "sent_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    status: Mapped[Status]
    version: Mapped[int] = mapped_column(default=1)
    """Raised by every change of the file: buttons and links carry the version they were shown for."""
    school: Mapped[str | None] = mapped_column(ForeignKey("schools.number"))
    """None while Held and not yet known."""
    service: Mapped[str | None]
    name: Mapped[str]
    """The valid name; while Held the name as given."""
    given: Mapped[str]
    meant: Mapped[str | None]
    """The one sure correction of the name, while Held."""
    choices: Mapped[list[str]] = mapped_column(default=list)
    size: Mapped[int]
    sha256: Mapped[str]
    tag: Mapped[str] = mapped_column(default="")
    comment: Mapped[str] = mapped_column(default="")
    sent_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    sent_at: Mapped[datetime]
    """When it became Sent; while Held, when it came."""
    received_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    received_at: Mapped[datetime | None]
    ever_received: Mapped[bool] = mapped_column(default=False)
    """An officer has had the contents once: a recall comes too late for good."""
    rejected_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    rejected_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    recalled_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    recalled_at: Mapped[datetime | None]
    moved_from: Mapped[str | None]
    frozen_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    frozen_at: Mapped[datetime | None]
    """Its school says that it is the wrong file: until it is released nobody gets the contents. None: it is not frozen."""
    warned_at: Mapped[datetime | None]
    """When it was last said that nobody has received it, or that it stays frozen."""
    contents: Mapped[Contents] = mapped_column(default=Contents.KEPT)
    object_id: Mapped[str] = mapped_column(unique=True)
    sender: Mapped[Person] = relationship(foreign_keys=sent_by, lazy="joined")
    receiver: Mapped[Person | None] = relationship(foreign_keys=received_by, lazy="joined")
    rejecter: Mapped[Person | None] = relationship(foreign_keys=rejected_by, lazy="joined")
    recaller: Mapped[Person | None] = relationship(foreign_keys=recalled_by, lazy="joined")
    freezer: Mapped[Person | None] = relationship(foreign_keys=frozen_by, lazy="joined")
    establishment: Mapped[School | None] = relationship(lazy="joined")


class Entry(Table):
    """One line of a file's history: append-only, each sealed over the one before."""

    __tablename__ = "history"
    __table_args__ = (
        Index(
            "history_unsigned", "file_id", "sequence",
            sqlite_where=text("checkpoint_id IS NULL"),
        ),
    )  # fmt: skip

    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    """The file's version that this entry made."""
    at: Mapped[datetime]
    act: Mapped[Act]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """None: Postroom itself."""
    channel: Mapped[str]
    why: Mapped[str]
    """In words; may be erased later, for only its salted digest is part of the chain."""
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    implies: Mapped[dict[str, Any]]
    """What the act made of the file, so that the row can be held against its history."""
    seal: Mapped[bytes] = mapped_column(LargeBinary)
    """HMAC-SHA256 over the seal before and all the above but the words themselves."""
    checkpoint_id: Mapped[int | None]
    """The checkpoint that signed it (`bot.ledger.checkpoints`); None: none has yet."""
    person: Mapped[Person | None] = relationship(lazy="joined")


class Checkpoint(Table):
    """What the newest entries were at a moment, signed over the checkpoint before (`bot.ledger.checkpoints`)."""

    __tablename__ = "checkpoints"

    id: Mapped[int] = mapped_column(primary_key=True)
    """Counted from 1, without a gap."""
    at: Mapped[datetime]
    entries: Mapped[int]
    """How many entries of histories it is the first to sign."""
    heads: Mapped[dict[str, Any]]
    """By the reference of each file that they are of: the number and the seal of the newest of them."""
    removals: Mapped[dict[str, Any]]
    """By reference: the seals of the removals that it is the first to sign."""
    master: Mapped[str]
    """Fingerprint of the master key from which the signing key was derived."""
    seal: Mapped[bytes] = mapped_column(LargeBinary)
    """HMAC-SHA256 over the seal before and all the above."""


class Removal(Table):
    """The trace of a file whose record was removed with its history, when its years were over."""

    __tablename__ = "removals"

    reference: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    why: Mapped[str]
    sequence: Mapped[int]
    """How many entries its history had."""
    head: Mapped[bytes] = mapped_column(LargeBinary)
    """The seal of the last of them."""
    seal: Mapped[bytes] = mapped_column(LargeBinary)
    """HMAC-SHA256 over all the above."""
    checkpoint_id: Mapped[int | None] = mapped_column(index=True)
    """The checkpoint that signed it; None: none has yet."""
