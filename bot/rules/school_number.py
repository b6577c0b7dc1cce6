"""The school's number in a name: the one that stands there, or those that may have been meant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from bot.rules.convention import Convention, Fault, Finding, day_of, is_foreign, ours
from bot.rules.writing import SEPARATOR, Guess, trimmed

SCHOOLS_MAX = 9
"""More schools than these are no help as choices."""
ALONE = r"(?=(?:[0-9]{8})?(?![0-9]))"
"""After a number: no further digit, but for a whole date."""
NUMBER = re.compile(rf"(?<![0-9])([0-9]{{3}})({SEPARATOR}*)([0-9]{{4}}){ALONE}")
DATE_FIRST = re.compile(
    rf"[0-9]{{4}}{SEPARATOR}[0-9]{{1,2}}{SEPARATOR}[0-9]|[0-9]{{1,2}}{SEPARATOR}[0-9]{{1,2}}{SEPARATOR}[0-9]{{2}}"
)
MODEL = re.compile(r"[0-9]{3}n{4}", re.IGNORECASE)
"""A number copied from a model of the convention."""
JOINT = re.compile(rf"[0-9n]{{0,7}}({SEPARATOR}*)[A-Za-z]{{0,6}}")


@dataclass(frozen=True)
class SchoolPart:
    """The numbers that may have been meant, what is at fault, and the text that is left for the other parts."""

    guesses: tuple[Guess, ...]
    findings: tuple[Finding, ...]
    rest: str


def read_school(stem: str, by: Convention) -> SchoolPart:
    """Which school the name is for."""
    text = trimmed(stem)
    numbers = list(_numbers(text, by))
    if numbers and numbers[0].start == 0 and ours(numbers[0].digits, by):
        return _own(text, numbers[0])
    if foreign := next((one for one in numbers if is_foreign(one.digits, by)), None):
        return SchoolPart((), (Finding(Fault.SCHOOL_FOREIGN, foreign.digits),), _without(text, foreign))
    if inside := next((one for one in numbers if ours(one.digits, by)), None):
        guess = Guess(inside.digits, sure=False)
        return SchoolPart((guess,), (Finding(Fault.SCHOOL_MISSING, ""),), _without(text, inside))
    if numbers and numbers[0].start == 0:
        return _unknown(text, numbers[0].digits, numbers[0].end, by)
    digits = MODEL.match(text) or re.match(r"[0-9]*", text)
    leading = digits[0] if digits else ""
    if leading and not day_of(leading[:8]) and not DATE_FIRST.match(text):
        return _unknown(text, leading, len(leading), by)
    guesses = tuple(Guess(school, sure=len(by.schools) == 1) for school in by.schools[:SCHOOLS_MAX])
    return SchoolPart(guesses, (Finding(Fault.SCHOOL_MISSING, ""),), text)


@dataclass(frozen=True)
class _Number:
    digits: str
    joined: bool
    start: int
    end: int


def _numbers(text: str, by: Convention) -> Iterator[_Number]:
    """Every seven digits that may be a school's number; in two pieces only where the authority's three come first."""
    for match in NUMBER.finditer(text):
        if not match[2] or match[1] == by.authority:
            yield _Number(match[1] + match[3], not match[2], match.start(), match.end())


def _own(text: str, number: _Number) -> SchoolPart:
    findings = [] if number.joined else [Finding(Fault.SCHOOL_FORM, text[: number.end])]
    findings += _joint(text, number.end)
    return SchoolPart((Guess(number.digits, sure=True),), tuple(findings), text[number.end :])


def _unknown(text: str, digits: str, end: int, by: Convention) -> SchoolPart:
    """A number that is nobody's: any of the sender's own may have been meant, the likest first."""
    close = sorted(by.schools, key=lambda school: (not school.endswith(digits), OSA.distance(school, digits)))
    guesses = tuple(Guess(school, sure=False) for school in close[:SCHOOLS_MAX])
    return SchoolPart(guesses, (Finding(Fault.SCHOOL_UNKNOWN, digits[:40]), *_joint(text, end)), text[end:])


def _joint(text: str, end: int) -> list[Finding]:
    """One underscore joins the number to the code."""
    joint = JOINT.match(text, max(0, end - 7))
    if end == len(text) or (joint and joint[1] == "_"):
        return []
    return [Finding(Fault.SEPARATOR, joint[0] if joint else "")]


def _without(text: str, number: _Number) -> str:
    return trimmed(text[: number.start] + text[number.end :])
