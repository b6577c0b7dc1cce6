"""Times, days and sizes as people say them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.wording import speaking

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("octets", "spoken"),
    [
        (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1_000, "1 KB"), (48_213, "48 KB"), (999_400, "999 KB"),
        (1_000_000, "1 MB"), (2_100_000, "2.1 MB"), (150_000_000, "150 MB"), (3_200_000_000, "3.2 GB"),
    ],
)  # fmt: skip
def test_a_size_is_short(octets: int, spoken: str) -> None:
    assert speaking.size(octets) == spoken


def test_a_time_is_that_of_the_authority() -> None:
    assert speaking.when(datetime(2026, 9, 1, 8, 0, tzinfo=UTC), LONDON) == "09:00 on 1 September 2026"
    assert speaking.when(datetime(2026, 12, 1, 8, 0, tzinfo=UTC), LONDON) == "08:00 on 1 December 2026"


def test_a_moment_falls_on_the_day_it_is_for_the_authority() -> None:
    assert speaking.day(datetime(2026, 8, 31, 23, 30, tzinfo=UTC), LONDON) == "1 September 2026"
    assert speaking.day(date(2026, 11, 30), LONDON) == "30 November 2026"


def test_a_list_is_read_aloud() -> None:
    assert speaking.listed(["SEN"]) == "SEN"
    assert speaking.listed(["SEN", "INFO"]) == "SEN and INFO"
    assert speaking.listed(["SEN", "INFO", "FIN"]) == "SEN, INFO and FIN"
