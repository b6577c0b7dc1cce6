"""Telling somebody something: a file's facts, posting a notice into the outbox, what was told before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, not_, select
from sqlalchemy.orm import Session

from bot import digest, links, notices, roster
from bot.arrival import MAIL, SLACK, Route
from bot.clock import Clock
from bot.ledger import files, history
from bot.ledger.entering import NUMBERS, enter
from bot.ledger.kinds import Purpose
from bot.ledger.prepared import Prepared, among
from bot.ledger.tables import File, Mention, OutboxItem, OutboxState
from bot.notices import FileFacts, Notice
from bot.rules import address, retention
from bot.rules.authority import Sight
from bot.rules.lifecycle import Act, Status
from bot.rules.somebody import Somebody
from bot.settings import Settings

UNASKED = frozenset({
    notices.Alert.kind, notices.Destroyed.kind, notices.Erased.kind, notices.Expiring.kind, notices.Linked.kind, notices.Moved.kind, notices.NewFiles.kind, notices.NotTaken.kind,
    notices.ProveIdentity.kind, notices.Received.kind, notices.Rejected.kind, notices.Unreceived.kind, notices.Waiting.kind,
    notices.WrongFile.kind,
})  # fmt: skip
"""What people are told of that others did."""
COUNTED_APART = UNASKED | {notices.Tried.kind}
"""What uses up nothing of what one address may have in answer: practice has a limit of its own."""


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What happens now, whoever brought it about."""

    settings: Settings
    clock: Clock
    now: datetime
    route: Route = field(default_factory=Route)
    """Of the message being handled: its answer is threaded to it."""
    channel: str = MAIL
    """Through which it came."""


@dataclass(frozen=True, kw_only=True)
class Asking(Occasion):
    """Somebody proven wants something: who, through which channel, in answer to which notice."""

    person: Somebody
    address: str
    """Where this person is answered: the identity they spoke with."""
    believed: str = ""
    """Why it is known that it is they, in words for the record."""
    message: int | None = None
    """The number of what they wrote in the inbox; None where it came another way."""
    answered: OutboxItem | None = None
    """The notice of ours that they answer, where one was found. It finds, never authorises."""
    seen: Mapping[str, int] = field(default_factory=dict)
    """The version of each file, by its reference, for which the button or page that they used was shown."""

    def version_seen(self, tx: Session, file: File) -> int | None:
        """The version that an act of theirs is meant for; None: the file as it is."""
        shown = self.seen.get(file.reference)
        return shown if shown is not None and history.changed_since(tx, file, shown) else None


def facts(file: File, settings: Settings) -> FileFacts:
    """What may be told of a file to those who may see it."""
    return FileFacts(
        reference=file.reference,
        name=file.name,
        given="" if file.given == file.name else file.given,
        status=file.status,
        school=file.school or "",
        school_name=file.establishment.name if file.establishment else "",
        service=file.service or "",
        service_name=service_name(settings, file.service),
        size=file.size,
        sha256=file.sha256,
        sent_at=file.sent_at,
        sent_by=file.sender.name,
        comment=file.comment,
        tag=file.tag,
        received_by=file.receiver.name if file.receiver else "",
        received_at=file.received_at,
        rejected_by=file.rejecter.name if file.rejecter else "",
        rejected_at=file.rejected_at,
        reason=file.reason,
        recalled_by=file.recaller.name if file.recaller else "",
        recalled_at=file.recalled_at,
        moved_from=file.moved_from or "",
        frozen_by=file.freezer.name if file.freezer else "",
        frozen_at=file.frozen_at,
        **_done(file, "moved", Act.MOVED if file.moved_from else None),
        **_done(file, "discarded", Act.DISCARDED if file.status is Status.DISCARDED else None),
        contents=file.contents.value,
        version=file.version,
        recallable=is_recallable(file),
        kept_until=_kept_until(file, settings),
    )


def _kept_until(file: File, settings: Settings) -> date:
    decided = [at for at in (file.received_at, file.rejected_at) if at]
    kept, zone = settings.retention, settings.timezone
    return retention.kept_until(file.sent_at, kept.contents_days, decided, kept.grace_days, zone)


def _done(file: File, word: str, act: Act | None) -> dict[str, Any]:
    """By whom and when, from the history, for the file's row has no place for it."""
    entry = history.last(file, act) if act else None
    return {f"{word}_by": entry.person.name if entry.person else "", f"{word}_at": entry.at} if entry else {}


def now(tx: Session, notice: Notice, settings: Settings, reader: Somebody | None = None) -> Notice:
    """The same notice with its files as they are by now; whose words were not told then are not told now.

    `reader`: the one person who reads it. Of a file that they may not see any more they are told nobody's words.
    """
    references = {file.reference for file in notice.mentioned()}
    rows = tx.scalars(select(File).where(File.reference.in_(references))).unique()
    found = {file.reference: file for file in rows}

    def tell(told: FileFacts) -> FileFacts:
        file = found.get(told.reference)
        known = facts(file, settings) if file else told
        if file and reader and not roster.may(tx, reader, Sight.SEE, file):
            return known.elsewhere()
        return known if told.comment else known.model_copy(update={"comment": ""})

    return notice.retold(tell)


def is_recallable(file: File) -> bool:
    """Whether its school could still take it back."""
    return files.leads_to(file, Act.RECALLED) is not None


def service_name(settings: Settings, code: str | None) -> str:
    """A service in words; its code where it has left the configuration."""
    service = settings.service(code)
    return service.name if service else code or ""


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


def told_since(tx: Session, recipient: str, since: datetime, kinds: Iterable[str]) -> int:
    """How many notices of these kinds this address was sent since then."""
    told = select(OutboxItem.id).where(OutboxItem.recipient == recipient, OutboxItem.created_at > since)
    return len(tx.scalars(told.where(OutboxItem.kind.in_(list(kinds)))).all())


def told_the_same(tx: Session, recipient: str, notice: Notice, since: datetime) -> int:
    """How often this address was sent this very notice since then."""
    told = select(OutboxItem).where(OutboxItem.recipient == recipient, OutboxItem.created_at > since)
    facts = notice.model_dump(mode="json")
    return sum(item.facts == facts for item in tx.scalars(told.where(OutboxItem.kind == notice.kind)))


def answered_since(tx: Session, recipient: str, since: datetime) -> int:
    """How many notices this address had since then in answer to mails of its own: others' acts use up nobody's share."""
    told = select(OutboxItem.id).where(OutboxItem.recipient == recipient, OutboxItem.created_at > since)
    of_others = (OutboxItem.kind == notices.Decided.kind) & OutboxItem.facts["own"].as_boolean().is_(False)
    return len(tx.scalars(told.where(OutboxItem.kind.not_in(COUNTED_APART), not_(of_others))).all())


def recent_alerts(tx: Session, now: datetime, within: timedelta) -> list[str]:
    """What the administrators were alerted to within so long before; not by a clock that was ahead then and was put back."""
    alerts = select(OutboxItem).where(OutboxItem.kind == notices.Alert.kind, digest.lately(now, within))
    found = [item.facts for item in tx.scalars(alerts)]
    return [str(facts["what"]) for facts in found] + [one["what"] for facts in found for one in facts.get("more", ())]
