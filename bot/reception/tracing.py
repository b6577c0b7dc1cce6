"""Which notice of ours a message answers, and whether what is merely overheard is meant for us."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot import notices
from bot.arrival import Arrival
from bot.ledger.tables import File, Mention, OutboxItem, Surface
from bot.notices import Notice
from bot.rules import reference
from bot.rules.somebody import Somebody
from bot.telling import Asking

IN_PASSING = frozenset({
    notices.Copy.kind, notices.DeleteYourCopy.kind, notices.Help.kind, notices.History.kind, notices.Recalled.kind,
    notices.Unchanged.kind,
})  # fmt: skip
"""What ends nothing: whoever writes below it still answers what stood there before."""


def answered(tx: Session, arrival: Arrival, person: Somebody) -> OutboxItem | None:
    """The notice of ours that this message answers: the one pressed, the one in whose thread it stands; in mail by its
    address's token, else its headers, else its subject."""
    route = arrival.route
    if arrival.press:
        return tx.get(OutboxItem, arrival.press.notice)
    if route.place:
        return _in_thread(tx, arrival)
    if route.token and (found := tx.scalar(select(OutboxItem).where(OutboxItem.token == route.token))):
        return found
    return _referred_to(tx, route.references) or _spoke_of(tx, reference.find(arrival.subject), person)


def _referred_to(tx: Session, references: Sequence[str]) -> OutboxItem | None:
    """The first notice that these message ids are those of."""
    ids = [message_id.partition("@")[0] for message_id in references]
    if not ids:
        return None
    known = {one.id: one for one in tx.scalars(select(OutboxItem).where(OutboxItem.id.in_(ids)))}
    return next((known[one] for one in ids if one in known), None)


def returned_to(tx: Session, arrival: Arrival) -> OutboxItem | None:
    """The notice to whose own address this came: only a token finds it, for whoever knows it had the notice."""
    return tx.scalar(select(OutboxItem).where(OutboxItem.token == arrival.route.token)) if arrival.route.token else None


def is_for_us(tx: Session, arrival: Arrival, person: Somebody) -> bool:
    """Whether what is overheard is meant for us: it answers us; files, only if they answer what their owner was told."""
    notice = answered(tx, arrival, person)
    return notice is not None and (not arrival.brings or notice.person_id == person.id)


def is_worth_saying(answer: Notice, arrival: Arrival, asking: Asking) -> bool:
    """Whether an answer is owed. Below what another was told people also speak with one another: what is no command of
    theirs is left alone."""
    if arrival.addressed or (asking.answered and asking.answered.person_id == asking.person.id):
        return True
    if isinstance(answer, notices.UnknownCommand):
        return bool(answer.because)
    return not isinstance(answer, notices.Which) or bool(answer.candidates)


def _in_thread(tx: Session, arrival: Arrival) -> OutboxItem | None:
    """The newest notice that stands in the same thread of a chat, or begins it."""
    route = arrival.route
    there = (Surface.channel == arrival.channel) & (Surface.place == route.place)
    below = or_(Surface.thread == route.thread, Surface.stamp == route.thread)
    found = select(OutboxItem).join(Surface, Surface.notice_id == OutboxItem.id).where(there, below)
    asking = found.where(OutboxItem.kind.not_in(IN_PASSING))
    return tx.scalar(asking.order_by(OutboxItem.created_at.desc()).limit(1)) if route.thread else None


def _spoke_of(tx: Session, references: Sequence[str], person: Somebody) -> OutboxItem | None:
    """The newest notice to this person that spoke of one of these files."""
    if not references:
        return None
    spoke = select(OutboxItem).join(Mention, Mention.notice_id == OutboxItem.id).join(File, File.id == Mention.file_id)
    to_them = spoke.where(File.reference.in_(references), OutboxItem.person_id == person.id)
    return tx.scalar(to_them.order_by(OutboxItem.created_at.desc()).limit(1))
