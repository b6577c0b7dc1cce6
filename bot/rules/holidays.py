"""Working days: Monday to Friday without the bank holidays of England and Wales (Banking and Financial Dealings Act 1971,
schedule 1, with the days that are proclaimed every year since), as gov.uk/bank-holidays publishes them."""

from collections.abc import Set
from datetime import date, timedelta
from functools import lru_cache

from bot.rules.calendar import DAY

SATURDAY = 5
MAY, AUGUST, DECEMBER = 5, 8, 12
YEARS_REMEMBERED = 16


def is_workday(day: date, extra: Set[date] = frozenset()) -> bool:
    """Whether offices are open on it. `extra`: holidays that were proclaimed once, such as for a coronation."""
    return day.weekday() < SATURDAY and not is_holiday(day, extra)


def is_holiday(day: date, extra: Set[date] = frozenset()) -> bool:
    """Whether it is a bank holiday; one that falls on a weekend is none, for its substitute is."""
    return day in extra or day in bank_holidays(day.year)


@lru_cache(YEARS_REMEMBERED)
def bank_holidays(year: int) -> frozenset[date]:
    """Those of every year, in so far as they were not moved for once."""
    easter = easter_sunday(year)
    last_of_may, last_of_august = date(year, MAY, 31), date(year, AUGUST, 31)
    return frozenset({
        *_substituted(date(year, 1, 1)),
        easter - 2 * DAY,
        easter + DAY,
        date(year, MAY, 7) - timedelta(date(year, MAY, 7).weekday()),
        last_of_may - timedelta(last_of_may.weekday()),
        last_of_august - timedelta(last_of_august.weekday()),
        *_substituted(date(year, DECEMBER, 25), date(year, DECEMBER, 26)),
    })  # fmt: skip


def _substituted(*days: date) -> set[date]:
    """Each of them that falls on a weekend gives way to the next weekday that none of them has."""
    taken = {day for day in days if day.weekday() < SATURDAY}
    for day in days:
        if day not in taken:
            while day.weekday() >= SATURDAY or day in taken:
                day += DAY  # noqa: PLW2901
            taken.add(day)
    return taken


def easter_sunday(year: int) -> date:
    """By the Gregorian calendar (Meeus, Astronomical Algorithms, 1991, chapter 8)."""
    century, of_century = divmod(year, 100)
    leaps, left = divmod(century, 4)
    golden = year % 19
    lunar = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - lunar + 15) % 30
    to_sunday = (32 + 2 * left + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)
