"""What is chosen in the menus of a list that stands in a chat: kept beside it, and it is drawn anew.

Whoever may not, and whatever was not offered, changes nothing: what comes back from a menu finds, it never authorises.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from sqlalchemy.orm import Session

from bot import listing, notices, roster, school_desk, standing
from bot.arrival import Route
from bot.clock import Clock
from bot.ledger import surfaces
from bot.ledger.tables import OutboxItem, Surface
from bot.notices import Choice
from bot.settings import Settings
from bot.telling import Asking

TEXT_CHARACTERS_MAX = 100
PAGE_DIGITS_MAX = 6
PERIODS = get_args(Choice.model_fields["period"].annotation)


@dataclass(frozen=True)
class Chosen:
    """Somebody chose something."""

    channel: str
    sender: str
    """Who, as the channel proved it."""
    place: str
    """Where; of a home the same as `sender`."""
    stamp: str
    """In which message; empty in a home."""
    what: str
    """`period`, `first`, `last`, `by`, `status`, `find`, `turn`, `queue` or `clear`."""
    values: Sequence[str]
    address: str = ""
    """The mailbox that the channel vouches for, where they are not known by their identity yet."""


Change = dict[str, object] | None
"""What of a choice is changed; None: nothing, for it was not offered."""


def choose(tx: Session, chosen: Chosen, settings: Settings, clock: Clock) -> bool:
    """Keep it, and have the list drawn anew. False: nothing was changed."""
    surface = surfaces.at(tx, chosen.channel, chosen.place, chosen.stamp)
    item = tx.get(OutboxItem, surface.notice_id) if surface and surface.notice_id else None
    if surface is None or not _is_theirs(surface, item, chosen):
        return False
    person = roster.recognise(tx, chosen.channel, chosen.sender, chosen.address)
    told = notices.Status.model_validate(item.facts) if item else None
    if person is None or person.id != (item or surface).person_id or (told and told.menu is None):
        return False
    if not roster.is_anybody(person):
        return False
    route = Route.model_validate(item.route) if item else None
    asking = standing.asking(person, surface, settings, clock, route=route)
    before = listing.kept(surface.view, told.menu.choice if told and told.menu else Choice())
    change = CHANGES[chosen.what](tx, before, chosen.values, asking) if chosen.what in CHANGES else None
    if change is None:
        return False
    _keep(tx, surface, before.model_copy(update=change), asking)
    if item and told:
        standing.speak_of(tx, item, school_desk.chosen(tx, told, standing.choice(surface), asking))
    return True


def _is_theirs(surface: Surface, item: OutboxItem | None, chosen: Chosen) -> bool:
    """Whether it is a list, and stands before whoever chose."""
    if item is None:
        return surface.stamp == "" and surface.place == chosen.sender
    return item.kind == notices.Status.kind and item.recipient == chosen.sender


def _keep(tx: Session, surface: Surface, choice: Choice, asking: Asking) -> None:
    surface.view = choice.model_dump(mode="json")
    tx.flush()
    surfaces.want(tx, surface.id, asking.now)


def _period(tx: Session, before: Choice, values: Sequence[str], asking: Asking) -> Change:
    """Of dates, those in force are the first to be chosen from."""
    del tx
    if values[:1] == ["dates"]:
        now = listing.period(before, asking)
        return {"period": "dates", "first": now.first, "last": now.last, "page": 0}
    return {"period": values[0], "first": None, "last": None, "page": 0} if values and values[0] in PERIODS else None


def _first(tx: Session, before: Choice, values: Sequence[str], asking: Asking) -> Change:
    """A day after the last takes that with it."""
    del tx
    day, last = _day(values), listing.period(before, asking).last
    return {"period": "dates", "first": day, "last": max(day, last), "page": 0} if day else None


def _last(tx: Session, before: Choice, values: Sequence[str], asking: Asking) -> Change:
    del tx
    day, first = _day(values), listing.period(before, asking).first
    return {"period": "dates", "first": min(day, first), "last": day, "page": 0} if day else None


def _day(values: Sequence[str]) -> date | None:
    try:
        day = date.fromisoformat("".join(values))
    except ValueError:
        return None
    return day if listing.EARLIEST <= day <= listing.LATEST else None


def _by(tx: Session, before: Choice, values: Sequence[str], asking: Asking) -> Change:
    """Only somebody of whom they may see a file: a foreign number tells nothing, not even that it is somebody's."""
    number = _number(values)
    if number is None or (number and number not in {one for one, _ in listing.senders(tx, before, asking)}):
        return None
    return {"sent_by": number, "named": "", "page": 0}


def _status(tx: Session, before: Choice, values: Sequence[str], asking: Asking) -> Change:
    """None of them: those that are shown by themselves."""
    del tx, before, asking
    offered = [status for status in listing.CAN_BE_CHOSEN if status in values]
    if len(offered) != len(values):
        return None
    by_itself = set(offered) == set(listing.SHOWN_BY_DEFAULT)
    return {"statuses": () if by_itself else tuple(status.value for status in offered), "page": 0}


def _find(tx: Session, before: Choice, values: Sequence[str], asking: Asking) -> Change:
    del tx, before, asking
    return {"text": " ".join(" ".join(values).split())[:TEXT_CHARACTERS_MAX], "page": 0}


def _turn(tx: Session, before: Choice, values: Sequence[str], asking: Asking) -> Change:
    del tx, before, asking
    number = _number(values)
    return None if number is None else {"page": number}


def _queue(tx: Session, before: Choice, values: Sequence[str], asking: Asking) -> Change:
    del tx, before, asking
    number = _number(values)
    return None if number is None else {"queue": number}


def _clear(tx: Session, before: Choice, values: Sequence[str], asking: Asking) -> Change:
    del tx, values, asking
    return dict(Choice(queue=before.queue))


def _number(values: Sequence[str]) -> int | None:
    text = "".join(values)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= PAGE_DIGITS_MAX else None


CHANGES: dict[str, Callable[[Session, Choice, Sequence[str], Asking], Change]] = {
    "period": _period, "first": _first, "last": _last, "by": _by, "status": _status, "find": _find, "turn": _turn,
    "queue": _queue, "clear": _clear,
}  # fmt: skip
"""What each menu changes."""
