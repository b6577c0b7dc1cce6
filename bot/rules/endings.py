"""The end of a name: the date or the version that stands there, or those that may have been meant."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.rules.convention import Fault, Finding, day_of
from bot.rules.writing import SEPARATOR, Guess, trimmed

FIRST_VERSION = "V01"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = rf"(?P<m>{'|'.join(MONTHS)})[a-z]{{0,6}}"
BETWEEN = rf"(?:(?:{SEPARATOR}|/){{1,3}})"
START = r"(?<![0-9])"
APART = rf"(?<![0-9])(?<![0-9]{SEPARATOR})"
"""Before a year of two digits, which would else be read into the time of day."""
YEAR_FIRST = rf"(?P<y>[0-9]{{4}}){BETWEEN}(?P<m>[0-9]{{1,2}}){BETWEEN}(?P<d>[0-9]{{1,2}})"
DAY_FIRST = rf"(?P<d>[0-9]{{1,2}}){BETWEEN}(?P<m>[0-9]{{1,2}}){BETWEEN}(?P<y>[0-9]{{4}})"
BEFORE_END = re.compile(rf"{SEPARATOR}+\Z")
Groups = re.Match[str]


@dataclass(frozen=True)
class EndPart:
    """Each date or version that may have been meant with the text that is left, and what is at fault."""

    guesses: tuple[tuple[Guess, str], ...]
    findings: tuple[Finding, ...]
    left: str
    """The text that is left if the name is taken as it stands."""


@dataclass(frozen=True)
class _Form:
    """One way in which dates and versions are written, and what it becomes."""

    pattern: re.Pattern[str]
    value: Callable[[Groups], str | None]
    fault: Fault


def _day(match: Groups) -> str | None:
    return _digits(match["y"], match["m"], match["d"])


def _day_in_words(match: Groups) -> str | None:
    return _digits(match["y"], str(MONTHS.index(match["m"][:3].lower()) + 1), match["d"])


def _day_of_this_century(match: Groups) -> str | None:
    return _digits(f"20{match['y']}", match["m"], match["d"])


def _digits(year: str, month: str, day: str) -> str | None:
    digits = f"{int(year):04d}{int(month):02d}{int(day):02d}"
    return digits if day_of(digits) else None


def _version(match: Groups) -> str | None:
    number = int(match["n"])
    return f"V{number:02d}" if 0 < number < 100 else None


def _month_alone(match: Groups) -> str | None:
    return FIRST_VERSION if 1 <= int(match["m"]) <= 12 else None


def _anything(match: Groups) -> str:
    del match
    return FIRST_VERSION


def _forms(*rows: tuple[str, Callable[[Groups], str | None], Fault]) -> tuple[_Form, ...]:
    return tuple(_Form(re.compile(rf"(?:{pattern})\Z", re.IGNORECASE), value, fault) for pattern, value, fault in rows)


DATES = _forms(
    (r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})", _day, Fault.DATE_FORM),
    (START + YEAR_FIRST, _day, Fault.DATE_FORM),
    (START + DAY_FIRST, _day, Fault.DATE_FORM),
    (rf"{START}(?P<d>[0-9]{{2}})(?P<m>[0-9]{{2}})(?P<y>[0-9]{{4}})", _day, Fault.DATE_FORM),
)
VERSIONS = _forms(
    (r"(?-i:V)(?P<n>[0-9]{1,2})", _version, Fault.VERSION),
    (rf"(?-i:(?<![A-Z])V){SEPARATOR}{{1,3}}(?P<n>[0-9]{{1,2}})", _version, Fault.VERSION),
)
"""docs/rules.md, «A correction is sure»: year first is year-month-day, else day first; `V1` becomes `V01`."""

GUESSED = _forms(
    (
        rf"{START}(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?{BETWEEN}?{MONTH}{BETWEEN}?(?P<y>[0-9]{{4}})",
        _day_in_words,
        Fault.DATE_FORM,
    ),
    (
        rf"{MONTH}{BETWEEN}?(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?{BETWEEN}(?P<y>[0-9]{{4}})",
        _day_in_words,
        Fault.DATE_FORM,
    ),
    (rf"{START}(?P<y>[0-9]{{4}}){BETWEEN}?{MONTH}{BETWEEN}?(?P<d>[0-9]{{1,2}})", _day_in_words, Fault.DATE_FORM),
    (rf"{START}(?P<y>[0-9]{{4}}){SEPARATOR}?(?P<m>[0-9]{{2}}){SEPARATOR}?(?P<d>[0-9]{{2}})", _day, Fault.DATE_FORM),
    (rf"{START}(?P<d>[0-9]{{2}}){SEPARATOR}?(?P<m>[0-9]{{2}}){SEPARATOR}?(?P<y>[0-9]{{4}})", _day, Fault.DATE_FORM),
    (rf"{START}(?P<m>[0-9]{{1,2}}){BETWEEN}(?P<d>[0-9]{{1,2}}){BETWEEN}(?P<y>[0-9]{{4}})", _day, Fault.DATE_FORM),
    (r"(?P<d>[0-9]{2})(?P<m>[0-9]{2})(?P<y>20[0-9]{2})", _day, Fault.DATE_FORM),
    (r"(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?P<y>20[0-9]{2})", _day, Fault.DATE_FORM),
    (
        rf"{APART}(?P<d>[0-9]{{1,2}}){BETWEEN}(?P<m>[0-9]{{1,2}}){BETWEEN}(?P<y>[0-9]{{2}})",
        _day_of_this_century,
        Fault.DATE_SHORT,
    ),
    (
        rf"{APART}(?P<y>[0-9]{{2}}){BETWEEN}(?P<m>[0-9]{{1,2}}){BETWEEN}(?P<d>[0-9]{{1,2}})",
        _day_of_this_century,
        Fault.DATE_SHORT,
    ),
    (rf"{APART}(?P<d>[0-9]{{2}})(?P<m>[0-9]{{2}})(?P<y>[0-9]{{2}})", _day_of_this_century, Fault.DATE_SHORT),
    (rf"{APART}(?P<y>[0-9]{{2}})(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}})", _day_of_this_century, Fault.DATE_SHORT),
    (rf"{START}(?:19|20)[0-9]{{2}}(?P<m>[0-9]{{2}})", _month_alone, Fault.DATE_SHORT),
    (rf"(?<![A-Za-z])(?:v|ver|version){SEPARATOR}{{0,3}}(?P<n>[0-9]{{1,3}})", _version, Fault.VERSION),
    (r"v(?P<n>[0-9]{1,3})", _version, Fault.VERSION),
)
"""What may have been meant, though the list of sure steps lacks it. A month without a day is never completed."""

IN_PLACE = _forms(
    (rf"{START}[0-9]{{4}}{BETWEEN}[0-9]{{1,2}}{BETWEEN}[0-9]{{1,2}}", _anything, Fault.DATE_IMPOSSIBLE),
    (rf"{START}[0-9]{{1,2}}{BETWEEN}[0-9]{{1,2}}{BETWEEN}[0-9]{{4}}", _anything, Fault.DATE_IMPOSSIBLE),
    (rf"{START}(?:19|20)[0-9]{{2}}{BETWEEN}(?P<m>[0-9]{{1,2}})", _month_alone, Fault.DATE_SHORT),
    (rf"{START}(?P<m>[0-9]{{1,2}}){BETWEEN}(?:19|20)[0-9]{{2}}", _month_alone, Fault.DATE_SHORT),
    (r"(?<![A-Za-z])(?:v|ver|version)[0-9.]+", _anything, Fault.VERSION),
    (r"(?-i:V)[0-9.]*", _anything, Fault.VERSION),
    (r"[0-9]{8,}", _anything, Fault.DATE_IMPOSSIBLE),
    (r"[0-9]{4,7}", _anything, Fault.DATE_SHORT),
    ("", _anything, Fault.DATE_MISSING),
)
"""What no date or version can be read from; `V01` in its place is a choice."""

ELSEWHERE = tuple(
    _Form(re.compile(rf"{START}{pattern}(?![0-9])"), _day, Fault.DATE_PLACE)
    for pattern in (r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})", YEAR_FIRST, DAY_FIRST)
)
"""A date that does not stand at the end, where it belongs."""


def read_ending(text: str) -> EndPart:
    """When the document is of, or which version it is. `text` has no separators round it."""
    if found := _first((*DATES, *VERSIONS), text):
        form, match, value = found
        left = text[: match.start()]
        before = BEFORE_END.sub("", left)
        if form.fault is Fault.VERSION and (dated := _first(DATES, before)):
            return _both(dated, value, before, text)
        findings = () if match[0] == value else (Finding(form.fault, match[0]),)
        return EndPart(((Guess(value, sure=True), left),), findings, left)
    guessed = [(form, match, value) for form in GUESSED for match, value in _read(form, text)]
    if guessed:
        form, match, _ = guessed[0]
        guesses = tuple((Guess(value, sure=False), text[: one.start()]) for _, one, value in guessed)
        return EndPart(guesses, (Finding(form.fault, match[0]),), text[: match.start()])
    return _elsewhere(text) or _in_place(text)


def _read(form: _Form, text: str) -> list[tuple[Groups, str]]:
    match = form.pattern.search(text)
    value = form.value(match) if match else None
    return [(match, value)] if match and value else []


def _first(forms: tuple[_Form, ...], text: str) -> tuple[_Form, Groups, str] | None:
    return next(((form, match, value) for form in forms for match, value in _read(form, text)), None)


def _both(dated: tuple[_Form, Groups, str], version: str, before: str, text: str) -> EndPart:
    """A description may not end in a date when a version follows: it is the one or the other."""
    _, match, day = dated
    bare = before[: match.start()]
    guesses = ((Guess(version, sure=False), bare), (Guess(day, sure=False), bare))
    return EndPart(guesses, (Finding(Fault.DATE_AND_VERSION, text[match.start() :]),), bare)


def _elsewhere(text: str) -> EndPart | None:
    found = _first(ELSEWHERE, text)
    if not found:
        return None
    form, match, value = found
    around = trimmed(text[: match.start()] + text[match.end() :])
    return EndPart(((Guess(value, sure=False), around),), (Finding(form.fault, match[0]),), around)


def _in_place(text: str) -> EndPart:
    found = _first(IN_PLACE, text)
    assert found  # noqa: S101 - the last form matches any text
    form, match, value = found
    left = text[: match.start()]
    return EndPart(((Guess(value, sure=False), left),), (Finding(form.fault, match[0]),), left)
