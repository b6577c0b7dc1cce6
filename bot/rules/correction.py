"""What a badly named file was meant to be called: the one sure correction, or the names that may be right.

Each part of the name is read by itself, in every way that it can be, and each way brings its doubt (docs/rules.md,
«A correction is sure») and what was wrong with how it was written. Every combination that makes a valid name counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.rules.correction_reading import GAP, LOST, SURE, Reading, bare, finding
from bot.rules.correction_school import schools
from bot.rules.correction_service import services
from bot.rules.correction_tidying import tidied
from bot.rules.correction_when import whens
from bot.rules.filename_shape import Convention, Fault, Finding, broken, read, shaped, split

CHOICES_MAX = 5
"""More are no help."""


@dataclass(frozen=True)
class Correction:
    """All that is wrong with a name, and what can be done about it."""

    faults: tuple[Finding, ...]
    sure: str | None
    choices: tuple[str, ...]
    """The best first. None where one is sure."""


@dataclass(frozen=True)
class Whole:
    """One reading of all of the name."""

    stem: str | None
    """The name before its extension; None where a part is missing."""
    doubt: int
    findings: tuple[Finding, ...]


def correct(text: str, by: Convention, today: date) -> Correction:
    """What is wrong with this text, which is no valid name, and what it may have been meant to be."""
    stem, extension = split(text)
    wholes = sorted(_wholes(stem, by, today), key=lambda whole: whole.doubt)
    doubts: dict[str, int] = {}
    for whole in wholes:
        name = f"{whole.stem}.{extension}"
        if whole.stem and read(name, by):
            doubts.setdefault(name, whole.doubt)
    sure = [name for name, doubt in doubts.items() if doubt == SURE]
    faults = (*_of_extension(extension, by), *wholes[0].findings) or _of_shape(text, by)
    if len(sure) == 1:
        return Correction(faults, sure[0], ())
    return Correction(faults, None, tuple(doubts)[:CHOICES_MAX])


def _wholes(stem: str, by: Convention, today: date) -> Iterator[Whole]:
    """Every reading of the whole name; at least one."""
    tidy = tidied(stem, by)
    for school in schools(tidy.rest, by):
        for when in whens(school.rest, today):
            for service in services(when.rest, by, anchored=bool(school.written), ended=bool(when.written)):
                about = _about(service, when)
                parts = (tidy, school, service, about, when)
                found = dict.fromkeys(one for part in parts for one in part.findings)
                yield Whole(_joined(school, service, about, when), sum(part.doubt for part in parts), tuple(found))


def _joined(school: Reading, service: Reading, about: Reading, when: Reading) -> str | None:
    if None in (school.value, service.value, about.value, when.value):
        return None
    return f"{school.value}_{service.value}{about.value}{when.value}"


def _about(service: Reading, when: Reading) -> Reading:
    """The description, lower-cased and joined. Without a code, nobody can tell where it begins."""
    said = bare(service.rest)
    value = re.sub(GAP, "", said).lower()
    if not value:
        return Reading(None, "", LOST, finding(Fault.DESCRIPTION_MISSING))
    if service.value is None:
        return Reading(None, "", LOST)
    gaps = Fault.DESCRIPTION_GAPS if re.search(GAP, service.rest) else None
    capitals = Fault.DESCRIPTION_CAPITALS if re.search("[A-Z]", said) else None
    found = (*finding(gaps, service.written + service.rest + when.written), *finding(capitals, said))
    if value[0].isdigit():
        return Reading(None, "", LOST, (*finding(Fault.DESCRIPTION_START, said), *found))
    return Reading(value, "", SURE, found)


def _of_extension(extension: str, by: Convention) -> tuple[Finding, ...]:
    if not extension:
        return finding(Fault.EXTENSION_MISSING)
    return () if extension.lower() in by.extensions else finding(Fault.EXTENSION_FORBIDDEN, f".{extension}")


def _of_shape(text: str, by: Convention) -> tuple[Finding, ...]:
    """Where every part reads well, what it says is at fault."""
    name = shaped(text)
    return broken(name, by) if name else ()
