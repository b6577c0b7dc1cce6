"""Which files a command means, of those that whoever gives it may see."""

from sqlalchemy.orm import Session

from bot import finding
from bot.ledger.tables import File
from bot.rules.commands import Which
from bot.telling import Asking


def meant(tx: Session, which: Which, asking: Asking) -> list[File]:
    """The files of these references, numbers of the notice answered, or all of it; none that may not be seen."""
    spoken = finding.answered_files(tx, asking.person, asking.answered) if which.all or which.numbers else {}
    if which.all:
        return list(spoken.values())
    found = finding.mentioned_in(tx, asking.person, which.references)
    return [*found, *(spoken[number] for number in which.numbers if number in spoken)]


def answered(tx: Session, asking: Asking) -> list[File]:
    """Those of the notice that they answer."""
    return list(finding.answered_files(tx, asking.person, asking.answered).values())


def is_bare(which: Which) -> bool:
    """Nothing says which."""
    return which == Which()
