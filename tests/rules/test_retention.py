"""When what is kept comes to its end: held against counting days one by one, in zones that put their clocks forward and back."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import retention
from bot.rules.holidays import is_workday

LONDON = ZoneInfo("Europe/London")
ZONES = st.sampled_from(
    [LONDON, ZoneInfo("America/Havana"), ZoneInfo("Asia/Beirut"), ZoneInfo("Pacific/Apia"), ZoneInfo("UTC")]
)
MOMENTS = st.integers(1_260_000_000, 2_200_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
DAYS = st.integers(1, 400)
SECOND = timedelta(seconds=1)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


@given(at=MOMENTS, days=DAYS, zone=ZONES)
def test_the_last_moment_is_on_the_day_that_was_told_and_the_next_is_not(
    at: datetime, days: int, zone: ZoneInfo
) -> None:
    ends, told = retention.ends_at(at, days, zone), retention.last_day(at, days, zone)
    assert told == day_of(at, zone) + timedelta(days)
    assert day_of(ends - SECOND, zone) <= told < day_of(ends, zone)  # <=: Apia once left a day out


@given(at=MOMENTS, days=DAYS, zone=ZONES)
def test_it_is_kept_for_as_many_days_at_least(at: datetime, days: int, zone: ZoneInfo) -> None:
    assert retention.ends_at(at, days, zone) - at >= timedelta(days) - timedelta(days=1, hours=1)
    assert retention.ends_at(at, days, LONDON) - at > timedelta(days) - timedelta(hours=1)


@given(at=MOMENTS, now=MOMENTS, days=DAYS, zone=ZONES)
def test_the_bound_by_which_rows_are_found_says_the_same_as_the_end_of_each(
    at: datetime, now: datetime, days: int, zone: ZoneInfo
) -> None:
    assert (at < retention.came_before(now, days, zone)) == (retention.ends_at(at, days, zone) <= now)


@given(at=MOMENTS, days=DAYS, zone=ZONES)
def test_the_bound_is_right_at_the_very_moment(at: datetime, days: int, zone: ZoneInfo) -> None:
    ends = retention.ends_at(at, days, zone)
    assert at < retention.came_before(ends, days, zone)
    assert not at < retention.came_before(ends - SECOND, days, zone)


@given(at=MOMENTS, days=DAYS, zone=ZONES)
def test_contents_that_nobody_received_wait_from_the_very_moment(at: datetime, days: int, zone: ZoneInfo) -> None:
    ends = retention.ends_at(at, days, zone)
    assert retention.is_overdue(at, days, ends, zone)
    assert not retention.is_overdue(at, days, ends - SECOND, zone)


@given(sent=MOMENTS, after=st.integers(0, 200), days=DAYS, grace=st.integers(1, 30), zone=ZONES)
def test_a_late_decision_keeps_contents_for_a_while_and_an_early_one_no_longer(
    sent: datetime, after: int, days: int, grace: int, zone: ZoneInfo
) -> None:
    decided = sent + timedelta(after)
    until = retention.kept_until(sent, days, [decided], grace, zone)
    assert until == max(retention.last_day(sent, days, zone), retention.last_day(decided, grace, zone))
    assert retention.kept_until(sent, days, [], grace, zone) == retention.last_day(sent, days, zone)


@given(sent=MOMENTS, warn=st.integers(1, 90), more=st.integers(1, 60), skip=st.sets(st.integers(0, 200)))
def test_warnings_begin_on_their_day_and_never_pause_for_more_than_a_week_of_looks(
    sent: datetime, warn: int, more: int, skip: set[int]
) -> None:
    """Looked at once a day, but for the days on which it was off."""
    warned: datetime | None = None
    told = []
    for day in (day for day in range(200) if day not in skip):
        now = retention.ends_at(sent, day, LONDON) - SECOND
        if retention.is_warning_due(sent, warned, now, warn_days=warn, contents_days=warn + more, zone=LONDON):
            warned = now
            told.append(day)
    looked = [day for day in range(warn, 200) if day not in skip]
    assert told[:1] == looked[:1]
    for before, after in pairwise(told):
        seventh = min(day for day in looked if day >= before + 7) if before + 7 <= looked[-1] else 200
        assert after <= seventh
        assert after - before >= 7 or before < warn + more - 2 <= after


def test_the_last_warning_is_due_on_its_very_day_and_once() -> None:
    sent = datetime(2026, 9, 1, 8, tzinfo=UTC)
    on_day = [sent + timedelta(day) for day in range(90)]

    def is_due(warned: int, today: int) -> bool:
        return retention.is_warning_due(
            sent, on_day[warned], on_day[today], warn_days=60, contents_days=90, zone=LONDON
        )

    assert [day for day in range(86, 90) if is_due(85, day)] == [88, 89]
    assert not is_due(88, 89)


def test_the_days_of_warnings_are_the_authoritys_own() -> None:
    """By its clocks it is a new day an hour before UTC has one."""
    sent, midnight = datetime(2026, 6, 1, 8, tzinfo=UTC), datetime(2026, 6, 30, 23, tzinfo=UTC)

    def is_due(warned: datetime | None, now: datetime) -> bool:
        return retention.is_warning_due(sent, warned, now, warn_days=30, contents_days=90, zone=LONDON)

    assert (is_due(None, midnight - SECOND), is_due(None, midnight)) == (False, True)
    week = timedelta(7)
    assert (is_due(midnight, midnight + week - SECOND), is_due(midnight, midnight + week)) == (False, True)
    assert is_due(midnight - SECOND, midnight + week - SECOND)


@pytest.mark.parametrize(
    ("now", "bound"),
    [
        (datetime(2033, 8, 31, 12, tzinfo=UTC), datetime(2025, 8, 31, 23, tzinfo=UTC)),
        (datetime(2033, 8, 31, 22, 59, tzinfo=UTC), datetime(2025, 8, 31, 23, tzinfo=UTC)),
        (datetime(2033, 8, 31, 23, tzinfo=UTC), datetime(2026, 8, 31, 23, tzinfo=UTC)),
        (datetime(2033, 9, 1, 12, tzinfo=UTC), datetime(2026, 8, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_record_ends_so_many_years_after_the_academic_year_in_which_its_file_was_sent(
    now: datetime, bound: datetime
) -> None:
    assert retention.recorded_before(now, 7, LONDON) == bound


@given(looked=MOMENTS, gap=st.timedeltas(timedelta(0), timedelta(days=800)), jump=DAYS)
def test_a_clock_is_doubted_only_when_it_is_far_ahead(looked: datetime, gap: timedelta, jump: int) -> None:
    assert retention.is_doubtful(looked + gap, looked, jump) == (gap > timedelta(jump))
    assert not retention.is_doubtful(looked - gap, looked, jump)
    assert not retention.is_doubtful(looked + gap, None, jump)


def test_a_clock_that_is_ahead_by_just_so_much_is_believed() -> None:
    looked = datetime(2026, 9, 1, 8, tzinfo=UTC)
    assert not retention.is_doubtful(looked + timedelta(30), looked, 30)
    assert retention.is_doubtful(looked + timedelta(30) + SECOND, looked, 30)


@given(at=MOMENTS, waited=st.integers(0, 500), days=st.integers(1, 30), workdays=st.integers(1, 10), zone=ZONES)
def test_it_is_asked_again_once_no_more_working_days_are_left_than_are_wanted_and_never_on_the_day_itself(
    at: datetime, waited: int, days: int, workdays: int, zone: ZoneInfo
) -> None:
    now = at + timedelta(hours=waited)
    today, last = day_of(now, zone), retention.last_day(at, days, zone)
    left = [day for number in range(1, 60) if (day := today + timedelta(number)) <= last and is_workday(day)]
    is_due = day_of(at, zone) < today and len(left) <= workdays
    assert (at < retention.expiring_before(now, days, workdays, zone)) == is_due
