"""Every message at hand, through the whole office: none gets lost, none is answered where no answer is due, each other is."""

import pytest

from tests.corpus.running import run
from tests.corpus.sources import at_hand
from tests.office import TestOffice
from tests.people import JO

MESSAGES = list(at_hand())


@pytest.mark.parametrize("sender", [JO, "somebody{}@elsewhere.example"], ids=["an authorised sender", "a stranger"])
async def test_each_message_ends_well(post: TestOffice, sender: str) -> None:
    figures = await run(post, MESSAGES, sender)
    assert figures.wrong == []
    assert figures.count["sent"] == len(MESSAGES)
    assert figures.count["answered"] > figures.count["not answered"] > 0
