"""What the sender of held files decides: `yes`, `no`, `destroy`, a number, a name (docs/rules.md, «The filename convention»)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import notices, roster
from bot.announcing import announce
from bot.intake import answer, enter
from bot.judging import convention, held_outcome, held_still, numbered, today
from bot.ledger import files
from bot.ledger.tables import File, Mention, OutboxItem
from bot.notices import Notice, Outcome
from bot.rules import filename
from bot.rules.filename import Convention
from bot.rules.lifecycle import Act, Status
from bot.telling import Asking, facts


@dataclass(frozen=True)
class Offered:
    """One number of the reply that is being answered."""

    number: int
    file: File
    name: str | None
    sure: bool


def offered(tx: Session, asking: Asking) -> list[Offered]:
    """What may still be settled: the offers of the notice answered, else of the newest that has any open."""
    notice_id = asking.answered.id if asking.answered else _newest(tx, asking)
    rows = tx.execute(select(Mention, File).join(File).where(Mention.notice_id == notice_id).order_by(Mention.position))
    return [
        Offered(row.number, file, row.name, row.sure)
        for row, file in rows
        if row.number is not None and file.status is Status.HELD and roster.may(tx, asking.person, Act.ACCEPTED, file)
    ]


def accept_sure(tx: Session, asking: Asking, said: str) -> Notice:
    """`yes`: every sure offer is taken, never a lone choice."""
    sure = [(one.file, one.name) for one in offered(tx, asking) if one.sure and one.name]
    return _settle(tx, asking, said, accept=sure)


def accept_numbers(tx: Session, asking: Asking, said: str, numbers: Sequence[int], name: str | None = None) -> Notice:
    """`2 4`: these offers; `2 <name>`: the file that offer belongs to, under this name."""
    by_number = {one.number: one for one in offered(tx, asking)}
    picked = [by_number[number] for number in numbers if number in by_number]
    if len(picked) < len(numbers):
        return unsettled(tx, asking, said)
    return _settle(tx, asking, said, accept=[(one.file, wanted) for one in picked if (wanted := name or one.name)])


def accept_name(tx: Session, asking: Asking, said: str, name: str) -> Notice:
    """A whole valid name: the one held file is taken under it; of several, the one it was offered for."""
    open_still = offered(tx, asking)
    held = list({one.file.id: one.file for one in open_still}.values())
    meant = [one.file for one in open_still if one.name and _matches(name, one.name)]
    chosen = held if len(held) == 1 else meant[:1]
    return _settle(tx, asking, said, accept=[(file, name) for file in chosen])


def decline(
    tx: Session, asking: Asking, said: str, numbers: Sequence[int] = (), meaning: Literal["no", "it", "all"] = "no"
) -> Notice:
    """`no 2`: the file that offer belongs to is discarded. `no`: all still held, where a sure name was asked about;
    else it answers nothing that was asked, and `destroy` is the word."""
    waiting = offered(tx, asking)
    if numbers:
        return _settle(tx, asking, said, drop=[one.file for one in waiting if one.number in numbers])
    plain = {"no": any(one.sure for one in waiting), "it": len({one.file.id for one in waiting}) == 1, "all": True}
    return _settle(tx, asking, said, drop=[one.file for one in waiting] if plain[meaning] else ())


def unsettled(tx: Session, asking: Asking, said: str) -> Notice:
    """Their words settle nothing: says so, and offers again what still waits."""
    return _settle(tx, asking, said)


def _settle(
    tx: Session, asking: Asking, said: str, *, accept: Sequence[tuple[File, str]] = (), drop: Sequence[File] = ()
) -> Notice:
    """Carry out what was decided and answer: what became of each, and what still waits."""
    open_before = list({one.file.id: one.file for one in offered(tx, asking)}.values())
    taken: dict[int, str] = {}
    for file, name in accept:
        taken.setdefault(file.id, name)
    by = convention(tx, asking)
    done = [_accept(tx, file, taken[file.id], by, asking) for file in open_before if file.id in taken]
    done += [_discard(tx, file, asking) for file in open_before if file in drop and file.id not in taken]
    remaining = [held_still(file, by, asking) for file in open_before if file.id not in taken and file not in drop]
    if not done and not remaining:
        return notices.Which(asked=said)
    sent = [file for file in open_before if file.status is Status.SENT]
    announce(tx, sent, asking)
    told = numbered([*done, *remaining])
    if all(outcome.verdict == "held" for outcome in told):
        return answer(told).model_copy(update={"unused": said})
    return answer(told[: len(done)], told[len(done) :])


def _accept(tx: Session, file: File, name: str, by: Convention, asking: Asking) -> Outcome:
    """Take a held file under a name: judged again, also as a duplicate."""
    verdict = filename.named(name, file.given, by, today(asking))
    if verdict.name is None:
        return held_outcome(file, verdict, by, asking)
    whole = str(verdict.name)
    if known := files.same(tx, sha256=file.sha256, name=whole, school=verdict.name.school):
        _discard(tx, file, asking, why=f"the same as {known.reference}")
        return Outcome(verdict="duplicate", given=file.given, file=facts(known, asking.settings))
    files.change(
        tx, file, Act.ACCEPTED, seen=None, by=asking.person.id, now=asking.now, channel=asking.channel,
        name=whole, school=verdict.name.school, service=verdict.name.service,
    )  # fmt: skip
    return enter(tx, file, verdict, asking)


def _discard(tx: Session, file: File, asking: Asking, why: str = "") -> Outcome:
    by = asking.person.id
    files.change(tx, file, Act.DISCARDED, seen=None, by=by, now=asking.now, channel=asking.channel, why=why)
    return Outcome(verdict="discarded", given=file.given, file=facts(file, asking.settings))


def _matches(name: str, offered_name: str) -> bool:
    """Whether a reply is this offered name, the extension of which may be left out."""
    return name.casefold() in (offered_name.casefold(), offered_name.rsplit(".", 1)[0].casefold())


def _newest(tx: Session, asking: Asking) -> str | None:
    waiting = (
        select(OutboxItem.id)
        .join(Mention, Mention.notice_id == OutboxItem.id)
        .join(File, File.id == Mention.file_id)
        .where(OutboxItem.person_id == asking.person.id, File.status == Status.HELD, Mention.number.is_not(None))
        .order_by(OutboxItem.created_at.desc())
    )
    return tx.scalar(waiting.limit(1))
