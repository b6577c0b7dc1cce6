"""The school's number at the head of a badly named file's name, and the separator after it."""

import re
from collections.abc import Iterable, Iterator

from bot.rules.correction_reading import GAP, LIKELY, LOST, SURE, Reading, bare, finding
from bot.rules.correction_when import begins_with_date
from bot.rules.filename_shape import Convention, Fault, Finding
from bot.rules.likeness import slips

SCHOOLS_MAX = 5
"""Of a sender who acts for more schools than these, so many are offered."""
BEFORE_DATE = "(?=[0-9]{8}(?![0-9]))"
"""Where a date follows the number with nothing between them."""
PLACEHOLDER = "[nNxX]{4}"
"""The model's `830nnnn`, copied as it stands."""


def schools(text: str, by: Convention) -> list[Reading]:
    """Whose file this may be, best first."""
    match = _head(by).match(text)
    if match is None or begins_with_date(bare(text)):
        return _elsewhere(text, by) or _supplied(text, by, finding(Fault.SCHOOL_MISSING))
    written, rest = match["written"], text[match.end() :]
    joined = _joined(match, rest)
    number = re.sub(GAP, "", written)
    if not re.fullmatch("[0-9]{7}", number):
        return _near(number, rest, by, (*finding(Fault.SCHOOL_UNKNOWN, written), *joined))
    if fault := _fault(number, by):
        if fault is Fault.SCHOOL_FOREIGN:
            return [Reading(None, rest, LOST, (Finding(fault, number), *joined), written)]
        if foreign := [reading for reading in _found(rest, by) if reading.doubt == LOST]:
            return foreign[:1]
        return _near(number, rest, by, (Finding(fault, number), *joined))
    return [Reading(number, rest, SURE, joined, written)]


def _head(by: Convention) -> re.Pattern[str]:
    spaced = f"{re.escape(by.authority)}{GAP}+[0-9]{{4}}"
    alone = f"(?:{spaced}|[0-9]+(?:{PLACEHOLDER}(?![A-Za-z]))?)(?![0-9])"
    return re.compile(f"(?P<lead>{GAP}*)(?P<written>[0-9]{{7}}{BEFORE_DATE}|{alone})(?P<gap>{GAP}*)")


def _joined(match: re.Match[str], rest: str) -> tuple[Finding, ...]:
    """One underscore stands after the number, and nothing before it or within it."""
    right = match["gap"] == "_" and not match["lead"] and re.fullmatch("[0-9A-Za-z]+", match["written"])
    if right or not rest:
        return ()
    word = re.match("[A-Za-z]*|[0-9]*", rest)
    return finding(Fault.SEPARATOR, match[0] + (word[0] if word else ""))


def _fault(number: str, by: Convention) -> Fault | None:
    if by.is_foreign(number):
        return Fault.SCHOOL_FOREIGN
    if not number.startswith(by.authority):
        return Fault.SCHOOL_AUTHORITY
    return None if by.may_be(number) else Fault.SCHOOL_UNKNOWN


def _near(number: str, rest: str, by: Convention, findings: tuple[Finding, ...]) -> list[Reading]:
    """The sender's own numbers for one that is nobody's: never sure, the nearest first."""
    if by.authority + number in by.schools:
        own = [by.authority + number]
    else:
        own = sorted(by.schools, key=lambda school: slips(number, school))
    return _offered(own, rest, LIKELY, findings, number)


def _supplied(text: str, by: Convention, findings: tuple[Finding, ...]) -> list[Reading]:
    """The sender's own number where none is written: sure where they act for one school only."""
    return _offered(by.schools, bare(text), SURE if len(by.schools) == 1 else LIKELY, findings, "")


def _offered(own: Iterable[str], rest: str, doubt: int, findings: tuple[Finding, ...], written: str) -> list[Reading]:
    offered = [Reading(school, rest, doubt, findings, written) for school in own]
    return offered[:SCHOOLS_MAX] or [Reading(None, rest, LOST, findings, written)]


def _elsewhere(text: str, by: Convention) -> list[Reading]:
    """A number that stands in another place: another school's is refused there too."""
    return [reading for reading in _found(text, by) if reading.doubt == LOST][:1] or list(_found(text, by))[:1]


def _found(text: str, by: Convention) -> Iterator[Reading]:
    for match in re.finditer(f"(?<![0-9])[0-9]{{7}}(?:{BEFORE_DATE}|(?![0-9]))", text):
        rest = bare(text[: match.start()]) + text[match.end() :]
        if by.is_foreign(match[0]):
            yield Reading(None, rest, LOST, (Finding(Fault.SCHOOL_FOREIGN, match[0]),), match[0])
        elif by.may_be(match[0]):
            yield Reading(match[0], rest, LIKELY, (Finding(Fault.SCHOOL_PLACE, match[0]),), match[0])
