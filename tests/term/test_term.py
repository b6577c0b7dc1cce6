"""A term of thirty schools, and a quarter of a year after it: the books balance, and what is due to be gone is gone."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

from tests.office import MORNING
from tests.term.traffic import DAYS
from tests.term.working import Term

BY_AGE = {"unreceived", "alert", "quarantine"}
"""Kinds of notices that nobody's act brings, but time."""


async def test_after_a_term_the_books_balance_and_what_is_due_is_gone(tmp_path: Path) -> None:
    term = Term(tmp_path, seed=1)
    await term.run(MORNING + timedelta(days=DAYS + 30))
    told = Counter((one.recipient, one.kind, tuple(one.references)) for one in term.answers() if one.kind not in BY_AGE)
    missing, excess = term.books.due - told, told - term.books.due
    assert not missing, list(missing.items())[:20]
    assert not excess, list(excess.items())[:20]
