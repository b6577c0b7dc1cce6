"""When what is kept comes to its end (docs/rules.md, «Retention»): whole days by the authority's clocks, the day of the act not counted.

What came on 1 September and is kept for 90 days is kept to the end of 30 November, summer time or not.
"""

from collections.abc import Iterable, Set
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.rules.calendar import DAY, Period, academic_year, bounds, local
from bot.rules.holidays import is_workday

WARNED_AGAIN_DAYS = 7
"""While nobody receives a file, it is said again so often."""
LAST_WARNING_DAYS = 2
"""And once more so many days before the last on which its contents are kept in any case."""
DOUBT = timedelta(days=1)
"""A clock that has jumped is believed after so long."""


def last_day(at: datetime, days: int, zone: ZoneInfo) -> date:
    """The last day on which something of that moment is kept: the one that can be told to people."""
    return local(at, zone).date() + timedelta(days)


def ends_at(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, from which it is kept no more: the end of that last day."""
    return _start(last_day(at, days, zone) + DAY, zone)


def came_before(now: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The bound for which is true of every moment: it lies before it just where it `ends_at` now or earlier."""
    return _start(local(now, zone).date() - timedelta(days), zone)


def expiring_before(
    now: datetime, days: int, workdays: int, zone: ZoneInfo, extra: Set[date] = frozenset()
) -> datetime:
    """The bound before which came what is kept for so many days and has so many working days left at most after today. What
    came today is never among it. `extra`: holidays beside those of every year."""
    today = local(now, zone).date()
    last = today
    while workdays or not is_workday(last + DAY, extra):
        last += DAY
        workdays -= is_workday(last, extra)
    return min(_start(last - timedelta(days - 1), zone), _start(today, zone))


def kept_until(sent_at: datetime, days: int, decided_at: Iterable[datetime], grace_days: int, zone: ZoneInfo) -> date:
    """The last day of a file's contents: so many days after sending, but some after an officer's decision that came late
    (lesson L67)."""
    return max(last_day(sent_at, days, zone), *(last_day(at, grace_days, zone) for at in decided_at), date.min)


def is_overdue(sent_at: datetime, contents_days: int, now: datetime, zone: ZoneInfo) -> bool:
    """Whether contents that nobody received wait for an administrator's word."""
    return ends_at(sent_at, contents_days, zone) <= now


def is_warning_due(
    sent_at: datetime, warned_at: datetime | None, now: datetime, *, warn_days: int, contents_days: int, zone: ZoneInfo
) -> bool:
    """Whether it is to be said today that a file waits: first on the day `warn_days` after sending, then weekly, and once
    more shortly before its contents are kept no longer in any case."""
    today = local(now, zone).date()
    if today < last_day(sent_at, warn_days, zone):
        return False
    if warned_at is None or warned_at > now:  # by a clock that was ahead then
        return True
    warned, last = local(warned_at, zone).date(), last_day(sent_at, contents_days - LAST_WARNING_DAYS, zone)
    return today >= warned + timedelta(WARNED_AGAIN_DAYS) or warned < last <= today


def is_doubtful(now: datetime, looked_at: datetime | None, jump_days: int) -> bool:
    """Whether so much time has passed since it was last looked that the clock may rather be wrong."""
    return looked_at is not None and now - looked_at > timedelta(jump_days)


def recorded_before(now: datetime, years: int, zone: ZoneInfo) -> datetime:
    """The bound before which a file was sent whose record ends: so many years after the academic year in which it was."""
    return _start(academic_year(local(now, zone).date(), back=years).first, zone)


def _start(day: date, zone: ZoneInfo) -> datetime:
    return bounds(Period(day, day), zone)[0]
