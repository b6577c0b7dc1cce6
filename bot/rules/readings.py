"""What a badly named file may have been meant to be called: every reading of the name, and whether each step was sure.

A step is sure only if docs/rules.md lists it («A correction is sure»); whatever else can be guessed is a choice.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.rules.convention import Convention, Fault, Finding, Name, parse
from bot.rules.endings import EndPart, read_ending
from bot.rules.school_number import SchoolPart, read_school
from bot.rules.service_code import read_service
from bot.rules.writing import COPY_GUESSED, described, folded, seen, uncopied


@dataclass(frozen=True)
class Readings:
    """What a stem says."""

    findings: tuple[Finding, ...]
    """What is at fault with number, code, description and date, in the order in which they are read."""
    sure: tuple[Name, ...]
    """The valid names to which sure steps alone lead."""
    guessed: tuple[Name, ...]
    """The other valid names that may have been meant, the likeliest first."""


def read(stem: str, extension: str, by: Convention) -> Readings:
    """Every reading of the stem of a name that is not valid."""
    written = uncopied(stem)[0]
    plain, leftover = _without_leftover(folded(seen(written)), by)
    school = read_school(plain, by)
    ending = read_ending(school.rest)
    found: dict[Name, bool] = {}
    for name, sure in _names(school, ending, extension, by):
        if parse(str(name), by) == name:
            found[name] = found.get(name, False) or (sure and plain == written)
    findings = [*school.findings, *read_service(ending.left, by).findings, *ending.findings, *leftover]
    return Readings(
        tuple(findings),
        sure=tuple(name for name, sure in found.items() if sure),
        guessed=tuple(name for name, sure in found.items() if not sure),
    )


def _without_leftover(stem: str, by: Convention) -> tuple[str, list[Finding]]:
    """The stem without what may be left of an earlier name: an extension, as in `plan.docx.pdf`, or `copy 2`."""
    bare, dot, ending = stem.rpartition(".")
    if dot and ending.lower() in by.extensions:
        return uncopied(bare)[0], [Finding(Fault.EXTENSION_TWICE, ending)]
    if mark := COPY_GUESSED.search(stem):
        return stem[: mark.start()], [Finding(Fault.COPY_MARK, mark[1])]
    return stem, []


def _names(school: SchoolPart, ending: EndPart, extension: str, by: Convention) -> Iterator[tuple[Name, bool]]:
    for when, left in ending.guesses:
        for coded in read_service(left, by).guesses:
            if about := described(coded.about):
                for number in school.guesses:
                    name = Name(number.value, coded.code, about.value, when.value, extension)
                    yield name, all((number.sure, coded.sure, about.sure, when.sure))
