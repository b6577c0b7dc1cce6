"""What is told to whoever changes a message that brought files, or takes it away: nothing that was sent changes by that."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import notices, telling
from bot.arrival import SLACK, Arrival
from bot.ledger import Later
from bot.ledger.tables import File, InboxItem, InboxState, Mention, OutboxItem
from bot.rules.lifecycle import Status
from bot.rules.somebody import Somebody
from bot.telling import Asking, Occasion, facts

TOOK_IN = (notices.Receipt.kind, notices.Advice.kind, notices.Mixed.kind, notices.Duplicate.kind)
"""How the message was answered that brought the files."""
GONE = (Status.DISCARDED, Status.RECALLED, Status.INFECTED)
"""There is nothing left to take back."""


def answer(tx: Session, arrival: Arrival, person: Somebody, occasion: Occasion) -> None:
    """Tell them once how their files stand. Raises `Later` while the message itself still waits."""
    assert arrival.change is not None  # noqa: S101 - whoever calls has looked
    if arrival.change.what == "deleted" and is_wished(occasion):
        return
    if _waits(tx, arrival):
        raise Later("the message that was changed still waits")
    if brought := _brought(tx, arrival, person):
        told = tuple(facts(file, occasion.settings) for file in brought)
        notice = notices.Unchanged(files=told, how=arrival.change.what)
        telling.post(tx, notice, occasion, to=arrival.sender, person=person, threaded=True)


def ask_to_delete(tx: Session, arrival: Arrival, copies: Sequence[notices.KeptCopy], asking: Asking) -> None:
    """The chat keeps what it brought: its owner is asked to delete it, where that is wished."""
    if copies and arrival.channel == SLACK and is_wished(asking):
        telling.reply(tx, notices.DeleteYourCopy(copies=tuple(copies)), asking)


def is_wished(occasion: Occasion) -> bool:
    """Whether the copies that the chat keeps are to be deleted."""
    slack = occasion.settings.slack
    return slack is not None and slack.delete_copy


def _waits(tx: Session, arrival: Arrival) -> bool:
    assert arrival.change is not None  # noqa: S101 - as above
    first = (InboxItem.channel == arrival.channel) & (InboxItem.key == arrival.change.message)
    open_still = InboxItem.state.in_((InboxState.WAITING, InboxState.WORKING))
    return tx.scalar(select(InboxItem.id).where(first, open_still)) is not None


def _brought(tx: Session, arrival: Arrival, person: Somebody) -> list[File]:
    """The files that came with the message, as far as they are theirs and there is anything left of them."""
    assert arrival.change is not None  # noqa: S101 - as above
    to_them = (OutboxItem.recipient == arrival.sender) & OutboxItem.kind.in_(TOOK_IN)
    answers = OutboxItem.route["message_id"].as_string() == arrival.change.message
    told = select(Mention.file_id).join(OutboxItem, OutboxItem.id == Mention.notice_id).where(to_them, answers)
    theirs = select(File).where(File.id.in_(told), File.sent_by == person.id, File.status.not_in(GONE))
    return list(tx.scalars(theirs.order_by(File.id)).unique())
