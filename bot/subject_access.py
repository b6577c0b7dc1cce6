"""All that the record holds about one person, for the answer to a subject access request (UK GDPR, article 15).

Found are rows that name the person, or one of their addresses and accounts. What others wrote about them in words of their
own (comments, reasons, names of files) cannot be told from here: `postroom files list --search` finds it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.arrival import MAIL, Frozen
from bot.ledger.tables import (
    Decision,
    DestroyOrder,
    Entry,
    File,
    Identity,
    InboxItem,
    Link,
    OutboxItem,
    Person,
    Proof,
    Surface,
    Unreachable,
)

Where = Literal[
    "roster", "file", "history", "message", "notice", "decision", "destruction", "link", "proof", "home", "mailbox"
]


class Held(Frozen):
    """One thing that is on record."""

    where: Where
    at: datetime | None
    what: str
    about: str
    """A reference, or the number or id by which the other commands show it; empty where there is none."""
    words: str
    """What stands there in words."""


@dataclass(frozen=True)
class _Subject:
    person: Person | None
    names: Sequence[str]
    """Addresses and accounts by which they are known, or the one address that was asked about."""

    @property
    def number(self) -> int:
        return self.person.id if self.person else -1


def held(tx: Session, address: str) -> list[Held]:
    """All of it, by where it stands and then by age. Also of a leaver, and of an address that is nobody's."""
    known = select(Person).join(Identity).where(Identity.channel == MAIL, Identity.value == address)
    person = tx.scalar(known) or tx.scalar(select(Person).where(Person.email == address).order_by(Person.id.desc()))
    names = {address} | ({person.email, *(one.value for one in person.identities)} if person else set())
    subject = _Subject(person, sorted(names))
    parts = (
        _roster,
        _files,
        _history,
        _messages,
        _notices,
        _decisions,
        _destructions,
        _links,
        _proofs,
        _homes,
        _mailboxes,
    )
    return [one for part in parts for one in part(tx, subject)]


def _roster(tx: Session, subject: _Subject) -> Iterator[Held]:
    del tx
    if (person := subject.person) is None:
        return
    left = "left" if person.left_at else "on the list"
    yield Held(where="roster", at=person.left_at, what=left, about=person.email, words=person.name)
    for one in person.identities:
        yield Held(where="roster", at=None, what=f"known in {one.channel} by", about=one.value, words="")
    for duty in person.duties:
        yield Held(where="roster", at=None, what=duty.role.value, about=duty.scope, words="")


def _files(tx: Session, subject: _Subject) -> Iterator[Held]:
    theirs = select(File).where(File.sent_by == subject.number).order_by(File.sent_at, File.id)
    for file in tx.scalars(theirs).unique():
        words = "; ".join(filter(None, (file.name, file.comment)))
        yield Held(where="file", at=file.sent_at, what=f"sent, {file.status}", about=file.reference, words=words)


def _history(tx: Session, subject: _Subject) -> Iterator[Held]:
    theirs = select(Entry, File.reference).join(File, File.id == Entry.file_id).where(Entry.person_id == subject.number)
    for entry, reference in tx.execute(theirs.order_by(Entry.at, Entry.file_id, Entry.sequence)).unique():
        yield Held(where="history", at=entry.at, what=entry.act.value, about=reference, words=entry.why)


def _messages(tx: Session, subject: _Subject) -> Iterator[Held]:
    """Also such as only claim to be from them."""
    sender = func.lower(InboxItem.sender)
    theirs = or_(sender.in_(subject.names), *(sender.contains(f"<{name}>", autoescape=True) for name in subject.names))
    for item in tx.scalars(select(InboxItem).where(theirs).order_by(InboxItem.id)):
        words = "; ".join(filter(None, (item.subject, item.why)))
        yield Held(where="message", at=item.arrived_at, what=item.state.value, about=str(item.id), words=words)


def _notices(tx: Session, subject: _Subject) -> Iterator[Held]:
    theirs = or_(OutboxItem.person_id == subject.number, OutboxItem.recipient.in_(subject.names))
    for item in tx.scalars(select(OutboxItem).where(theirs).order_by(OutboxItem.created_at)):
        yield Held(where="notice", at=item.created_at, what=item.kind, about=item.id, words=item.error)


def _decisions(tx: Session, subject: _Subject) -> Iterator[Held]:
    theirs = or_(Decision.person_id == subject.number, Decision.sender.in_(subject.names))
    for one in tx.scalars(select(Decision).where(theirs).order_by(Decision.id)):
        yield Held(where="decision", at=one.at, what=one.act, about=str(one.item_id), words=one.why)


def _destructions(tx: Session, subject: _Subject) -> Iterator[Held]:
    theirs = select(DestroyOrder, File.reference).join(File, File.id == DestroyOrder.file_id)
    for order, reference in tx.execute(theirs.where(DestroyOrder.ordered_by == subject.number)).unique():
        yield Held(where="destruction", at=order.ordered_at, what="ordered", about=reference, words=order.why)


def _links(tx: Session, subject: _Subject) -> Iterator[Held]:
    theirs = select(Link).where(Link.person_id == subject.number).order_by(Link.made_at)
    for link in tx.scalars(theirs).unique():
        what = f"{link.purpose.value}, {'opened' if link.opened_at else 'not opened'}"
        yield Held(where="link", at=link.made_at, what=what, about=link.file.reference, words="")


def _proofs(tx: Session, subject: _Subject) -> Iterator[Held]:
    for proof in tx.scalars(select(Proof).where(Proof.person_id == subject.number).order_by(Proof.made_at)):
        what = f"an account in {proof.channel}, {'proven' if proof.used_at else 'not proven'}"
        yield Held(where="proof", at=proof.made_at, what=what, about=proof.identity, words=proof.name)


def _homes(tx: Session, subject: _Subject) -> Iterator[Held]:
    for one in tx.scalars(select(Surface).where(Surface.person_id == subject.number)):
        yield Held(where="home", at=None, what=f"opened in {one.channel}", about=one.place, words="")


def _mailboxes(tx: Session, subject: _Subject) -> Iterator[Held]:
    for row in tx.scalars(select(Unreachable).where(Unreachable.address.in_(subject.names))):
        yield Held(where="mailbox", at=row.last_at, what="cannot be reached", about=row.address, words=row.why)
