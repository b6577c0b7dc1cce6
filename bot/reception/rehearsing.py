"""What would become of a message: everything is done as always, in a transaction of which nothing stays."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot import notices
from bot.arrival import Arrival, Introduction
from bot.inbox import Claimed
from bot.ledger.entering import watched
from bot.ledger.tables import InboxItem, InboxState, OutboxItem
from bot.notices import Notice
from bot.preparing import Prepared, Spoiled, weigh
from bot.preparing.weighing import PART
from bot.reception import Reception
from bot.reception.wanting import Shut


@dataclass(frozen=True)
class Told:
    """One notice that would be sent."""

    notice: Notice
    to: str
    channel: str


@dataclass(frozen=True)
class Rehearsed:
    """What would become of a message."""

    state: InboxState
    """How it would end."""
    why: str
    """Why it would not be served; empty where it would be."""
    person: str
    """Who speaks, by the name on the roster; empty where it is nobody on it, or nobody looked."""
    told: tuple[Told, ...]
    """To whoever would be told anything, in the order in which it would be sent."""


class Rehearsal(Reception):
    """Receives mail for trial: for whoever asks what would happen and why."""

    def rehearse(self, arrival: Arrival, raw: Iterator[bytes]) -> Rehearsed:
        """What would become of this message now. Nothing of it is stored, nobody is told anything.

        Raises `Later` where the record cannot be had.
        """
        looked = self._ledger.read_now(lambda tx: self._look(tx, arrival, known(arrival)))
        prepared = None if isinstance(looked, Shut) else weigh(self._readers[arrival.channel], raw, self._keys)
        return self._ledger.rehearse_now(lambda tx: self._play(tx, self._enter(tx, arrival), prepared))

    def _play(self, tx: Session, item: Claimed, prepared: Prepared | Spoiled | None) -> Rehearsed:
        """Have it served, and see what comes of it. Whoever calls undoes it."""
        arrival = item.arrival
        looked = self._look(tx, arrival, known(arrival))
        with watched(tx) as entered:
            if isinstance(looked, Shut):
                self._end(tx, item, looked)
            elif prepared:
                self._settle(tx, item, prepared, known(arrival))
            tx.flush()
        row = tx.get_one(InboxItem, item.id)
        tx.refresh(row)
        person = "" if isinstance(looked, Shut) else looked.name
        told = (one for one in entered if isinstance(one, OutboxItem))
        return Rehearsed(row.state, row.why, person, tuple(map(_told, told)))

    def _enter(self, tx: Session, arrival: Arrival) -> Claimed:
        """As if it had been taken in and were being handled. It may have been taken in before, in truth."""
        now, token = self._clock.now(), self._clock.token()
        row = InboxItem(
            channel=arrival.channel, key=token, state=InboxState.WORKING, arrived_at=now, next_at=now, lease=token,
            sender=arrival.sender, subject=arrival.subject, arrival=arrival.model_dump(mode="json"),
            object_id=f"{PART}-{token}", sealed=None,
        )  # fmt: skip
        tx.add(row)
        tx.flush()
        return Claimed(row.id, token, 0, arrival, now, row.object_id, None)


def known(arrival: Arrival) -> Introduction:
    """What is known of who writes a mail."""
    return Introduction(address=arrival.sender)


def _told(item: OutboxItem) -> Told:
    return Told(notices.KINDS[item.kind].model_validate(item.facts), item.recipient, item.channel)
