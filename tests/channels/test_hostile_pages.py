"""Pages written to cost time, and what they show all the same."""

import pytest

from handlers.mail.message.head import Head
from handlers.mail.message.parameters import Field
from handlers.mail.message.part import Part
from handlers.mail.reading.letter import Letter
from tests.measuring import no_more_work_than


def page_of(*blocks: bytes) -> Letter:
    letter = Letter()
    part = Part(number="1", head=Head(()), kind=Field("text/html"), alternative=None, related=False, embedded=False)
    letter.begin(part)
    for block in blocks:
        letter.write(block)
    return letter


@pytest.mark.parametrize("unit", [b"cid:", b";cid:", b"cid: "])
def test_references_without_end_cost_no_time(unit: bytes) -> None:
    with no_more_work_than(seconds=1):
        letter = page_of(*[unit * (250_000 // len(unit))] * 16)
    assert letter.references == set()


def test_a_picture_is_found_wherever_its_page_is_cut() -> None:
    page = b'<img src="cid:logo@x"> <img src=cid:crest@x>'
    assert all(page_of(page[:at], page[at:]).references == {"logo@x", "crest@x"} for at in range(len(page)))
