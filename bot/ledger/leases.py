"""What is worked through under leases: rows that wait in a queue, and of which one worker at a time has some to itself."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, select, update
from sqlalchemy.orm import Session

from bot.ledger.base import InboxState, OutboxState, Table
from bot.ledger.kinds import Instant
from bot.ledger.prepared import Prepared
from bot.ledger.tables.messages import InboxItem, OutboxItem

T = TypeVar("T")
State = InboxState | OutboxState
_NOW = bindparam("now", type_=Instant)


class Queue(Generic[T]):
    """One table of such rows. `T`: of their ids. What is due is asked of it as of a moment `now`."""

    def __init__(
        self, rows: type[InboxItem | OutboxItem], *, waiting: State, leased: State, lease: timedelta
    ) -> None:  # fmt: skip
        """`leased`: the state in which a worker has a row; `lease`: for how long, before another may try."""
        self._rows, self._table = rows, Table.metadata.tables[rows.__tablename__]
        self._waiting, self._leased, self._lease = waiting, leased, lease
        self.waits = (rows.state == waiting) & (rows.next_at <= _NOW)
        self.is_abandoned = (rows.state == leased) & (rows.leased_until < _NOW)
        """By whoever had it and did not come back with it."""
        columns = self._table.c
        mine = (columns.id == bindparam("item")) & (columns.lease == bindparam("mine"))
        self._mine: Prepared[T] = Prepared(update(self._table).where(mine).returning(columns.id))

    def first(self, *where: ColumnElement[bool]) -> Prepared[T]:
        """Finds one that is due or abandoned, among those of which this is true."""
        return Prepared(select(self._rows.id).where(self.waits | self.is_abandoned, *where).limit(1))

    def take_back(self, *where: ColumnElement[bool]) -> Prepared[T]:
        """Has what is abandoned wait again: it can then be looked for in the order of an index."""
        return Prepared(update(self._rows).where(self.is_abandoned, *where).values(state=self._waiting))

    def claim(self, due: Select[Any], *, returning: Collection[str], **values: Any) -> Prepared[T]:
        """Leases what `due` finds, under the terms that go with it (`terms`), and returns these columns of it.

        `values`: what else is set, by the names of the columns.
        """
        found = due.subquery()
        claim = update(self._table).where(self._table.c.id.in_(select(found.c.id)))
        if values:
            claim = claim.values(**values)
        return Prepared(claim.returning(*(self._table.c[name] for name in returning)))

    def terms(self, lease: str, now: datetime) -> Mapping[str, object]:
        """What is set in a row that is leased under this name."""
        return {"state": self._leased, "lease": lease, "leased_until": now + self._lease}

    def settle(self, tx: Session, item: T, lease: str, state: State, columns: Mapping[str, object]) -> bool:
        """Write how a row stands that was leased under this name. False: it is so no more, and nothing was written."""
        values = {"state": state, "lease": None, "leased_until": None, **columns}
        return self._mine.first(tx, {"item": item, "mine": lease, **values}) is not None

    def recover(self, tx: Session) -> None:
        """Take back what a process that is no more had (only where one process serves the database)."""
        leased = update(self._rows).where(self._rows.state == self._leased)
        tx.execute(leased.values(state=self._waiting, lease=None, leased_until=None))
