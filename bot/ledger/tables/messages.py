"""What comes in, and what is to be told."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.ledger.base import InboxState, OutboxState, Table
from bot.ledger.tables.roster import Person


class InboxItem(Table):
    """One arrival: durable before it was acknowledged, kept until it is finished."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "key"), Index("inbox_due", "state", "next_at"), Index("inbox_old", "arrived_at"),
        Index("inbox_readable", "arrived_at", sqlite_where=text("arrival <> '{}'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    key: Mapped[str]
    state: Mapped[InboxState] = mapped_column(default=InboxState.WAITING)
    arrived_at: Mapped[datetime]
    next_at: Mapped[datetime]
    lease: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    why: Mapped[str] = mapped_column(default="")
    """Why it lies in quarantine, was discarded, or failed last."""
    sender: Mapped[str]
    subject: Mapped[str]
    arrival: Mapped[dict[str, Any]]
    object_id: Mapped[str]
    """The raw message, sealed in the vault."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """The sealed raw message itself, where it is small: the commit that makes the row durable is already paid for."""


class Decision(Table):
    """What somebody decided on an arrival that lay in the inbox (`bot.quarantine`)."""

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"), index=True)
    act: Mapped[str]
    """`release`, `retry` or `discard`."""
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """None: Postroom itself, or whoever has the server's command line, as the channel says."""
    channel: Mapped[str]
    sender: Mapped[str] = mapped_column(default="")
    """As whom it was released."""
    why: Mapped[str] = mapped_column(default="")
    """The reason that was given."""
    swept: Mapped[bool] = mapped_column(default=False)
    """What earlier tries had sealed of a discarded message has been ordered to be destroyed, too."""
    person: Mapped[Person | None] = relationship(lazy="joined")


class OutboxItem(Table):
    """One notice to one person or place, kept until it is delivered."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_due", "state", "next_at"), Index("outbox_open", "recipient", "state", "created_at"),
        Index("outbox_told", "recipient", "kind", "created_at"), Index("outbox_old", "created_at"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(primary_key=True)
    """Minted with the effect; for mail it is the Message-ID's local part, so that a repeat is seen to be one."""
    token: Mapped[str] = mapped_column(unique=True)
    """The reply token of this notice."""
    kind: Mapped[str]
    recipient: Mapped[str]
    """An address in the channel."""
    channel: Mapped[str] = mapped_column(default="email")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    facts: Mapped[dict[str, Any]]
    route: Mapped[dict[str, Any]]
    """What it answers (see `bot.arrival.Route`), with the subject answered."""
    state: Mapped[OutboxState] = mapped_column(default=OutboxState.WAITING)
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    lease: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    """Deliveries begun."""
    error: Mapped[str] = mapped_column(default="")
    batch: Mapped[str | None] = mapped_column(index=True)
    """For announcements that wait to be joined by later files: what they announce, and to which place.
    Of a notice of kind `waiting`: which of the two it is (`bot.reminding`)."""


class Unreachable(Table):
    """A mailbox to which mail of ours could not be delivered (`bot.bouncing`): one row for hard failures, one for soft."""

    __tablename__ = "unreachable"

    address: Mapped[str] = mapped_column(primary_key=True)
    hard: Mapped[bool] = mapped_column(primary_key=True)
    """Nor would the next mail be; False: for reasons that may pass (lesson L21)."""
    since: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]
    why: Mapped[str]
    """The last time, in words; partly a stranger's."""
    told_at: Mapped[datetime | None]
    """When the administrators were told."""


class Mention(Table):
    """A file spoken of in a notice; one row for each number that was given to it or to a name offered for it."""

    __tablename__ = "mentions"

    notice_id: Mapped[str] = mapped_column(ForeignKey("outbox.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), index=True)
    number: Mapped[int | None]
    """The number by which the reader may speak of it."""
    name: Mapped[str | None]
    """The name that this number stands for, where it is an offer."""
    sure: Mapped[bool] = mapped_column(default=False)
