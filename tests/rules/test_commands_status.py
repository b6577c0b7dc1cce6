"""`status` takes its filters in any order and in few words (docs/rules.md, «A file's life»)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.calendar import Period
from bot.rules.commands import Filters, Status
from bot.rules.lifecycle import Status as FileStatus
from tests.rules.asking import EYFS, NEW, PLAN, REFERENCE, REPLY, RETURN, TODAY, asked

LAST_YEAR = Period(date(2025, 9, 1), date(2026, 8, 31))
SINCE = Period(date(2026, 9, 1), TODAY)

FILTERS = {
    "": Filters(),
    "rejected": Filters(statuses=("Rejected",)),
    "held, sent and received": Filters(statuses=("Held", "Sent", "Received")),
    "rejected files only": Filters(statuses=("Rejected",)),
    "rejected?": Filters(statuses=("Rejected",)),
    "all": Filters(statuses=tuple(status.value for status in FileStatus)),
    "waiting": Filters(statuses=("Held",)),
    "last year": Filters(period=LAST_YEAR),
    "since 1 September": Filters(period=SINCE),
    "since 1 September 2026, rejected": Filters(period=SINCE, statuses=("Rejected",)),
    "between 1 September 2025 and 31 August 2026": Filters(period=LAST_YEAR),
    "in september 2025": Filters(period=Period(date(2025, 9, 1), date(2025, 9, 30))),
    "by Jo Sands": Filters(sent_by="Jo Sands"),
    "by jo.sands@leys.example": Filters(sent_by="jo.sands@leys.example"),
    "sent by Jo": Filters(sent_by="Jo"),
    "from Jo": Filters(sent_by="Jo"),
    "sent by Jo Sands since 1 September rejected": Filters(sent_by="Jo Sands", period=SINCE, statuses=("Rejected",)),
    "rejected by Jo": Filters(statuses=("Rejected",), sent_by="Jo"),
    "8302000": Filters(school="8302000"),
    "for school 8302000 last year": Filters(school="8302000", period=LAST_YEAR),
    "SEN": Filters(service="SEN"),
    "for sen": Filters(service="SEN"),
    "service INFO rejected": Filters(service="INFO", statuses=("Rejected",)),
    REFERENCE: Filters(text=REFERENCE),
    f"of {REFERENCE.lower()}": Filters(text=REFERENCE),
    f"PR {REFERENCE[3:7]} {REFERENCE[8:]}": Filters(text=REFERENCE),
    PLAN: Filters(text=PLAN),
    "of eyfs": Filters(text="eyfs"),
    "plan": Filters(text="plan"),
    "rejected plan": Filters(statuses=("Rejected",), text="plan"),
    "autumn census": Filters(text="autumn census"),
    "autumn census last year": Filters(text="autumn census", period=LAST_YEAR),
    "“what we sent to you” last year": Filters(text="what we sent to you", period=LAST_YEAR),
    '"autumn census': Filters(text="autumn census"),
}


@pytest.mark.parametrize(("said", "filters"), FILTERS.items())
def test_filters_are_read_as_people_write_them(said: str, filters: Filters) -> None:
    for line in (f"status {said}", f"Status {said}, please.", f"Please STATUS {said} thanks"):
        assert asked(line, NEW) == (Status("", filters),)


PROSE = [
    "of my SEN return is unclear", "quo is what we want", "update on the plan", "is rejected", "by the end of the week",
    "by me", "of the extension works", "one two three four five", "for", "autumn “census” return", "of nothing known",
    "by Jo by Sam by Al by Pat by Kim", "rejected " * 30,
]  # fmt: skip


@pytest.mark.parametrize("said", PROSE)
def test_prose_after_the_word_is_no_filter(said: str) -> None:
    assert asked(f"status {said}", NEW) == ()


def test_beside_files_free_text_must_name_one() -> None:
    assert asked("status autumn census", RETURN) == ()
    assert asked("status of eyfs", RETURN) == (Status("", Filters(text="eyfs")),)
    assert asked("status rejected", RETURN) == (Status("", Filters(statuses=("Rejected",))),)


PARTS = {
    "rejected": Filters(statuses=("Rejected",)),
    "last year": Filters(period=LAST_YEAR),
    "by Jo Sands": Filters(sent_by="Jo Sands"),
    "for 8302000": Filters(school="8302000"),
    "for SEN": Filters(service="SEN"),
    f"{EYFS}": Filters(text=EYFS),
}


@given(st.permutations(list(PARTS)))
def test_the_order_of_filters_does_not_matter(parts: list[str]) -> None:
    everything = Filters(("Rejected",), LAST_YEAR, "Jo Sands", "8302000", "SEN", EYFS)
    assert asked(f"status {' '.join(parts)}", REPLY) == (Status("", everything),)
