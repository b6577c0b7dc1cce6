"""Rows that nobody need have as objects afterwards: written at once, past the unit of work, in a third of the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Insert, insert
from sqlalchemy.orm import Session

from bot.ledger.tables import Table

ENTERED = "entered"
"""Where a session keeps what `watched` sees."""


def enter(tx: Session, *rows: Table) -> None:
    """Insert these; all are of one kind, and say the same columns. What they refer to stands in the database already."""
    if rows:
        tx.info.get(ENTERED, []).extend(rows)
        tx.execute(_into(type(rows[0])), [_said(row) for row in rows] if len(rows) > 1 else _said(rows[0]))


@contextmanager
def watched(tx: Session) -> Iterator[list[Table]]:
    """All that is entered meanwhile, in that order: the session itself does not know of it."""
    rows = tx.info[ENTERED] = list[Table]()
    try:
        yield rows
    finally:
        del tx.info[ENTERED]


@cache
def _into(kind: type[Table]) -> Insert:
    return insert(Table.metadata.tables[kind.__tablename__])


def _said(row: Table) -> dict[str, object]:
    """Its columns by their names; what is not said has its default."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}
