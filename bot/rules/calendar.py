"""Days and times as people say and read them (docs/rules.md, «A file's life»): the academic year, periods, spoken times."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
YEAR_BEGINS = 9
"""The academic year runs from 1 September to 31 August."""


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date


def academic_year(day: date, back: int = 0) -> Period:
    """The academic year that a day lies in, or the one so many years before."""
    begins = day.year - (day.month < YEAR_BEGINS) - back
    return Period(date(begins, YEAR_BEGINS, 1), date(begins + 1, YEAR_BEGINS, 1) - timedelta(1))


def bounds(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The moments between which a period lies in this zone: the first included, the second not."""
    return _midnight(period.first, zone), _midnight(period.last + timedelta(1), zone)


def spoken_date(day: date) -> str:
    """Such as «1 September 2026»."""
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def spoken_time(at: datetime, zone: ZoneInfo) -> str:
    """Such as «09:00 on 1 September 2026», in this zone."""
    there = at.astimezone(zone)
    return f"{there:%H:%M} on {spoken_date(there.date())}"


def read_day(words: str, today: date) -> date | None:
    """The day that these words name; without a year the latest such day that is not after today."""
    text = words.strip().lower().rstrip(".,")
    named = {"today": today, "yesterday": today - timedelta(1)}
    if text in named:
        return named[text]
    if text in WEEKDAYS:
        return today - timedelta((today.weekday() - WEEKDAYS.index(text)) % 7)
    for pattern, order in FORMS:
        if match := pattern.fullmatch(text):
            return _day(*order(match), today)
    return None


def read_period(words: str, today: date) -> Period | None:
    """The period that these words name; None where they name none. Never raises."""
    text = " ".join(words.lower().split())
    if text in NAMED:
        return NAMED[text](today)
    for pattern, first, last in SPANS:
        if match := pattern.fullmatch(text):
            begins = read_day(match[first], today)
            ends = read_day(match[last], today) if last else today
            if begins and ends and begins <= ends:
                return Period(begins, ends)
    return _month(text, today)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _day(day: str, month: str, year: str | None, today: date) -> date | None:
    number = int(month) if month.isdigit() else _month_number(month)
    try:
        if year:
            return date(int(year), number, int(day))
        this = date(today.year, number, int(day))
        return this if this <= today else date(today.year - 1, number, int(day))
    except ValueError:
        return None


def _month_number(word: str) -> int:
    """1 to 12, or 0 for no month: a name or its first three letters at least."""
    return next((at for at, name in enumerate(MONTHS, 1) if len(word) >= 3 and name.startswith(word)), 0)


def _month(text: str, today: date) -> Period | None:
    match = re.fullmatch(r"(?:in |since )?([a-z]{3,9})(?: ([0-9]{4}))?", text)
    number = _month_number(match[1]) if match else 0
    if not match or not number:
        return None
    year = int(match[2]) if match[2] else today.year - (number > today.month)
    if not 1 <= year < date.max.year:
        return None
    first = date(year, number, 1)
    after = date(year + number // 12, number % 12 + 1, 1)
    return Period(first, today) if text.startswith("since ") else Period(first, after - timedelta(1))


def _week(today: date, back: int = 0) -> Period:
    monday = today - timedelta(today.weekday() + 7 * back)
    return Period(monday, monday + timedelta(6))


Parts = tuple[str, str, str | None]
FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Parts]], ...] = (
    (re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"), lambda found: (found[3], found[2], found[1])),
    (re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})"), lambda found: (found[1], found[2], found[3])),
    (re.compile(r"([0-9]{1,2})/([0-9]{1,2})"), lambda found: (found[1], found[2], None)),
    (
        re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?(?: of)? ([a-z]{3,9})(?: ([0-9]{4}))?"),
        lambda found: (found[1], found[2], found[3]),
    ),
    (
        re.compile(r"([a-z]{3,9}) ([0-9]{1,2})(?:st|nd|rd|th)?(?:,? ([0-9]{4}))?"),
        lambda found: (found[2], found[1], found[3]),
    ),
)
"""How a day is written, and where in it day, month and year stand: day before month, as in Britain."""

NAMED: dict[str, Callable[[date], Period]] = {
    "today": lambda today: Period(today, today),
    "yesterday": lambda today: Period(today - timedelta(1), today - timedelta(1)),
    "this week": _week,
    "last week": lambda today: _week(today, 1),
    "this year": academic_year,
    "last year": lambda today: academic_year(today, 1),
    "previous year": lambda today: academic_year(today, 1),
    "this academic year": academic_year,
    "last academic year": lambda today: academic_year(today, 1),
    "previous academic year": lambda today: academic_year(today, 1),
}

SPANS: tuple[tuple[re.Pattern[str], int, int | None], ...] = (
    (re.compile(r"since (.+)"), 1, None),
    (re.compile(r"(?:from|between) (.+) (?:to|until|and) (.+)"), 1, 2),
    (re.compile(r"on (.+)"), 1, 1),
)
"""Words that frame one day or two. `since September` is left to the months."""
