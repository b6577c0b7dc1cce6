"""What was done last is remembered, each chore by itself."""

from datetime import timedelta
from functools import partial

from bot.ledger import Ledger, upkeep
from bot.ledger.upkeep import Chore
from tests.ledger.conftest import NOW


def test_the_last_time_that_a_chore_was_done_is_what_counts(recorded: Ledger) -> None:
    for moment in (NOW, NOW + timedelta(hours=1)):
        recorded.write_now(partial(upkeep.note, what=Chore.BACKED_UP, at=moment))
    assert recorded.read_now(lambda tx: upkeep.when(tx, Chore.BACKED_UP)) == NOW + timedelta(hours=1)
    assert recorded.read_now(lambda tx: upkeep.when(tx, Chore.CANARY_BACK)) is None
