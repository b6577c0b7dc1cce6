"""Notices put into the outbox, with the files of which they speak and the links that go with them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from bot import links, notices, roster
from bot.arrival import MAIL, SLACK, Route
from bot.ledger import history
from bot.ledger.entering import NUMBERS, enter
from bot.ledger.kinds import Purpose
from bot.ledger.prepared import Prepared, among
from bot.ledger.tables import File, Mention, OutboxItem, OutboxState
from bot.notices import Notice
from bot.rules import address
from bot.rules.somebody import Somebody
from bot.settings import Settings
from bot.telling.occasions import Asking, Occasion


def post(
    tx: Session, notice: Notice, occasion: Occasion, *, to: str, person: Somebody | None = None, threaded: bool = False,
    batch: str | None = None, wait: timedelta = timedelta(0), channel: str = MAIL,
) -> None:  # fmt: skip
    """Put a notice into the outbox. `threaded`: it answers the message that is being handled, where that came from."""
    route = occasion.route if threaded else Route()
    item = {
        "id": occasion.clock.token(),
        "token": occasion.clock.token(),
        "kind": notice.kind,
        "recipient": to,
        "channel": occasion.channel if threaded else channel,
        "person_id": person.id if person else None,
        "facts": notice.model_dump(mode="json"),
        "route": route.model_dump(mode="json"),
        "created_at": _next_moment(tx, to, occasion.now),
        "next_at": occasion.now + wait,
        "batch": batch,
    }
    enter(tx, OutboxItem, item)
    mention(tx, str(item["id"]), notice)


NEWEST: Prepared[datetime] = Prepared(select(func.max(OutboxItem.created_at)).where(
    OutboxItem.state == OutboxState.WAITING, OutboxItem.next_at >= bindparam("now"),
    OutboxItem.recipient == bindparam("recipient"), OutboxItem.created_at >= bindparam("now"),
))  # fmt: skip


def _next_moment(tx: Session, recipient: str, now: datetime) -> datetime:
    """Now, or the microsecond after what this recipient was told at this moment: so it is delivered in this order."""
    newest = NEWEST.first(tx, {"recipient": recipient, "now": now})
    return newest + timedelta(microseconds=1) if newest else now


def reply(tx: Session, notice: Notice, asking: Asking, *, wait: timedelta = timedelta(0)) -> None:
    """Answer whoever asked, in the thread of what they sent."""
    post(tx, notice, asking, to=asking.address, person=asking.person, threaded=True, wait=wait)


def mention(tx: Session, item_id: str, notice: Notice) -> None:
    """Keep which files the notice speaks of, and what each number in it stands for."""
    ids = _ids(tx, notice)
    rows: list[dict[str, Any]] = []
    if isinstance(notice, notices.Outcomes | notices.Status):
        held = (*notice.outcomes, *notice.remaining) if isinstance(notice, notices.Outcomes) else notice.held
        rows = [
            {
                "file_id": ids[outcome.file.reference],
                "number": offer.number,
                "name": offer.name or None,
                "sure": offer.sure,
            }
            for outcome in held
            if outcome.file
            for offer in outcome.offers
        ]
    numbered = isinstance(notice, notices.OfFiles | notices.Which)
    spoken = {row["file_id"] for row in rows}
    for number, file in enumerate(notice.mentioned(), start=1):
        if ids[file.reference] not in spoken:
            number_told = number if numbered else None
            rows.append({"file_id": ids[file.reference], "number": number_told})
            spoken.add(ids[file.reference])
    placed = [row | {"notice_id": item_id, "position": position} for position, row in enumerate(rows, start=1)]
    enter(tx, Mention, *placed)


IDS: Prepared[str] = Prepared(select(File.reference, File.id).where(among(File.reference, "references")))


def _ids(tx: Session, notice: Notice) -> dict[str, int]:
    """The ids of the files it speaks of, by their references: mostly they are at hand."""
    known = {row.reference: row.id for row in tx.identity_map.values() if isinstance(row, File)}
    known |= tx.info.get(NUMBERS, {})
    unknown = {file.reference for file in notice.mentioned()}.difference(known)
    if unknown:
        known |= dict(IDS.rows(tx, {"references": list(unknown)}))
    return known


def came_by(tx: Session, file: File, settings: Settings) -> str:
    """The channel in which a file was sent and its sender can still be told of it; else mail."""
    in_chat = settings.slack and roster.identity(file.sender, SLACK) and history.first(tx, file).channel == SLACK
    return SLACK if in_chat else MAIL


def linked(
    tx: Session, purpose: Purpose, person: Somebody, files: Iterable[File], occasion: Occasion
) -> dict[str, str]:
    """A one-time link for this person to each of these files: the ids of the links by the files' references."""
    days = occasion.settings.web.link_days
    return links.make(tx, purpose, person, files, clock=occasion.clock, now=occasion.now, days=days)


def own_mailbox(person: Somebody, settings: Settings) -> str:
    """Where this person is told what nobody else may have, such as a link; empty where others read all their mail, too."""
    written_from = sorted(one.value for one in person.identities if one.channel == MAIL)
    shared = settings.access.shared_mailboxes if settings.access.refuse_shared else ()
    return next((one for one in (person.email, *written_from) if not address.is_shared(one, shared)), "")
