"""Judges a file's name: what it says, all that is wrong with it, and what it was meant to be (docs/rules.md)."""

from dataclasses import replace
from datetime import date

from bot.rules.convention import (
    NAME_CHARACTERS_MAX,
    REFUSED,
    Convention,
    Fault,
    Finding,
    Name,
    Verdict,
    advise,
    model,
    parse,
    settled,
)
from bot.rules.faults import extension_of, faults_of_writing, split
from bot.rules.readings import read
from bot.rules.writing import seen

__all__ = ["Convention", "Fault", "Finding", "Name", "Verdict", "judge", "model", "named"]

CHOICES_MAX = 9
"""More than so many names are no help."""
STEM_CHARACTERS_MAX = 2 * NAME_CHARACTERS_MAX
"""A longer name is read no further, and not corrected: nothing that may be removed is so long."""


def judge(given: str, by: Convention, today: date) -> Verdict:
    """What is to be said of the name of a file that came. Never raises."""
    name = settled(given)
    if valid := parse(name, by):
        return Verdict(name, valid, advice=advise(valid, today))
    if not seen(name):
        return Verdict(name, faults=(Finding(Fault.NAMELESS, ""),), refused=True)
    stem, extension = split(name)
    own = extension_of(name)
    readings = read(stem[:STEM_CHARACTERS_MAX], own, by)
    faults = tuple(dict.fromkeys((*faults_of_writing(name, by), *readings.findings)))
    verdict = Verdict(name, faults=faults)
    if any(finding.fault in REFUSED for finding in faults):
        return replace(verdict, refused=True)
    if len(stem) > STEM_CHARACTERS_MAX:
        return verdict
    if len(readings.sure) == 1 and extension == own:
        return replace(verdict, meant=str(readings.sure[0]))
    return replace(verdict, choices=tuple(str(choice) for choice in (*readings.sure, *readings.guessed))[:CHOICES_MAX])


def named(reply: str, given: str, by: Convention, today: date) -> Verdict:
    """What is to be said of a name that the sender replies with for the file that came as `given`.

    The extension is the file's own: it may be left out, and another cannot be given.
    """
    name, extension = settled(reply), extension_of(settled(given))
    stem, ending = split(name)
    if ending.lower() == extension.lower():
        return judge(f"{stem}.{extension}", by, today)
    if ending and (ending.lower() in by.extensions or parse(f"{stem}.{extension}", by)):
        return _without_other(name, ending, judge(f"{stem}.{extension}", by, today))
    return judge(f"{name}.{extension}", by, today)


def _without_other(name: str, ending: str, verdict: Verdict) -> Verdict:
    """The verdict on a name with another extension than its file's: the same name with its own is a choice."""
    faults = (*verdict.faults, Finding(Fault.EXTENSION_OTHER, ending))
    own = str(verdict.name) if verdict.name else verdict.meant
    choices = (own,) if own else verdict.choices
    return replace(verdict, given=name, name=None, faults=faults, advice=(), meant=None, choices=choices)
