"""The date or version at the end of a badly named file's name.

Each table is read from the top. A form in it is a pattern, and stands at the end of the text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from bot.rules.correction_reading import GAP, LIKELY, SURE, Reading, bare, finding, trimmed
from bot.rules.filename_shape import Fault, day_of

VERSION_FIRST = "V01"
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip

G = f"{GAP}{{1,9}}"
"""A gap inside a date. A longer one separates what does not belong together."""
YEAR, MONTH, DAY = "(?P<year>(?:19|20)[0-9]{2})", "(?P<month>[0-9]{1,2})", "(?P<day>[0-9]{1,2})"
"""No return is of another century; a time of day after the date must not be taken for its year."""
YEAR2, MONTH2, DAY2 = "(?P<year>[0-9]{2})", "(?P<month>[0-9]{2})", "(?P<day>[0-9]{2})"
SOME_YEAR = "(?:19|20)[0-9]{2}"
SOME_MONTH = "(?:0[1-9]|1[0-2])"
ALONE = "(?<![0-9])"
"""No digit stands before it."""
APART = "(?<![A-Za-z0-9])"
"""It does not touch the word before it."""


@dataclass(frozen=True)
class Form:
    """A way in which people write a date."""

    pattern: str
    doubt: int = SURE


AS_IT_SHOULD_BE = (Form(f"(?P<year>[0-9]{{4}}){MONTH2}{DAY2}"),)
FULL = (
    Form(f"{YEAR}{G}{MONTH}{G}{DAY}"),
    Form(f"{YEAR}{G}{MONTH2}{DAY2}"),
    Form(f"{YEAR}{MONTH2}{G}{DAY2}"),
    Form(f"{DAY2}{MONTH2}{YEAR}"),
    Form(f"{ALONE}(?!{SOME_YEAR}){DAY2}{MONTH2}{G}{YEAR}"),
    Form(f"{ALONE}{DAY2}{G}{MONTH2}{YEAR}"),
    Form(f"{ALONE}{DAY2}{G}{MONTH}{G}{YEAR}"),
    Form(f"{APART}(?P<day>[0-9]){G}{MONTH}{G}{YEAR}"),
    Form(f"{ALONE}(?P<day>[0-9])(?P<gap>{GAP})(?P<month>[1-9]|1[0-2])(?P=gap){YEAR}"),
)
"""With separators or in another order: year first is year-month-day, else day first."""
PERHAPS_FULL = (
    Form(f"(?<=[0-9]){DAY2}{G}{MONTH}{G}{YEAR}", LIKELY),
    Form(f"(?<=[A-Za-z])(?P<day>[0-9]){G}{MONTH}{G}{YEAR}", LIKELY),
    Form(f"{DAY}(?:st|nd|rd|th)?{GAP}{{0,9}}(?P<word>[A-Za-z]{{3,9}}){GAP}{{0,9}}{YEAR}", LIKELY),
    Form(f"{ALONE}{MONTH2}{GAP}{{0,9}}{DAY2}{GAP}{{0,9}}{YEAR}", LIKELY),
)
"""A day that runs into other digits or a word; a month in words; the month before the day."""
SHORT = (
    Form(f"{ALONE}{DAY2}{MONTH2}{YEAR2}", LIKELY),
    Form(f"{ALONE}{YEAR2}{MONTH2}{DAY2}", LIKELY),
    Form(f"{ALONE}{DAY}{G}{MONTH}{G}{YEAR2}", LIKELY),
    Form(f"{ALONE}{YEAR2}{G}{MONTH}{G}{DAY}", LIKELY),
)
"""With a year of two digits."""
MONTH_ALONE = (f"{ALONE}{SOME_YEAR}{SOME_MONTH}", f"{ALONE}{SOME_MONTH}{SOME_YEAR}")
NO_FULL_DATE = (
    *((Fault.DATE_SHORT, pattern) for pattern in MONTH_ALONE),
    (Fault.DATE_IMPOSSIBLE, f"{ALONE}[0-9]{{4}}{G}[0-9]{{1,2}}{G}[0-9]{{1,2}}"),
    (Fault.DATE_IMPOSSIBLE, f"(?:{ALONE}[0-9]{{2}}|{APART}[0-9]){G}[0-9]{{1,2}}{G}[0-9]{{4}}"),
    (Fault.DATE_IMPOSSIBLE, "[0-9]{8}"),
    (Fault.DATE_SHORT, f"{ALONE}{SOME_YEAR}{G}(?:[0-9]{{1,2}}|{SOME_YEAR})"),
    (Fault.DATE_SHORT, f"(?:{ALONE}[0-9]{{2}}|{APART}[0-9]){G}{SOME_YEAR}"),
    (Fault.DATE_SHORT, f"{ALONE}{SOME_YEAR}"),
    (Fault.DATE_SHORT, f"{SOME_YEAR}{SOME_MONTH}"),
    (Fault.DATE_IMPOSSIBLE, f"{ALONE}[0-9]{{5,7}}"),
)
"""A month without its day, a year alone, a school year, a day that no calendar knows: `V01` may stand in their place."""
VERSIONS = (
    (re.compile("V(?P<number>0[1-9]|[1-9][0-9])$"), None, SURE),
    (re.compile("V(?P<number>[1-9])$"), Fault.VERSION, SURE),
    (
        re.compile(f"(?:[Vv]ersion{GAP}{{0,9}}|(?<![A-Za-z])[Vv]{G}|[Vv])(?P<number>[0-9]{{1,3}})$"),
        Fault.VERSION,
        LIKELY,
    ),
)
"""`V1` is surely `V01`; in small letters, in words, or with another number it is a guess."""


def whens(text: str, today: date) -> list[Reading]:
    """The dates and versions that may be meant, best first; the rest is what stands before them."""
    before_dot = trimmed(text)
    spaced = (
        finding(Fault.SPACE_BEFORE_DOT, f"{before_dot[-8:]}{text[len(before_dot) :]}.") if before_dot != text else ()
    )
    found = _dates(before_dot) or _versions(before_dot) or _not_quite(before_dot, today)
    return [replace(one, findings=(*one.findings, *spaced)) for one in found]


def begins_with_date(text: str) -> bool:
    """Whether a full date stands where the school's number should."""
    return any(re.match(f"(?:{form.pattern})(?![0-9])", text) and _moved(text, 0) for form in (*AS_IT_SHOULD_BE, *FULL))


def _dates(text: str) -> list[Reading]:
    """A full date at the end. One reading is sure, several are choices."""
    if found := _read(AS_IT_SHOULD_BE, text, None):
        return found
    found = _read(FULL, text, Fault.DATE_FORM)
    return found if len(found) < 2 else [replace(one, doubt=LIKELY) for one in found]


def _versions(text: str) -> list[Reading]:
    """A version at the end; after a date, one of the two is too much."""
    for pattern, fault, doubt in VERSIONS:
        if match := pattern.search(text):
            number = int(match["number"])
            version = f"V{number:02}" if 0 < number < 100 else VERSION_FIRST
            rest = text[: match.start()]
            sure = Reading(version, rest, doubt, finding(fault, match[0]), match[0])
            return list(_either(sure)) or [sure]
    return []


def _either(version: Reading) -> Iterator[Reading]:
    """The date alone and the version alone, where both are there."""
    for day in _dates(trimmed(version.rest)):
        written = version.rest[len(day.rest) :] + version.written
        both = (*version.findings, *finding(Fault.DATE_AND_VERSION, written))
        yield Reading(day.value, day.rest, LIKELY, both, written)
        yield Reading(version.value, day.rest, LIKELY, both, written)


def _not_quite(text: str, today: date) -> list[Reading]:
    """What can be guessed where the name ends neither in a full date nor in a version: never sure."""
    if perhaps := _read(PERHAPS_FULL, text, Fault.DATE_FORM):
        return [*perhaps, *(replace(one, findings=perhaps[0].findings) for one in _first_version(text))]
    month_alone = any(re.search(f"{pattern}$", text) for pattern in MONTH_ALONE)
    short = [] if month_alone else _read(SHORT, text, Fault.DATE_SHORT)
    return sorted(short, key=lambda one: _unlikely(one, today)) or _moved(text) or _first_version(text)


def _first_version(text: str) -> list[Reading]:
    """`V01` in place of the digits that are no date, or behind a description without any."""
    for fault, pattern in NO_FULL_DATE:
        if match := re.search(f"{pattern}$", text):
            return [Reading(VERSION_FIRST, text[: match.start()], LIKELY, finding(fault, match[0]), match[0])]
    return [Reading(VERSION_FIRST, text, LIKELY, finding(Fault.DATE_MISSING))]


def _moved(text: str, at: int | None = None) -> list[Reading]:
    """A full date that stands in another place (`at`: there and nowhere else)."""
    for form in (*AS_IT_SHOULD_BE, *FULL):
        for match in re.finditer(f"(?:{form.pattern})(?![0-9])", text):
            when = _day(match)
            if when and at in (None, match.start()) and not (match.start() and text[match.start() - 1].isdigit()):
                rest = bare(text[: match.start()]) + text[match.end() :]
                return [Reading(when, rest, LIKELY, finding(Fault.DATE_PLACE, match[0]))]
    return []


def _read(forms: Iterable[Form], text: str, fault: Fault | None) -> list[Reading]:
    """What these forms make of the end of the text, each but once."""
    found: dict[tuple[str, int], Reading] = {}
    for form in forms:
        match = re.search(f"(?:{form.pattern})$", text)
        if match and (when := _day(match)):
            found[when, match.start()] = Reading(
                when, text[: match.start()], form.doubt, finding(fault, match[0]), match[0]
            )
    return list(found.values())


def _day(match: re.Match[str]) -> str | None:
    """The day that was read, as `yyyymmdd`, where the calendar has it."""
    parts = match.groupdict()
    year = parts["year"] if len(parts["year"]) == 4 else f"20{parts['year']}"
    month = parts.get("month") or _month(parts["word"])
    digits = f"{year}{int(month):02}{int(parts['day']):02}"
    return digits if day_of(digits) else None


def _month(word: str) -> str:
    """The number of a month in words, whole or cut after three letters or more; 0 where it is none."""
    return str(next((number for number, name in enumerate(MONTHS, 1) if name.startswith(word.lower())), 0))


def _unlikely(reading: Reading, today: date) -> int:
    """How far from today the day is; one to come counts for more, since most returns tell of what has been."""
    day = day_of(reading.value or "")
    apart = (day - today).days if day else 0
    return apart * 3 if apart > 0 else -apart
