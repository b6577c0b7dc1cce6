"""What happens in the term: who sends what when, and what becomes of it, drawn by a seeded chance."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.term.books import OFFICERS, School

SCHOOLS = 30
DAYS = 90
MAILS_A_DAY = 5

FATES = {
    "received": 30,
    "rejected": 8,
    "received then rejected": 4,
    "moved then received": 5,
    "recalled": 7,
    "frozen then recalled": 2,
    "frozen then released": 2,
    "held then accepted": 10,
    "held then declined": 4,
    "held and forgotten": 6,
    "sent twice": 4,
    "nobody receives it": 12,
    "nobody receives it until it is late": 3,
    "from a photocopier": 3,
}
"""How often, in a hundred, a file comes to this end."""
LATE = timedelta(days=75)


def schools() -> list[School]:
    """They have numbers that the public register lacks."""
    return [
        School(
            f"83091{place:02}", f"head.of{place}@school{place}.example",
            (f"ann.able{place}@school{place}.example", f"bob.best{place}@school{place}.example"),
        )
        for place in range(SCHOOLS)
    ]  # fmt: skip


@dataclass(order=True, frozen=True)
class Plan:
    """One file that is to be sent."""

    at: datetime
    number: int
    school: School = field(compare=False)
    sender: str = field(compare=False)
    service: str = field(compare=False)
    fate: str = field(compare=False)
    large: bool = field(compare=False)
    after: tuple[timedelta, timedelta] = field(compare=False)
    """How long until the first act on it, and from that until the second."""


def plans(beginning: datetime, chance: random.Random) -> Iterator[Plan]:
    """The files of the whole term, in no order."""
    everybody = schools()
    for number in range(DAYS * MAILS_A_DAY):
        school = everybody[number % SCHOOLS] if number < SCHOOLS else chance.choice(everybody)
        (fate,) = chance.choices(list(FATES), list(FATES.values()))
        yield Plan(
            beginning + timedelta(days=number // MAILS_A_DAY, minutes=chance.randrange(8 * 60)),
            number, school, chance.choice((*school.senders, school.head)), chance.choice(list(OFFICERS)), fate,
            chance.random() < 0.05, (_while(chance), _while(chance)),
        )  # fmt: skip


def _while(chance: random.Random) -> timedelta:
    """Mostly hours, at times some days; never so long that a held file is discarded."""
    return timedelta(hours=chance.choice((1, 2, 5, 26, 75, 120)), minutes=chance.randrange(60))
