"""What an administrator decides on a message in quarantine: the same by mail, in a chat and at the command line.

One transaction each; of several who decide, exactly one wins, and the others hear who did what, when.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import notices, roster, telling
from bot.arrival import MAIL, Arrival
from bot.ledger import Later, files
from bot.ledger.tables import Decision, DestroyOrder, InboxItem, InboxState
from bot.rules import address
from bot.rules.somebody import Somebody
from bot.settings import Settings
from bot.telling import Occasion

Act = Literal["release", "retry", "discard"]

OPEN = frozenset({InboxState.WAITING, InboxState.QUARANTINED})
"""What can still be decided on at the server: neither being handled at this moment nor finished."""
LYING = frozenset({InboxState.QUARANTINED})
ITSELF = "postroom"
"""The channel of what Postroom does by itself, as history names it."""
REASON_CHARACTERS_MAX = 500
"""So much of a reason is kept and told."""


@dataclass(frozen=True)
class Wish:
    """What is to become of one message."""

    item: int
    act: Act
    sender: str = ""
    """As whom it is to be released; empty: as whom it names itself."""
    reason: str = ""


@dataclass(frozen=True)
class Decider:
    """Who decides, and through which channel."""

    channel: str
    person: Somebody | None = None
    """None: whoever has the server's command line."""

    @property
    def name(self) -> str:
        """In words, for the record."""
        if self.person:
            return self.person.name
        return "Postroom" if self.channel == ITSELF else f"an administrator ({self.channel})"


Verdict = Literal[
    "done", "settled", "busy", "unknown", "nameless", "unlisted", "shared", "retry", "which", "one-by-one"
]
"""`settled`: somebody was quicker; `nameless`: no single address; `unlisted`: that is nobody who may send; `retry`: there
is nothing to release, for who sent it was never in doubt; the last two: it is not clear which are meant."""


@dataclass(frozen=True)
class Result:
    """What came of a wish."""

    verdict: Verdict
    sender: str = ""
    """As whom it was released, or who may not send."""
    by: str = ""
    """Who was quicker."""
    at: datetime | None = None
    act: str = ""
    """What they did; empty where that is not on record."""
    state: str = ""
    """How the message stands, where nothing can be decided on it."""


def decide(
    tx: Session, wish: Wish, by: Decider, occasion: Occasion, *, among: Collection[InboxState] = LYING
) -> Result:
    """Do it, or say why not. Raises `Later` while what an earlier try left is still to be destroyed."""
    item = tx.get(InboxItem, wish.item)
    if item is None:
        return Result("unknown")
    if item.state not in among:
        return _settled(tx, item)
    return DO[wish.act](tx, item, wish, by, occasion)


def expire(tx: Session, item: InboxItem, days: int, occasion: Occasion) -> None:
    """It lay there for so many days and nobody settled it: destroyed as if somebody had discarded it."""
    wish = Wish(item.id, "discard", reason=f"nobody settled it within {days} days")
    _destroy(tx, item, wish, Decider(ITSELF), occasion)
    tell_sender(tx, item, occasion, expired=True)


def decisions(tx: Session, item_id: int) -> Sequence[Decision]:
    """All that was decided on a message, oldest first."""
    return tx.scalars(select(Decision).where(Decision.item_id == item_id).order_by(Decision.id)).all()


def _settled(tx: Session, item: InboxItem) -> Result:
    made = decisions(tx, item.id)
    if not made:
        return Result("busy" if item.state is InboxState.WORKING else "settled", state=item.state)
    last = made[-1]
    return Result(
        "settled",
        by=Decider(last.channel, last.person).name,
        at=last.at,
        act=last.act,
        state=item.state,
    )


def _release(tx: Session, item: InboxItem, wish: Wish, by: Decider, occasion: Occasion) -> Result:
    """Have it handled as if that person had proven that it is theirs."""
    if item.state is not InboxState.QUARANTINED:
        return _settled(tx, item)
    if item.channel != MAIL:
        return Result("retry")
    sender = address.normal(wish.sender or bare(item.sender))
    if sender is None:
        return Result("nameless", sender=wish.sender or item.sender)
    if refusal := may_not_send(tx, sender, occasion.settings):
        return Result(refusal, sender=sender)
    arrival = Arrival.model_validate(item.arrival)
    believed = f"released from quarantine by {by.name}"
    proven = bool(arrival.believed) and sender == arrival.sender
    if proven:
        believed += f"; {arrival.believed}"
    vouched: dict[str, Any] = {
        "sender": sender, "automatic": None, "automatic_sure": True, "unproven": None, "posted_by": None, "believed": believed,
        "vouched": not proven or arrival.posted_by is not None,
    }  # fmt: skip
    document = arrival.model_copy(update=vouched).model_dump(mode="json")
    _again(tx, item, occasion, arrival=document, sender=sender)
    _record(tx, item, wish, by, occasion, sender=sender)
    return Result("done", sender=sender)


def _retry(tx: Session, item: InboxItem, wish: Wish, by: Decider, occasion: Occasion) -> Result:
    """Have it handled once more as it is."""
    _again(tx, item, occasion)
    _record(tx, item, wish, by, occasion)
    return Result("done")


def _discard(tx: Session, item: InboxItem, wish: Wish, by: Decider, occasion: Occasion) -> Result:
    """Handle it no more and destroy it; who is proven to have sent it hears that, for nothing is lost in silence."""
    _destroy(tx, item, wish, by, occasion)
    tell_sender(tx, item, occasion, reason=wish.reason[:REASON_CHARACTERS_MAX])
    return Result("done")


def _destroy(tx: Session, item: InboxItem, wish: Wish, by: Decider, occasion: Occasion) -> None:
    reason = f": {wish.reason[:REASON_CHARACTERS_MAX]}" if wish.reason else ""
    _change(tx, item, state=InboxState.DISCARDED, sealed=None, why=f"discarded by {by.name}{reason} ({item.why})")
    files.order_destruction(tx, item.object_id, why="discarded", now=occasion.now)
    _record(tx, item, wish, by, occasion)


DO: dict[str, Callable[[Session, InboxItem, Wish, Decider, Occasion], Result]] = {
    "release": _release, "retry": _retry, "discard": _discard,
}  # fmt: skip


def _again(tx: Session, item: InboxItem, occasion: Occasion, **columns: Any) -> None:
    begun = select(DestroyOrder.object_id).where(
        DestroyOrder.object_id.startswith(prefix(item.id)), DestroyOrder.done_at.is_(None)
    )
    if tx.scalar(begun.limit(1)) is not None:  # it would be destroyed after it has been sealed anew under the same name
        raise Later(f"what an earlier try left of message {item.id} is still to be destroyed")
    _change(tx, item, state=InboxState.WAITING, next_at=occasion.now, tries=0, **columns)


def _change(tx: Session, item: InboxItem, **columns: Any) -> None:
    same = update(InboxItem).where(InboxItem.id == item.id, InboxItem.state == item.state)
    if tx.execute(same.values(**columns).returning(InboxItem.id)).first() is None:
        raise Later(f"message {item.id} changed at this moment")
    tx.expire(item)


def _record(tx: Session, item: InboxItem, wish: Wish, by: Decider, occasion: Occasion, *, sender: str = "") -> None:
    tx.add(Decision(
        item_id=item.id, act=wish.act, at=occasion.now, person_id=by.person.id if by.person else None, channel=by.channel,
        sender=sender, why=wish.reason[:REASON_CHARACTERS_MAX], swept=wish.act != "discard",
    ))  # fmt: skip
    tx.flush()


def tell_sender(tx: Session, item: InboxItem, occasion: Occasion, *, reason: str = "", expired: bool = False) -> None:
    """Tell whoever is proven to have sent it that nothing of it was taken; an unproven sender is never answered (lesson
    L19). A machine may have sent it in their name: a person decided now, once, so no loop can live on it.

    `expired`: nobody decided on it for as long as it is kept.
    """
    arrival = Arrival.model_validate(item.arrival)
    person = roster.who(tx, item.channel, arrival.sender)
    if arrival.unproven is not None or person is None or not roster.is_anybody(person):
        return
    notice = notices.NotTaken(
        subject=arrival.subject, sent_at=item.arrived_at, why=reason, expired=expired, by_machine=arrival.automatic is not None,
    )  # fmt: skip
    theirs = Occasion(
        settings=occasion.settings, clock=occasion.clock, now=occasion.now, route=arrival.route, channel=item.channel
    )
    telling.post(tx, notice, theirs, to=arrival.sender, person=person, threaded=True)


def may_not_send(tx: Session, sender: str, settings: Settings) -> Literal["", "unlisted", "shared"]:
    """Why this address may not send; empty where it may."""
    if settings.access.refuse_shared and (
        address.is_shared(sender, settings.access.shared_mailboxes)
        or address.is_personal(sender, settings.access.personal_domains)
    ):
        return "shared"
    person = roster.who(tx, MAIL, sender)
    return "" if person and roster.schools_of(tx, person) else "unlisted"


def prefix(item_id: int) -> str:
    """How the names of all begin that was sealed of a message's files (`bot.reception`)."""
    return f"f{item_id}-"


def bare(text: str) -> str:
    """The address in `Name <address>`; the text itself where it is anything else (lesson L1)."""
    before, opening, rest = text.partition("<")
    inside, _, after = rest.partition(">")
    return inside if opening and not after.strip() and "@" not in before else text
