"""Days as people say them, read and spoken (docs/rules.md, «A file's life»)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.calendar import Period, academic_year, bounds, local, read_period, spoken_date, spoken_time

LONDON = ZoneInfo("Europe/London")
TODAY = date(2026, 9, 16)
"""A Wednesday, early in an academic year."""
WORDS = (
    "since",
    "from",
    "to",
    "and",
    "between",
    "in",
    "on",
    "last",
    "this",
    "year",
    "may",
    "sept",
    "monday",
    "1",
    "31",
    "2026",
)
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def days(first: str, last: str | None = None) -> Period:
    """A period from its first and last day, or a single day."""
    return Period(date.fromisoformat(first), date.fromisoformat(last or first))


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2026-08-31", "2025-09-01", "2026-08-31"), ("2026-09-01", "2026-09-01", "2027-08-31"),
        ("2027-01-01", "2026-09-01", "2027-08-31"),
    ],
)  # fmt: skip
def test_the_academic_year_runs_from_september_to_august(day: str, first: str, last: str) -> None:
    assert academic_year(date.fromisoformat(day)) == days(first, last)
    assert academic_year(date.fromisoformat(day), back=1).last == date.fromisoformat(first) - timedelta(1)


@given(DAYS)
def test_every_day_lies_in_its_academic_year(day: date) -> None:
    year = academic_year(day)
    assert year.first <= day <= year.last
    assert academic_year(year.last) == year == academic_year(year.first)


@pytest.mark.parametrize(
    ("said", "period"),
    [
        ("this year", days("2026-09-01", "2027-08-31")),
        ("last year", days("2025-09-01", "2026-08-31")),
        ("Previous academic year", days("2025-09-01", "2026-08-31")),
        ("last school year", days("2025-09-01", "2026-08-31")),
        ("today", days("2026-09-16")),
        ("yesterday", days("2026-09-15")),
        ("this week", days("2026-09-14", "2026-09-20")),
        ("last week", days("2026-09-07", "2026-09-13")),
        ("this month", days("2026-09-01", "2026-09-30")),
        ("last month", days("2026-08-01", "2026-08-31")),
        ("since 1 September", days("2026-09-01", "2026-09-16")),
        ("since 1 September 2025", days("2025-09-01", "2026-09-16")),
        ("since 1st of September, 2025", days("2025-09-01", "2026-09-16")),
        ("Since September 1", days("2026-09-01", "2026-09-16")),
        ("since 1 sept.", days("2026-09-01", "2026-09-16")),
        ("since 01/09/2026", days("2026-09-01", "2026-09-16")),
        ("since 1.9.26", days("2026-09-01", "2026-09-16")),
        ("since 1/9", days("2026-09-01", "2026-09-16")),
        ("since 2026-09-01", days("2026-09-01", "2026-09-16")),
        ("since 20260901", days("2026-09-01", "2026-09-16")),
        ("since Monday", days("2026-09-14", "2026-09-16")),
        ("since Wednesday", days("2026-09-16")),
        ("since last Wednesday", days("2026-09-09", "2026-09-16")),
        ("since last week", days("2026-09-07", "2026-09-16")),
        ("since July", days("2026-07-01", "2026-09-16")),
        ("from yesterday", days("2026-09-15", "2026-09-16")),
        ("from 1 September to 30 September 2025", days("2025-09-01", "2025-09-30")),
        ("from 1 December to 31 January 2026", days("2025-12-01", "2026-01-31")),
        ("between 2026-01-01 and 2026-03-31", days("2026-01-01", "2026-03-31")),
        ("from monday to today", days("2026-09-14", "2026-09-16")),
        ("from march to may", days("2026-03-01", "2026-05-31")),
        ("1 May until 2 May", days("2026-05-01", "2026-05-02")),
        ("september", days("2026-09-01", "2026-09-30")),
        ("October", days("2025-10-01", "2025-10-31")),
        ("in september 2025", days("2025-09-01", "2025-09-30")),
        ("in December 2025", days("2025-12-01", "2025-12-31")),
        ("on 3 September", days("2026-09-03")),
        ("17 September", days("2025-09-17")),
        ("16 September", days("2026-09-16")),
        ("29 February", days("2024-02-29")),
    ],
)
def test_periods_are_read_as_people_name_them(said: str, period: Period) -> None:
    assert read_period(said, TODAY) == period


def test_the_end_of_a_range_without_a_year_is_the_first_after_its_beginning() -> None:
    assert read_period("from 1 September to 30 September", TODAY) == days("2026-09-01", "2026-09-30")
    assert read_period("between 1 December and 31 January", date(2026, 3, 1)) == days("2025-12-01", "2026-01-31")


@pytest.mark.parametrize(
    "said",
    [
        "", "since", "since then", "last", "year", "31 September", "30/02/2026", "2026-13-01", "0 May", "13/13",
        "from 2 May 2026 to 1 May 2026", "between 1 May", "1 Ma", "the autumn one", "8302000", "1 September 9999",
        "since 0001-01-01", "from x to y", "1/9.2026",
    ],
)  # fmt: skip
def test_what_names_no_period_is_none(said: str) -> None:
    assert read_period(said, TODAY) is None


@given(DAYS, DAYS)
def test_a_day_without_a_year_is_the_latest_that_is_not_after_today(day: date, today: date) -> None:
    found = read_period(f"{day.day} {day:%B}", today)
    assert found is not None
    assert found.first == found.last <= today
    assert (found.first.day, found.first.month) == (day.day, day.month)
    assert (today - found.first).days <= (366 if (day.month, day.day) != (2, 29) else 8 * 366)


@given(DAYS, DAYS)
def test_a_spoken_date_is_read_back_and_so_are_its_other_forms(day: date, today: date) -> None:
    for said in (spoken_date(day), f"{day:%d/%m/%Y}", day.isoformat(), f"{day:%B} {day.day}, {day.year}"):
        assert read_period(said, today) == Period(day, day)


@given(
    st.lists(st.sampled_from(WORDS)),
    DAYS,
)
def test_any_words_are_read_without_complaint_and_never_backwards(words: list[str], today: date) -> None:
    period = read_period(" ".join(words), today)
    assert period is None or period.first <= period.last


@given(st.text(max_size=60), DAYS)
def test_any_text_is_read_without_complaint(text: str, today: date) -> None:
    read_period(text, today)
    read_period(f"since {text}", today)


def test_midnight_is_the_zone_s_own() -> None:
    winter = bounds(days("2026-12-01"), LONDON)
    assert winter == (datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC))
    summer = bounds(days("2026-06-01"), LONDON)
    assert summer == (datetime(2026, 5, 31, 23, tzinfo=UTC), datetime(2026, 6, 1, 23, tzinfo=UTC))
    spring = bounds(days("2026-03-29"), LONDON)
    assert spring[1] - spring[0] == timedelta(hours=23)


@given(DAYS, st.integers(0, 400))
def test_periods_that_follow_each_other_leave_no_gap(first: date, length: int) -> None:
    period = Period(first, first + timedelta(length))
    following = Period(period.last + timedelta(1), period.last + timedelta(9))
    assert bounds(period, LONDON)[1] == bounds(following, LONDON)[0]


def test_times_are_spoken_where_the_authority_is() -> None:
    assert spoken_time(datetime(2026, 9, 1, 8, 0, tzinfo=UTC), LONDON) == "09:00 on 1 September 2026"
    assert spoken_time(datetime(2026, 12, 31, 23, 59, tzinfo=UTC), LONDON) == "23:59 on 31 December 2026"
    assert spoken_time(datetime(2026, 6, 30, 23, 30, tzinfo=UTC), LONDON) == "00:30 on 1 July 2026"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        local(datetime(2026, 9, 1), LONDON)  # noqa: DTZ001 - what is refused here
