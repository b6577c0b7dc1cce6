"""Office hours: how long a file has waited while somebody could have received it (docs/rules.md, «Reminders»)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.office_hours import OfficeHours

LONDON = ZoneInfo("Europe/London")
USUAL = OfficeHours.read("Mon-Fri 08:30-17:00", LONDON)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)

ZONES = st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC"])
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TIMES = st.times().map(lambda at: f"{at:%H:%M}")
HOURS = st.builds(
    lambda first, last, hours, zone: OfficeHours.read(f"{first}-{last} {min(hours)}-{max(hours)}", ZoneInfo(zone)),
    st.sampled_from(WEEKDAYS), st.sampled_from(WEEKDAYS), st.sets(TIMES, min_size=2, max_size=2), ZONES,
)  # fmt: skip
FIRST, LAST = datetime(2024, 1, 1), datetime(2028, 12, 31)  # noqa: DTZ001 - Hypothesis adds the zone
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
PASSED = st.timedeltas(timedelta(0), timedelta(hours=60))


def at(text: str) -> datetime:
    """A moment by London's clocks."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-09-01 09:00", "2026-09-01 11:30", 2.5),  # one Tuesday
        ("2026-09-01 06:00", "2026-09-01 23:00", 8.5),  # before it opens, after it closes
        ("2026-09-04 16:30", "2026-09-07 09:00", 1),  # over a weekend
        ("2026-09-05 10:00", "2026-09-06 16:00", 0),  # within one
        ("2026-08-28 16:00", "2026-09-01 09:30", 2),  # over a weekend and the summer bank holiday
        ("2026-09-01 09:00", "2026-09-08 09:00", 42.5),  # a week
        ("2026-09-01 11:30", "2026-09-01 09:00", 0),  # backwards
        ("2026-09-08 09:00", "2026-09-01 09:00", 0),
        ("2026-10-23 16:00", "2026-10-26 09:30", 2),  # the clocks go back on the Sunday between
        ("2026-03-27 16:00", "2026-03-30 09:30", 2),  # they go forward
    ],
)
def test_only_office_hours_count(since: str, until: str, hours: float) -> None:
    assert USUAL.elapsed(at(since), at(until)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("hours", "day", "open_for"),
    [
        ("Sun-Sun 00:30-03:30", "2026-03-29", 2),  # one hour is skipped
        ("Sun-Sun 00:30-03:30", "2026-10-25", 4),  # one comes twice
        ("Sun-Sun 01:00-02:00", "2026-03-29", 0),
        ("Sun-Sun 00:30-03:30", "2026-11-01", 3),
    ],
)
def test_on_a_day_when_the_clocks_change_the_hours_are_those_that_they_show(
    hours: str, day: str, open_for: int
) -> None:
    office = OfficeHours.read(hours, LONDON)
    assert office.elapsed(at(f"{day} 00:00"), at(f"{day} 23:59")) == timedelta(hours=open_for)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-09-01 07:00", "2026-09-01 08:30"), ("2026-09-01 08:30", "2026-09-01 08:30"),
        ("2026-09-01 12:00", "2026-09-01 12:00"), ("2026-09-01 17:00", "2026-09-02 08:30"),
        ("2026-08-28 17:00", "2026-09-01 08:30"), ("2026-12-24 18:00", "2026-12-29 08:30"),
        ("2026-09-04 18:00", "2026-09-07 08:30"), ("2026-10-24 12:00", "2026-10-26 08:30"),
    ],
)  # fmt: skip
def test_it_opens_next_on_a_working_day(now: str, opens: str) -> None:
    assert USUAL.next_open(at(now)) == at(opens)


@pytest.mark.parametrize(
    ("days", "is_open"),
    [
        ("Mon-Fri", "yyyyynn"),
        ("sat-mon", "ynnnnyy"),
        ("Sun-Tue", "yynnnny"),
        ("Thu-Thu", "nnnynnn"),
        ("Mon-Sun", "yyyyyyy"),
    ],
)
def test_its_days_run_from_the_first_to_the_last_and_over_the_end_of_a_week(days: str, is_open: str) -> None:
    office = OfficeHours.read(f"{days} 10:00-12:00", LONDON)
    week = [at("2026-09-07 11:00") + timedelta(number) for number in range(7)]
    assert "".join("y" if office.opened(day) else "n" for day in week) == is_open


def test_what_was_sent_before_the_bound_has_waited_longer() -> None:
    assert USUAL.before(at("2026-09-07 09:00"), HOUR) == at("2026-09-04 16:30")
    assert USUAL.before(at("2026-09-07 17:00"), 8.5 * HOUR) == at("2026-09-04 17:00")


@pytest.mark.parametrize("text", ["Mon-Fri 17:00-08:30", "Mon-Fri 09:00-09:00", "Mon-Fri", "Mo-Fr 09:00-10:00"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        OfficeHours.read(text, LONDON)


@given(HOURS, MOMENTS, MOMENTS, MOMENTS)
def test_time_adds_up_and_is_never_more_than_the_clock_shows(
    office: OfficeHours, one: datetime, other: datetime, third: datetime
) -> None:
    first, second, last = sorted((one, other, third))
    assert timedelta(0) <= office.elapsed(first, second) <= second - first
    assert office.elapsed(first, second) + office.elapsed(second, last) == office.elapsed(first, last)


@given(HOURS, MOMENTS)
def test_until_it_opens_no_time_passes_and_then_it_does(office: OfficeHours, moment: datetime) -> None:
    opens = office.next_open(moment)
    assert office.elapsed(moment, opens) == timedelta(0)
    assert office.elapsed(opens, opens + SECOND) == SECOND
    assert office.next_open(opens) == opens


@given(HOURS, MOMENTS, PASSED)
def test_the_bound_is_exact(office: OfficeHours, until: datetime, passed: timedelta) -> None:
    bound = office.before(until, passed)
    assert office.elapsed(bound, until) == passed
    assert office.elapsed(bound - SECOND, until) > passed


@given(HOURS, MOMENTS, MOMENTS, PASSED)
def test_the_bound_tells_what_has_waited_longer(
    office: OfficeHours, since: datetime, until: datetime, passed: timedelta
) -> None:
    assert (since < office.before(until, passed)) == (office.elapsed(since, until) > passed)
