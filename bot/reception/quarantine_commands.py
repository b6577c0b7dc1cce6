"""An administrator's reply to what tells of quarantine: each line is carried out, and one answer says what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from bot import notices, quarantine, roster
from bot.ledger.tables import InboxItem
from bot.notices import Notice, Quarantine, QuarantineSettled, SettledLine
from bot.quarantine import Decider, Result, Wish
from bot.quarantine.numbering import count
from bot.quarantine.telling_of import shown
from bot.rules.authority import Keeping
from bot.rules.commands import Command, Reading, Settle
from bot.rules.likeness import slips
from bot.telling import Asking

WORDS = ("release", "discard", "retry")
SAID_CHARACTERS_MAX = 120


@dataclass(frozen=True)
class Unclear(Command):
    """A line that begins like one about quarantine, and is none."""


def with_unclear(reading: Reading) -> Reading:
    """Nothing is done after a line that could not be read: whoever wrote it hears which that was."""
    first = next((line.strip() for line in reading.comment.splitlines() if line.strip()), "")
    settles = any(isinstance(command, Settle) for command in reading.commands)
    if not first or not (settles or _is_near(first)):
        return reading
    return replace(reading, commands=(*reading.commands, Unclear(first))) if _is_near(first) else reading


def _is_near(line: str) -> bool:
    word = line.split(maxsplit=1)[0].casefold().strip(",.:;")
    return any(slips(word, known) <= 2 for known in WORDS) and any(
        one.isdigit() or one == "all" for one in line.split()[1:2]
    )


def settle(tx: Session, command: Settle, asking: Asking) -> list[Notice]:
    """Carry one line out; without a notice that it answers nobody knows which messages its numbers mean."""
    if not roster.may_keep(asking.person, Keeping.QUARANTINE):
        return [notices.NotAuthorised(act="settle", named="what lies in quarantine")]
    numbers = quarantine.numbered(asking.answered)
    if numbers is None:
        return [quarantine.listing(tx, asking, command.said[:SAID_CHARACTERS_MAX])]
    lines = _lines(tx, command, numbers, asking)
    return [QuarantineSettled(lines=tuple(lines), numbers=numbers, left=count(tx))]


def unclear(tx: Session, command: Unclear, asking: Asking) -> list[Notice]:
    """Says that a line was not understood."""
    numbers = quarantine.numbered(asking.answered)
    if numbers is None or not roster.may_keep(asking.person, Keeping.QUARANTINE):
        return []
    line = SettledLine(said=command.said[:SAID_CHARACTERS_MAX], act="", verdict="unclear")
    return [QuarantineSettled(lines=(line,), numbers=numbers, left=count(tx))]


def joined(answers: Sequence[Notice]) -> list[Notice]:
    """One answer for all lines of a reply."""
    settled = [one for one in answers if isinstance(one, QuarantineSettled)]
    asked = [one for one in answers if isinstance(one, Quarantine)]
    others = [one for one in answers if not isinstance(one, Quarantine | QuarantineSettled)]
    whole = (
        [settled[-1].model_copy(update={"lines": tuple(line for one in settled for line in one.lines)})]
        if settled
        else []
    )
    return [*others, *whole, *asked[:1]]


def _lines(tx: Session, command: Settle, numbers: dict[int, int], asking: Asking) -> list[SettledLine]:
    said, act = command.said[:SAID_CHARACTERS_MAX], command.act
    if command.all and act == "release":
        return [SettledLine(said=said, act=act, verdict="one-by-one")]
    meant = list(numbers) if command.all or (not command.numbers and len(numbers) == 1) else list(command.numbers)
    if not meant:
        return [SettledLine(said=said, act=act, verdict="which")]
    return [_line(tx, command, number, numbers.get(number, 0), asking) for number in meant]


def _line(tx: Session, command: Settle, number: int, item_id: int, asking: Asking) -> SettledLine:
    item = tx.get(InboxItem, item_id)
    told = shown(item) if item else ""
    wish = Wish(item_id, command.act, command.sender, command.reason)
    result = quarantine.decide(tx, wish, Decider(asking.channel, asking.person), asking)
    return _of(result, command, number, told)


def _of(result: Result, command: Settle, number: int, told: str) -> SettledLine:
    return SettledLine(
        said=command.said[:SAID_CHARACTERS_MAX], number=number, act=command.act, verdict=result.verdict, shown=told,
        sender=result.sender, by=result.by, at=result.at, other_act=result.act,
    )  # fmt: skip
