"""What would become of a message: everything is done as always, in a transaction of which nothing stays."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from bot import notices
from bot.arrival import Arrival, Introduction, Kept, Unreadable
from bot.inbox import Claimed
from bot.ledger.entering import watched
from bot.ledger.tables import InboxItem, InboxState, OutboxItem
from bot.notices import Notice
from bot.receipts import Glance, Judged
from bot.reception import Prepared, Reception, Spoiled, proving
from bot.reception.sealing import Bench
from bot.reception.wanting import Shut

PART = "try"
"""Begins the name of each object that a rehearsal speaks of; there is none."""


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


@dataclass
class Weighing:
    """In the place of `Sealing`: contents are hashed as they stream past, and kept nowhere."""

    bench: Bench
    receipts: dict[str, Judged] = field(default_factory=dict)

    def sink(self, part: str) -> "Scale":
        """The place for this part of the message."""
        return Scale(f"{PART}-{part}", self)


@dataclass
class Scale:
    """Where the contents of one part go."""

    name: str
    weighing: Weighing
    size: int = 0
    glance: Glance = field(default_factory=Glance)

    def __post_init__(self) -> None:
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> None:
        """The next piece of the contents."""
        self.size += len(data)
        self._hash.update(data)
        self.glance.see(data)

    def finish(self) -> Kept:
        """That was all of it."""
        if judged := self.weighing.bench.judge(self.glance.contents()):
            self.weighing.receipts[self.name] = judged
        return Kept(size=self.size, sha256=self._hash.hexdigest(), object_id=self.name)

    def abandon(self) -> None:
        """There is nothing to forget."""


class Rehearsal(Reception):
    """Receives mail for trial: for whoever asks what would happen and why."""

    def rehearse(self, arrival: Arrival, raw: Iterator[bytes]) -> Rehearsed:
        """What would become of this message now. Nothing of it is stored, nobody is told anything.

        Raises `Later` where the record cannot be had.
        """
        looked = self._ledger.read_now(lambda tx: self._look(tx, arrival, known(arrival)))
        prepared = None if isinstance(looked, Shut) else self._weigh(arrival, raw)
        return self._ledger.rehearse_now(lambda tx: self._play(tx, self._enter(tx, arrival), prepared))

    def _weigh(self, arrival: Arrival, raw: Iterator[bytes]) -> Prepared | Spoiled:
        weighing = Weighing(Bench(self._keys))
        try:
            opened = self._readers[arrival.channel](raw, weighing.sink)
        except Unreadable as fault:
            return Spoiled(f"unreadable: {fault}", ())
        opened, brought = proving.apart(opened, weighing.receipts)
        return Prepared(opened, brought)

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
