"""Judges the name of a file: its parts, or all that is wrong with it and what it was meant to be.

docs/rules.md, «The filename convention». Nothing here raises, whatever the text.
"""

from dataclasses import dataclass, replace
from datetime import date

from bot.rules.correction import correct
from bot.rules.correction_subject import composed
from bot.rules.filename_shape import CHECKS, REFUSED, Convention, Fault, Finding, Name, read, settled, split

__all__ = ["CHECKS", "Convention", "Fault", "Finding", "Name", "Verdict", "composed", "judge", "model", "named"]

OLD_YEARS = 2
USUAL_EXTENSION = "docx"
"""What a model name ends in, where files may."""
"""A date more than so many years back is advised about."""
QUOTES = "\"'`«»“”‘’<>*"
"""Round a name in a reply they are no part of it."""


@dataclass(frozen=True)
class Verdict:
    """What is to be said of a name. It has a `name` or `faults`, never both, never neither."""

    given: str
    """As judged: Unicode NFC, without white space round the whole of it."""
    name: Name | None = None
    faults: tuple[Finding, ...] = ()
    advice: tuple[Finding, ...] = ()
    """What is worth a second look although the name is valid."""
    meant: str | None = None
    """The one sure correction."""
    choices: tuple[str, ...] = ()
    """Where none is sure, the names that may have been meant, best first."""
    from_subject: bool = False
    """The choices were made from the subject of the mail that brought it."""
    refused: bool = False
    """Something is at fault that no other name would mend: nothing is stored, no correction offered."""


def judge(given: str, by: Convention, today: date) -> Verdict:
    """What is to be said of the name of a file that came."""
    text = settled(given)
    if name := read(text, by):
        return Verdict(text, name, advice=advice(name, today))
    if not text:
        return Verdict(text, faults=(Finding(Fault.NAMELESS),), refused=True)
    found = correct(text, by, today)
    if any(finding.fault in REFUSED for finding in found.faults):
        return Verdict(text, faults=found.faults, refused=True)
    return Verdict(text, faults=found.faults, meant=found.sure, choices=found.choices)


def named(reply: str, given: str, by: Convention, today: date) -> Verdict:
    """What is to be said of the name with which the sender replies for a file that came as `given`.

    The extension is the file's own: it may be left out, and it cannot be changed.
    """
    text = settled(settled(reply).strip(QUOTES))
    _, own = split(settled(given))
    stem, extension = split(text)
    if not own:
        return judge(text, by, today)
    verdict = judge(f"{stem.removesuffix('.')}.{own}", by, today)
    if not extension or extension.lower() == own.lower():
        return verdict
    choices = (str(verdict.name),) if verdict.name else (verdict.meant,) if verdict.meant else verdict.choices
    faults = (Finding(Fault.EXTENSION_OTHER, f".{extension}"), *verdict.faults)
    return replace(verdict, given=text, name=None, faults=faults, advice=(), meant=None, choices=choices)


def model(by: Convention, today: date) -> str:
    """A good name to write one's own by, without extension: with the sender's own school number, where it is known."""
    school = next(iter(by.schools), f"{by.authority}nnnn")
    return f"{school}_{next(iter(by.services), '')}documentdescription{today:%Y%m%d}"


def model_file(by: Convention, today: date, given: str = "") -> str:
    """`model` as the name of a file: with the extension of the one given, where that may be sent."""
    ending = given.rpartition(".")[2]
    usual = USUAL_EXTENSION if USUAL_EXTENSION in by.extensions else min(by.extensions, default="")
    return f"{model(by, today)}.{ending if ending.lower() in by.extensions else usual}"


def advice(name: Name, today: date) -> tuple[Finding, ...]:
    """A date in the future, or more than two years old, is advised about, not refused."""
    day = name.day
    if day is None:
        return ()
    if day > today:
        return (Finding(Fault.DATE_FUTURE, name.when),)
    old = (day.year + OLD_YEARS, day.month, day.day) < (today.year, today.month, today.day)
    return (Finding(Fault.DATE_OLD, name.when),) if old else ()
