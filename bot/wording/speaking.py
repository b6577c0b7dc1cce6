"""How times, days, sizes and lists are spoken: the filters that templates may use."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.rules import calendar

UNITS = (("GB", 1_000_000_000, 1), ("MB", 1_000_000, 1), ("KB", 1_000, 0))
"""Name, octets, and decimal places, counted as most mail programs count."""


def when(at: datetime, zone: ZoneInfo) -> str:
    """«09:00 on 1 September 2026», where the authority is."""
    return calendar.spoken_time(at, zone)


def day(on: date, zone: ZoneInfo) -> str:
    """«1 September 2026», for a moment the day it falls on where the authority is."""
    return calendar.spoken_date(on.astimezone(zone).date() if isinstance(on, datetime) else on)


def size(octets: int) -> str:
    """«213 bytes», «48 KB», «2.1 MB»."""
    for name, unit, places in UNITS:
        if octets >= unit:
            return f"{octets / unit:.{places}f}".removesuffix(".0") + f" {name}"
    return "1 byte" if octets == 1 else f"{octets} bytes"


def listed(words: Iterable[str]) -> str:
    """«SEN», «SEN and INFO», «SEN, INFO and FIN»."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
