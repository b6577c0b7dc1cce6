"""Office hours: how long an office was open between two moments, and when it is open next. All of it is real time.

Days and hours are those of the authority's clocks. A day on which these are changed has the hours that they show, so one
that is skipped counts for nothing and one that comes twice counts double.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from bot.rules.calendar import WEEKDAYS, local
from bot.rules.holidays import is_holiday

DAY = timedelta(1)
NOTHING = timedelta(0)
SHORT = [weekday[:3] for weekday in WEEKDAYS]
"""Mon to Sun, in lower case."""


@dataclass(frozen=True)
class OfficeHours:
    """From one time of day to a later one, on some days of every week but for holidays."""

    days: frozenset[int]
    """Monday is 0."""
    opens: time
    closes: time
    zone: ZoneInfo
    extra: frozenset[date] = frozenset()
    """Holidays beside those of every year: on each of all these it is shut."""

    @classmethod
    def read(cls, text: str, zone: ZoneInfo, extra: Iterable[date] = ()) -> Self:
        """Such as «Mon-Fri 08:30-17:00»; a week may run over its end, «Sat-Tue». Raises ValueError for anything else."""
        days, _, hours = text.partition(" ")
        first, last = (SHORT.index(day.lower()) for day in days.split("-"))
        opens, closes = (time.fromisoformat(hour) for hour in hours.split("-"))
        if opens >= closes:
            raise ValueError("an office closes later than it opens")
        open_on = frozenset((first + more) % 7 for more in range((last - first) % 7 + 1))
        return cls(open_on, opens, closes, zone, frozenset(extra))

    def elapsed(self, since: datetime, until: datetime) -> timedelta:
        """How long the office was open between these; nothing where the second is not later."""
        first, last = local(since, self.zone).date(), local(until, self.zone).date()
        days = (first + DAY * number for number in range((last - first).days + 1))
        return sum(
            (_length(max(opens, since), min(closes, until)) for opens, closes in map(self._open_on, days)), NOTHING
        )

    def before(self, until: datetime, passed: timedelta) -> datetime:
        """The earliest moment since which the office was open no longer than that: more has passed since all before it."""
        day = local(until, self.zone).date()
        opens, closes = self._open_on(day)
        while (length := _length(opens, min(closes, until))) <= passed:
            day, passed = day - DAY, passed - length
            opens, closes = self._open_on(day)
        return min(closes, until) - passed

    def next_open(self, at: datetime) -> datetime:
        """That moment itself where the office is open, else the one at which it opens next. It is shut as it closes."""
        day = local(at, self.zone).date()
        opens, closes = self._open_on(day)
        while max(opens, at) >= closes:
            day += DAY
            opens, closes = self._open_on(day)
        return max(opens, at)

    def opened(self, at: datetime) -> datetime | None:
        """When it opened on the day of that moment; None where it is shut then."""
        opens, closes = self._open_on(local(at, self.zone).date())
        return opens if opens <= at < closes else None

    def _open_on(self, day: date) -> tuple[datetime, datetime]:
        """When it opens and closes that day, in UTC; a day on which it does not is over as it begins."""
        last = self.closes if day.weekday() in self.days and not is_holiday(day, self.extra) else self.opens
        opens, closes = (datetime.combine(day, hour, self.zone).astimezone(UTC) for hour in (self.opens, last))
        return opens, closes


def _length(first: datetime, last: datetime) -> timedelta:
    return max(last - first, NOTHING)
