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
from bot.rules.faults import faults_of
from bot.rules.readings import readings

__all__ = ["Convention", "Fault", "Finding", "Name", "Verdict", "judge", "model", "named"]

CHOICES_MAX = 5
"""More than so many names are no help."""


def judge(given: str, by: Convention, today: date) -> Verdict:
    """What is to be said of the name of a file that came. Never raises."""
    name = settled(given)
    if valid := parse(name, by):
        return Verdict(name, valid, advice=advise(valid, today))
    stem, dot, extension = name[: NAME_CHARACTERS_MAX + 1].rpartition(".")
    if not dot:
        stem, extension = extension, ""
    extension = extension if not any(character.isspace() for character in extension) else extension.strip()
    faults = faults_of(name, stem, extension, by)
    if any(finding.fault in REFUSED for finding in faults):
        return Verdict(name, faults=faults, refused=True)
    return _corrected(Verdict(name, faults=faults), stem, extension, by)


def named(reply: str, given: str, by: Convention, today: date) -> Verdict:
    """What is to be said of a name that the sender replies with for the file that came as `given`.

    The extension is the file's own: it may be left out, and another cannot be given.
    """
    name, extension = settled(reply), settled(given).rpartition(".")[2]
    stem, dot, ending = name.rpartition(".")
    if not dot or ending.lower() not in by.extensions:
        stem, ending = name, extension
    if ending.lower() != extension.lower():
        verdict = judge(f"{stem}.{extension}", by, today)
        return replace(verdict, given=name, name=None, faults=(*verdict.faults, Finding(Fault.EXTENSION_OTHER, ending)))
    return judge(f"{stem}.{extension}", by, today)


def _corrected(verdict: Verdict, stem: str, extension: str, by: Convention) -> Verdict:
    found = readings(stem.strip(), extension, by)
    sure = [str(reading.name) for reading in found if reading.sure]
    if len(sure) == 1:
        return replace(verdict, meant=sure[0])
    return replace(verdict, choices=tuple(str(reading.name) for reading in found)[:CHOICES_MAX])
