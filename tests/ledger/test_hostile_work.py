"""Whatever a function does that writes, it never takes another's write with it, leaves half of its own, or stops the writer."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy.orm import Session

from bot.ledger import Later, Ledger
from bot.ledger.prepared import driver_of
from tests.ledger.test_shared_commit import enter, schools, together

PATIENCE = 20.0
"""Seconds after which a test has failed."""


class Panic(BaseException):
    """As libraries written in Rust raise where they find themselves broken (`pyo3_runtime.PanicException`)."""


def enter_and_raise(number: str, kind: type[BaseException]) -> Callable[[Session], None]:
    def work(tx: Session) -> None:
        enter(number)(tx)
        tx.flush()
        raise kind

    return work


def end_and_go_on(tx: Session) -> None:
    """SQLite takes the whole transaction back, as where a disk is full, and that is passed over."""
    with suppress(sqlite3.Error):
        driver_of(tx).execute("INSERT OR ROLLBACK INTO schools SELECT * FROM schools LIMIT 1")


@pytest.mark.parametrize("kind", [Panic, StopIteration])
async def test_one_that_panics_undoes_only_itself(ledger: Ledger, kind: type[BaseException]) -> None:
    async with asyncio.timeout(PATIENCE):
        first, second, third = await together(ledger, enter("1"), enter_and_raise("2", kind), enter("3"))
        assert (first, third) == (None, None)
        assert isinstance(second, RuntimeError)
        assert second.args == (kind.__name__,)
        assert schools(ledger) == ["1", "3"]
        await ledger.write(enter("4"))


async def test_one_that_passes_over_the_end_of_the_transaction_takes_nobody_in(ledger: Ledger) -> None:
    async with asyncio.timeout(PATIENCE):
        outcomes = await together(ledger, enter("1"), end_and_go_on, enter("3"))
        assert [type(outcome) for outcome in outcomes] == [Later, Later, type(None)]
        assert schools(ledger) == ["3"]
