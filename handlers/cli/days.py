"""Days as they are typed at the command line. They are the authority's: its time zone says when each begins."""

from datetime import date, datetime, timedelta, tzinfo

import typer

TYPED = "DAY"
"""What stands for one in the help of a command."""


def read(text: str) -> date:
    """The day that was typed. Raises `typer.BadParameter`, which says how one is written."""
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        raise typer.BadParameter(f"“{text}” is not a day. Write year, month and day, such as 2027-01-31.") from None


def begins(day: date, zone: tzinfo) -> datetime:
    """Its first moment."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def ends(day: date, zone: tzinfo) -> datetime:
    """The first moment of the day after."""
    return begins(day + timedelta(days=1), zone)
