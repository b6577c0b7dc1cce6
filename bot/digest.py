"""Alerts are bounded in number: who has had many within an hour is sent the rest of them in one mail at its end.

That mail counts how many there were of each and shows some, so that nothing is lost that needs a person. It grows in the
outbox until it is due; whatever happens, an administrator has no more than `alerts_per_hour` mails an hour and this one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.ledger.tables import OutboxItem, OutboxState
from bot.notices import Alert, More

WITHIN = timedelta(hours=1)
A_MOMENT = timedelta(minutes=1)
"""So far ahead of the clock what is posted now may be said to have been posted."""
ALIKE_MAX = 4
"""Alerts of one wording within that time that are sent at once: of further ones there is little news in each."""
KINDS_MAX = 30
"""Wordings that one mail tells apart."""
LINES_MAX = 6
"""Lines that it shows of each."""
OTHERS = "Other alerts"
UNDELIVERED = (OutboxState.WAITING, OutboxState.SENDING)


def has_had_enough(tx: Session, recipient: str, what: str, now: datetime, most: int) -> bool:
    """Whether this address was alerted so often of late, or of the same so often, that this alert must wait.

    What was not delivered yet counts however old it is: a mail server that comes back brings all of it at once.
    """
    theirs = select(OutboxItem).where(OutboxItem.recipient == recipient, OutboxItem.kind == Alert.kind)
    late = tx.scalars(theirs.where(lately(now))).all()
    open_still = tx.scalars(theirs.where(OutboxItem.state.in_(UNDELIVERED))).all()
    told = {item.id: str(item.facts["what"]) for item in (*late, *open_still) if not item.facts.get("more")}
    return len(told) >= most or list(told.values()).count(what) >= ALIKE_MAX


def pending(tx: Session, recipient: str) -> OutboxItem | None:
    """The mail that grows until it is due; None where there is none."""
    theirs = select(OutboxItem).where(OutboxItem.recipient == recipient, OutboxItem.state == OutboxState.WAITING)
    alerts = tx.scalars(theirs.where(OutboxItem.kind == Alert.kind))
    return next((item for item in alerts if item.facts.get("more")), None)


def due(tx: Session, recipient: str, now: datetime) -> timedelta:
    """How long it grows: until an hour after the first alert of late was sent."""
    theirs = select(OutboxItem.created_at).where(OutboxItem.recipient == recipient, OutboxItem.kind == Alert.kind)
    first = tx.scalar(theirs.where(lately(now)).order_by(OutboxItem.created_at).limit(1))
    return first + WITHIN - now if first else WITHIN


def lately(now: datetime, within: timedelta = WITHIN) -> ColumnElement[bool]:
    """Posted within so long before; not what a clock that was ahead then, and was put back, says to be still to come. Those
    posted at one moment are a microsecond apart (`bot.telling.post`)."""
    return (OutboxItem.created_at > now - within) & (OutboxItem.created_at <= now + A_MOMENT)


def grown(before: Alert | None, what: str, lines: Sequence[str], now: datetime) -> Alert:
    """The mail with one alert more."""
    more = list(before.more) if before else []
    at = next((number for number, one in enumerate(more) if one.what == what), None)
    if at is None and len(more) >= KINDS_MAX - 1:
        what, lines = OTHERS, (what,)
        at = next((number for number, one in enumerate(more) if one.what == OTHERS), None)
    if at is None:
        more.append(More(what=what, count=1, since=now, lines=tuple(lines[:LINES_MAX])))
    else:
        one = more[at]
        shown = tuple(dict.fromkeys((*one.lines, *lines)))[:LINES_MAX]
        more[at] = one.model_copy(update={"count": one.count + 1, "lines": shown})
    count = sum(one.count for one in more)
    return Alert(what=f"{count} more alert{'s' if count > 1 else ''}", more=tuple(more))
