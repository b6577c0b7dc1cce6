"""Alerts: what needs a person, told to the administrators, and bounded in number (`bot.digest`)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import digest, notices, roster
from bot.ledger.tables import OutboxItem
from bot.rules.somebody import Somebody
from bot.telling.occasions import Occasion
from bot.telling.posting import post


def alert(tx: Session, what: str, lines: Iterable[str], occasion: Occasion, *, but: str = "") -> bool:
    """Tell the administrators that something needs a person. `but`: not at this address. False: there is nobody to tell."""
    said = tuple(lines)
    told = [one for one in roster.administrators(tx) if one.email != but]
    for one in told:
        if digest.has_had_enough(tx, one.email, what, occasion.now, occasion.settings.email.alerts_per_hour):
            _hold_back(tx, what, said, occasion, one)
        else:
            post(tx, notices.Alert(what=what, lines=said), occasion, to=one.email, person=one)
    return bool(told)


def _hold_back(tx: Session, what: str, lines: Sequence[str], occasion: Occasion, one: Somebody) -> None:
    """Into the mail that tells later how many there were. One that was tried may have arrived: another takes its place."""
    item, now = digest.pending(tx, one.email), occasion.now
    before = notices.Alert.model_validate(item.facts) if item else None
    notice = digest.grown(before, what, lines, now)
    if item and not item.tries:
        item.facts, item.created_at = notice.model_dump(mode="json"), now
        return
    wait = max(item.next_at - now, timedelta(0)) if item else digest.due(tx, one.email, now)
    if item:
        tx.delete(item)
    post(tx, notice, occasion, to=one.email, person=one, wait=wait)


def alert_once(tx: Session, what: str, lines: Iterable[str], occasion: Occasion, *, within: timedelta) -> None:
    """`alert`, unless they were alerted to it within so long before."""
    if what not in recent_alerts(tx, occasion.now, within):
        alert(tx, what, lines, occasion)


def recent_alerts(tx: Session, now: datetime, within: timedelta) -> list[str]:
    """What the administrators were alerted to within so long before; not by a clock that was ahead then and was put back."""
    alerts = select(OutboxItem).where(OutboxItem.kind == notices.Alert.kind, digest.lately(now, within))
    found = [item.facts for item in tx.scalars(alerts)]
    return [str(facts["what"]) for facts in found] + [one["what"] for facts in found for one in facts.get("more", ())]
