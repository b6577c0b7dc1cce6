"""Bank holidays are those that gov.uk/bank-holidays published for England and Wales, and nobody works on them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.holidays import bank_holidays, easter_sunday, is_holiday, is_workday

PUBLISHED = {
    2017: "2 Jan, 14 Apr, 17 Apr, 1 May, 29 May, 28 Aug, 25 Dec, 26 Dec",
    2018: "1 Jan, 30 Mar, 2 Apr, 7 May, 28 May, 27 Aug, 25 Dec, 26 Dec",
    2019: "1 Jan, 19 Apr, 22 Apr, 6 May, 27 May, 26 Aug, 25 Dec, 26 Dec",
    2020: "1 Jan, 10 Apr, 13 Apr, 8 May, 25 May, 31 Aug, 25 Dec, 28 Dec",
    2021: "1 Jan, 2 Apr, 5 Apr, 3 May, 31 May, 30 Aug, 27 Dec, 28 Dec",
    2022: "3 Jan, 15 Apr, 18 Apr, 2 May, 2 Jun, 3 Jun, 29 Aug, 19 Sep, 26 Dec, 27 Dec",
    2023: "2 Jan, 7 Apr, 10 Apr, 1 May, 8 May, 29 May, 28 Aug, 25 Dec, 26 Dec",
    2024: "1 Jan, 29 Mar, 1 Apr, 6 May, 27 May, 26 Aug, 25 Dec, 26 Dec",
    2025: "1 Jan, 18 Apr, 21 Apr, 5 May, 26 May, 25 Aug, 25 Dec, 26 Dec",
    2026: "1 Jan, 3 Apr, 6 Apr, 4 May, 25 May, 31 Aug, 25 Dec, 28 Dec",
    2027: "1 Jan, 26 Mar, 29 Mar, 3 May, 31 May, 30 Aug, 27 Dec, 28 Dec",
    2028: "3 Jan, 14 Apr, 17 Apr, 1 May, 29 May, 28 Aug, 25 Dec, 26 Dec",
}
FOR_ONCE = {2020: "8 May", 2022: "2 Jun, 3 Jun, 19 Sep", 2023: "8 May"}
"""Proclaimed for one year: the anniversary of VE Day, the Queen's jubilee and funeral, the King's coronation."""
MOVED_AWAY = {2020: "4 May", 2022: "30 May"}
"""The usual days of those that were moved for once."""
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
YEARS = st.integers(1978, 2999)
"""Since the early May bank holiday is one."""


def days(year: int, said: str) -> set[date]:
    return {
        date(year, MONTHS.index(month) + 1, int(day))
        for day, month in (each.split() for each in said.split(", ") if each)
    }


@pytest.mark.parametrize("year", PUBLISHED)
def test_they_are_those_that_were_published(year: int) -> None:
    for_once, moved = days(year, FOR_ONCE.get(year, "")), days(year, MOVED_AWAY.get(year, ""))
    assert (bank_holidays(year) | for_once) - moved == days(year, PUBLISHED[year])
    assert all(is_holiday(day, for_once) and not is_workday(day, for_once) for day in days(year, PUBLISHED[year]))


@given(year=YEARS)
def test_every_year_has_eight_and_all_on_weekdays(year: int) -> None:
    found = bank_holidays(year)
    assert len(found) == 8
    assert all(day.year == year and day.weekday() < 5 for day in found)
    assert all(
        date(year, *fixed) in found or date(year, *fixed).weekday() >= 5 for fixed in ((1, 1), (12, 25), (12, 26))
    )


@given(year=YEARS)
def test_easter_is_a_sunday_between_22_march_and_25_april(year: int) -> None:
    easter = easter_sunday(year)
    assert easter.weekday() == 6
    assert date(year, 3, 22) <= easter <= date(year, 4, 25)
    assert {easter - timedelta(2), easter + timedelta(1)} <= bank_holidays(year)


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), extra=st.frozensets(st.dates(), max_size=3))
def test_nobody_works_at_weekends_on_holidays_and_on_those_that_are_added(day: date, extra: frozenset[date]) -> None:
    assert is_workday(day, extra) == (day.weekday() < 5 and day not in bank_holidays(day.year) | extra)
    assert not is_workday(day, {day})
