"""The stored nouns. Typed rows without behaviour; what may happen to them is decided elsewhere."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from bot.ledger.base import Contents, InboxState, OutboxState, Table
from bot.ledger.kinds import Instant, Purpose
from bot.rules.authority import Role
from bot.rules.lifecycle import Act, Status

__all__ = [
    "Checkpoint", "Contents", "Decision", "DestroyOrder", "Duty", "Entry", "File", "Identity", "InboxItem", "InboxState", "Instant", "Link", "Mention", "Orphan", "OutboxItem", "OutboxState", "Person", "Proof", "Purpose", "Removal", "School", "Surface", "Table", "Unreachable", "Upkeep",
]  # fmt: skip


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


class DestroyOrder(Table):
    """The word that contents must go: committed with the change, carried out by the vault afterwards."""

    __tablename__ = "destroy_orders"
    __table_args__ = (Index("destroy_orders_of_file", "file_id"),)

    object_id: Mapped[str] = mapped_column(primary_key=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    """None for what never was a file, such as the raw message."""
    why: Mapped[str]
    ordered_at: Mapped[datetime]
    ordered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """None: Postroom itself."""
    done_at: Mapped[datetime | None] = mapped_column(index=True)


class Orphan(Table):
    """Something in the vault to which no row refers. It may be on its way: only what stays so is destroyed."""

    __tablename__ = "orphans"

    object_id: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]
    """When it was first seen to be one."""


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


class Surface(Table):
    """Something of ours that stands in a chat and shows how files are: it is drawn anew whenever that changes."""

    __tablename__ = "surfaces"
    __table_args__ = (
        UniqueConstraint("channel", "place", "stamp"), Index("surfaces_in_thread", "channel", "place", "thread"),
        Index("surfaces_due", "next_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    place: Mapped[str]
    """The conversation; for a home the identity of who sees it."""
    stamp: Mapped[str]
    """Which message of the conversation; empty for a home."""
    thread: Mapped[str] = mapped_column(default="")
    """The message below which it stands, if any."""
    notice_id: Mapped[str | None] = mapped_column(ForeignKey("outbox.id"), index=True)
    """What it tells; None for a home."""
    live: Mapped[bool] = mapped_column(default=True)
    """It shows how files stand; one that is not only tells what somebody did once."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    """Whose home it is."""
    view: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What its reader chose to see of it, such as filters."""
    wanted: Mapped[int] = mapped_column(default=0)
    """Raised whenever it should look otherwise."""
    drawn: Mapped[int] = mapped_column(default=0)
    """What `wanted` was when it was drawn last."""
    next_at: Mapped[datetime | None]
    """When it is due to be drawn; None: it is as it should be."""
    tries: Mapped[int] = mapped_column(default=0)


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


class Upkeep(Table):
    """What keeps Postroom going, and when it was done last, or until when it rests (`bot.ledger.upkeep`)."""

    __tablename__ = "upkeep"

    what: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
