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
DAY = timedelta(1)
YEARS_TRIED = 8
"""A 29 February recurs within so many years, or within eight around a century without one."""


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date


def academic_year(day: date, back: int = 0) -> Period:
    """The academic year that a day lies in, or the one so many years before."""
    begins = day.year - (day.month < YEAR_BEGINS) - back
    return Period(date(begins, YEAR_BEGINS, 1), date(begins + 1, YEAR_BEGINS, 1) - DAY)


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """The same moment by the clocks of this zone. Raises ValueError for a moment without a zone of its own."""
    if at.tzinfo is None:
        raise ValueError("a moment has a zone")
    return at.astimezone(zone)


def bounds(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The moments, in UTC, between which a period lies in this zone: the first included, the second not."""
    return _midnight(period.first, zone), _midnight(period.last + DAY, zone)


def spoken_date(day: date) -> str:
    """Such as «1 September 2026»."""
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def spoken_time(at: datetime, zone: ZoneInfo) -> str:
    """Such as «09:00 on 1 September 2026», in this zone. Raises ValueError for a moment without a zone of its own."""
    there = local(at, zone)
    return f"{there:%H:%M} on {spoken_date(there.date())}"


def read_period(words: str, today: date) -> Period | None:
    """The period that these words name; None where they name none. Never raises.

    A day or month without a year is the latest that is not after today; at the end of a range, the first that is not
    before its beginning.
    """
    text = _plain(words)
    for shape, read in SHAPES:
        if match := shape.fullmatch(text):
            return read(today, *match.groups())
    return None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _plain(words: str) -> str:
    """In lower case and without what says nothing: commas, `of`, the ending of `1st`."""
    text = re.sub(r"(?<=[0-9])(?:st|nd|rd|th)\b", "", words.casefold().replace(",", " "))
    return " ".join(word for word in text.rstrip(" .").split() if word != "of")


@dataclass(frozen=True)
class _Dated:
    """A day or, without one, a month; in a year or, without one, in any."""

    month: int
    day: int | None = None
    year: int | None = None

    def latest(self, limit: date) -> Period | None:
        """The latest that has begun by then; with a year, that very one."""
        years = [self.year] if self.year else range(limit.year, limit.year - YEARS_TRIED - 1, -1)
        fits = (found for year in years if (found := self._within(year)) and (self.year or found.first <= limit))
        return next(fits, None)

    def earliest(self, limit: date) -> Period | None:
        """The first that has not ended before then; with a year, that very one."""
        years = [self.year] if self.year else range(limit.year, limit.year + YEARS_TRIED + 1)
        fits = (found for year in years if (found := self._within(year)) and (self.year or found.last >= limit))
        return next(fits, None)

    def _within(self, year: int) -> Period | None:
        after = (year + self.month // 12, self.month % 12 + 1)
        try:
            first = date(year, self.month, 1 if self.day is None else self.day)
            return Period(first, date(*after, 1) - DAY if self.day is None else first)
        except ValueError:
            return None


def _dated(text: str) -> _Dated | None:
    """What a written day or month says, whether or not the calendar has it."""
    for form in FORMS:
        if match := form.fullmatch(text):
            found = match.groupdict()
            month = _month_number(found["month"])
            year = found.get("year")
            day = found.get("day")
            return _Dated(month, int(day) if day else None, _whole_year(year) if year else None) if month else None
    return None


def _month_number(text: str) -> int:
    """1 to 12, or 0 for no month: its number, its name, or three letters of that at least."""
    if text.isdigit():
        return int(text) if 1 <= int(text) <= len(MONTHS) else 0
    return next((at for at, name in enumerate(MONTHS, 1) if len(text) >= 3 and name.startswith(text)), 0)


def _whole_year(digits: str) -> int:
    return int(digits) if len(digits) > 2 else 2000 + int(digits)


def _point(today: date, text: str) -> Period | None:
    """A single day, month, week or year."""
    if text in NAMED:
        return NAMED[text](today)
    dated = _dated(text)
    return dated.latest(today) if dated else None


def _since(today: date, text: str) -> Period | None:
    begins = _point(today, text)
    return Period(begins.first, max(today, begins.first)) if begins else None


def _range(today: date, first: str, last: str) -> Period | None:
    begins, ends = _point(today, first), _point(today, last)
    start, end = _dated(first), _dated(last)
    if start and end and end.year:
        begins = start.latest(ends.last) if ends else None
    elif begins and end:
        ends = end.earliest(begins.first)
    return Period(begins.first, ends.last) if begins and ends and begins.first <= ends.last else None


def _week(today: date, back: int = 0) -> Period:
    monday = today - timedelta(today.weekday() + 7 * back)
    return Period(monday, monday + timedelta(6))


def _month(today: date, back: int = 0) -> Period:
    any_day = today
    for _ in range(back):
        any_day = any_day.replace(day=1) - DAY
    return Period(any_day.replace(day=1), (any_day.replace(day=28) + timedelta(4)).replace(day=1) - DAY)


def _days_back(count: int) -> Callable[[date], Period]:
    return lambda today: Period(today - timedelta(count), today - timedelta(count))


def _weekday(number: int, *, before_today: bool = False) -> Callable[[date], Period]:
    def latest(today: date) -> Period:
        back = (today.weekday() - number) % 7
        return _days_back(back or 7 * before_today)(today)

    return latest


NAMED: dict[str, Callable[[date], Period]] = {
    "today": _days_back(0),
    "yesterday": _days_back(1),
    "this week": _week,
    "last week": lambda today: _week(today, 1),
    "this month": _month,
    "last month": lambda today: _month(today, 1),
    **{f"this {kind}year": academic_year for kind in ("", "academic ", "school ")},
    **{
        f"{which} {kind}year": lambda today: academic_year(today, 1)
        for which in ("last", "previous") for kind in ("", "academic ", "school ")
    },
    **{name: _weekday(number) for number, name in enumerate(WEEKDAYS)},
    **{f"last {name}": _weekday(number, before_today=True) for number, name in enumerate(WEEKDAYS)},
}  # fmt: skip
"""Periods that have a name. A year is an academic one."""

YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{YEAR}-(?P<month>[0-9]{{1,2}})-(?P<day>[0-9]{{1,2}})",
        rf"{YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})",
        r"(?P<day>[0-9]{1,2})([/.-])(?P<month>[0-9]{1,2})\2(?P<year>(?:19|20)?[0-9]{2})",
        r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})",
        rf"(?P<day>[0-9]{{1,2}}) ?(?P<month>[a-z]{{3,9}})(?: {YEAR})?",
        rf"(?P<month>[a-z]{{3,9}}) (?P<day>[0-9]{{1,2}})(?: {YEAR})?",
        rf"(?P<month>[a-z]{{3,9}})(?: {YEAR})?",
    )
)
"""How a day or a month is written: in numbers the day before the month, as in Britain."""

SHAPES: tuple[tuple[re.Pattern[str], Callable[..., Period | None]], ...] = (
    (re.compile(r"(?:(?:from|since) )?(.+) (?:to|until|till) (.+)"), _range),
    (re.compile(r"between (.+) and (.+)"), _range),
    (re.compile(r"(?:since|from) (.+)"), _since),
    (re.compile(r"(?:(?:in|on) )?(.+)"), _point),
)
"""Words that frame one point in time, or two."""
