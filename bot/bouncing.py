"""What could not be delivered: the mailbox is marked, and the administrators hear of it (lessons L21 and L22).

A mark stops nothing: whatever is due to the mailbox is still tried. It ends when its owner writes to us from it, or when
something was delivered to it and nothing came back for some days.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, bindparam, delete, select
from sqlalchemy.orm import Session

from bot import notices, roster, telling
from bot.arrival import MAIL
from bot.ledger.prepared import Prepared
from bot.ledger.tables import OutboxItem, OutboxState, Person, Unreachable
from bot.notices import Notice
from bot.rules import bounce
from bot.rules.authority import ALL, OF_A_SCHOOL, Appointment
from bot.rules.bounce import Report, Severity
from bot.rules.somebody import Somebody
from bot.settings import Settings
from bot.telling import Occasion

log = structlog.get_logger()

QUIET = timedelta(days=5)
"""Mail servers give up after four to five days (RFC 5321, section 4.5.4.1): what has not come back by then arrived."""
DELAYS_MAX = 3
DELAYED_FOR = timedelta(days=2)
"""So many delays over so long are told of: one of them is nothing that anybody need know."""
AGAIN = timedelta(days=1)
"""The same is told of one mailbox once a day at most, however often its mark ends and begins again."""
CALLED = {
    notices.Receipt.kind: "a receipt",
    notices.Advice.kind: "advice on a file that was not sent yet",
    notices.Rejected.kind: "the news of a rejection",
    notices.NewFiles.kind: "the announcement of files",
    notices.Alert.kind: "an alert like this one",
}
"""Notices in words; others by their kind."""
REMEDY = (
    "Please tell them by telephone. If the address is wrong, add the right one with postroom people add and take the old "
    "one away with postroom people remove, or correct the file that you import. What else is due to it is still tried."
)
REMEDY_AT_A_PLACE = (
    "Please see that whoever reads it knows, and correct the address there if it is wrong. What else is due to it is "
    "still tried."
)
HEARD: Prepared[str] = Prepared(
    delete(Unreachable).where(Unreachable.address == bindparam("address"), Unreachable.hard.is_(True))
)
DUTY = "A headteacher is to hear of every rejection, for what their school sent may have been the wrong child's."
"""docs/rules.md, «A file's life»."""


def take(tx: Session, item: OutboxItem, reports: Sequence[Report], occasion: Occasion) -> str:
    """What mail systems report of a notice's delivery has come: its effects, and in words for the record what it said."""
    found = bounce.worst(reports, item.recipient)
    is_known = item.state is OutboxState.FAILED
    if found.severity is Severity.DELAYED and not is_known:
        _delayed(tx, item, found, occasion)
    elif found.severity > Severity.DELAYED and not is_known:
        # no delivery that is still being settled may undo this
        item.state, item.error, item.lease = OutboxState.FAILED, f"came back: {found.why}", None
        _failed(tx, item, found, occasion)
    said = "nothing failed" if found.severity is Severity.NOTHING else found.why
    return f"a report on the delivery of {item.kind} {item.id}: {said}"


def refused(tx: Session, item: OutboxItem, occasion: Occasion) -> None:
    """Our own mail server has refused this notice for good: that is known at once and no less."""
    _failed(tx, item, Report(action="failed", status=bounce.status_in(item.error), diagnostic=item.error), occasion)


def heard(tx: Session, address: str) -> None:
    """Somebody proven has written from this mailbox: they have it, so its mark ends. Of delays that says nothing."""
    HEARD.change(tx, {"address": address})


def marked(tx: Session, settings: Settings, now: datetime) -> list[Unreachable]:
    """The mailboxes to which mail cannot be delivered, as far as is known: those that somebody or some service still has."""
    hard = select(Unreachable).where(Unreachable.hard.is_(True), ~_is_over(now)).order_by(Unreachable.address)
    return [one for one in tx.scalars(hard) if _is_known(tx, one.address, settings)]


def _is_known(tx: Session, address: str, settings: Settings) -> bool:
    return bool(_services_at(address, settings)) or roster.who(tx, MAIL, address) is not None


def _services_at(address: str, settings: Settings) -> list[str]:
    """The services that are told of new files there."""
    return [one.code for one in settings.services if address in one.announce]


def _is_over(now: datetime) -> ColumnElement[bool]:
    """Something was delivered after the last failure, long enough ago to have come back."""
    after = (OutboxItem.recipient == Unreachable.address) & (OutboxItem.created_at > Unreachable.last_at)
    arrived = (OutboxItem.state == OutboxState.SENT) & (OutboxItem.created_at < now - QUIET)
    return select(OutboxItem.id).where(OutboxItem.channel == MAIL, after, arrived).exists()


def _counted(tx: Session, address: str, found: Report, now: datetime) -> Unreachable:
    """The mark of this mailbox, with one failure more."""
    hard = found.severity is Severity.HARD
    mark = (Unreachable.address == address) & Unreachable.hard.is_(hard)
    tx.execute(delete(Unreachable).where(mark, _is_over(now)).execution_options(synchronize_session="fetch"))
    row = tx.scalar(select(Unreachable).where(mark))
    if row is None:
        row = Unreachable(address=address, hard=hard, since=now, times=0)
        tx.add(row)
    row.times, row.last_at, row.why = row.times + 1, now, found.why
    tx.flush()
    return row


def _delayed(tx: Session, item: OutboxItem, found: Report, occasion: Occasion) -> None:
    if not _is_known(tx, item.recipient, occasion.settings):
        return
    row = _counted(tx, item.recipient, found, occasion.now)
    item.error = f"delayed: {found.why}"
    if row.told_at is None and row.times >= DELAYS_MAX and row.last_at - row.since >= DELAYED_FOR:
        lines = [*_whose(tx, item, occasion.settings), f"The reason: {found.why}.", "It is still being tried."]
        _tell(tx, row, f"Mail to {item.recipient} keeps being delayed", lines, occasion)


def _failed(tx: Session, item: OutboxItem, found: Report, occasion: Occasion) -> None:
    notice = notices.KINDS[item.kind].model_validate(item.facts)
    untold = list(_headteacher_of(tx, item, notice))
    if not untold and not _is_known(tx, item.recipient, occasion.settings):
        return  # a stranger's mailbox, or a leaver's: that is nobody's concern
    row = _counted(tx, item.recipient, found, occasion.now)
    if untold:
        lines = [*untold, f"The mail could not be delivered: {found.why}.", DUTY, REMEDY]
        _tell(tx, row, "A headteacher was not told of a rejection: please telephone", lines, occasion)
    elif row.told_at is None or found.severity is Severity.GIVEN_UP:
        _tell_of_mailbox(tx, row, item, notice, occasion)


def _tell_of_mailbox(tx: Session, row: Unreachable, item: OutboxItem, notice: Notice, occasion: Occasion) -> None:
    what = f"Mail to {row.address} cannot be delivered"
    if what in telling.recent_alerts(tx, occasion.now, AGAIN):
        return
    remedy = REMEDY_AT_A_PLACE if _services_at(row.address, occasion.settings) else REMEDY
    lines = [*_whose(tx, item, occasion.settings), f"The reason: {row.why}.", _lost(notice), remedy]
    _tell(tx, row, what, lines, occasion)


def _headteacher_of(tx: Session, item: OutboxItem, notice: Notice) -> Iterator[str]:
    """Of which rejections a headteacher has not heard, where this notice was to tell them (lesson L22)."""
    if not isinstance(notice, notices.Rejected) or item.person_id is None:
        return
    person = tx.get_one(Person, item.person_id)
    for file in notice.files:
        leading = {one.id for one in roster.headteachers(tx, file.school)}
        if notice.reader == "headteacher" or person.id in leading:
            yield (
                f"{person.name} ({item.recipient}), headteacher of {file.school_name} ({file.school}): {notice.by} has "
                f"rejected {file.name} ({file.reference}), which {file.sent_by} sent. The reason given: {notice.why}"
            )


def _whose(tx: Session, item: OutboxItem, settings: Settings) -> Iterator[str]:
    """Who reads this mailbox, and what they are."""
    if places := _services_at(item.recipient, settings):
        yield f"It is where {', '.join(places)} hears of new files: announce in services.toml."
    if person := roster.who(tx, MAIL, item.recipient):
        yield f"It is the address of {person.name}: {_roles(person)}."


def _roles(person: Somebody) -> str:
    held = sorted(roster.appointments(person), key=lambda one: (one.role, one.scope))
    return "; ".join(f"{one.role} of {_scope(one)}" for one in held)


def _scope(held: Appointment) -> str:
    kind = "school" if held.role in OF_A_SCHOOL else "service"
    return f"every {kind}" if held.scope == ALL else f"{kind} {held.scope}"


def _lost(notice: Notice) -> str:
    named = ", ".join(f"{file.name} ({file.reference})" for file in dict.fromkeys(notice.mentioned()))
    what = CALLED.get(notice.kind, f"a notice ({notice.kind})")
    return f"What could not be delivered: {what}{f' about {named}' if named else ''}."


def _tell(tx: Session, row: Unreachable, what: str, lines: Sequence[str], occasion: Occasion) -> None:
    """Tell all administrators but the one who could not read it."""
    row.told_at = occasion.now
    if not telling.alert(tx, what, lines, occasion, but=row.address):
        log.error("mail cannot be delivered, and there is no other administrator to tell")
