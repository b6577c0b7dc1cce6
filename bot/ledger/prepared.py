"""Statements that are compiled once and then handed straight to the driver, in a fifth of the time that a session takes.

They are written with SQLAlchemy like all others, and give plain values, no objects: for what every message asks, and what
mostly answers with nothing or with a number.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from sqlalchemy import JSON, ColumnElement, Delete, Dialect, Insert, Select, Update, bindparam, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

T = TypeVar("T")
Statement = Select[*tuple[Any, ...]] | Insert | Update | Delete
Values = Mapping[str, Any]
Convert = Callable[[Any], Any]

DRIVER = "driver"
"""Where a session keeps the connection that it works on, as SQLite's driver has it."""
CHANGED = "changed"
"""Where a session keeps the names of the tables to which something was written past it."""

_DIALECT: Dialect = sqlite.dialect(paramstyle="qmark")


class Prepared(Generic[T]):
    """One statement. What is asked or set goes with it, by the names of its `bindparam`s or columns."""

    def __init__(self, statement: Statement) -> None:
        """`T`: of its first column. A list that is not always the same is asked for with `among`, not with `in_`."""
        self._statement = statement
        self._table = None if isinstance(statement, Select) else statement.table.description
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def rows(self, tx: Session, values: Values) -> list[tuple[Any, ...]]:
        """All that it returns. Raises what the driver raises (`sqlite3.Error`)."""
        compiled, cursor = self._run(tx, values)
        found = cursor.fetchall()
        return [compiled.read(row) for row in found] if compiled.reads else found

    def first(self, tx: Session, values: Values) -> T | None:
        """The first column of the first row; None where there is none. Raises as `rows`."""
        found = self.rows(tx, values)
        return found[0][0] if found else None

    def change(self, tx: Session, values: Values) -> int:
        """Change what it is to change: how many rows that were. Raises as `rows`."""
        return self._run(tx, values)[1].rowcount

    def _run(self, tx: Session, values: Values) -> "tuple[_Compiled, sqlite3.Cursor]":
        tx.flush()  # what is changed on objects is seen by what is asked here
        names = tuple(values)
        compiled = self._compiled.get(names)
        if compiled is None:
            compiled = self._compiled[names] = _Compiled(self._statement, values)
        if self._table:
            tx.info.get(CHANGED, set()).add(self._table)
        return compiled, driver_of(tx).execute(compiled.sql, compiled.bound(values))


class _Compiled:
    """A statement for values of these names."""

    def __init__(self, statement: Statement, values: Values) -> None:
        compiled = statement.compile(dialect=_DIALECT, column_keys=list(values))
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - as of every statement that is no schema's
        state = compiled.construct_expanded_state(dict(values), escape_names=False)
        self.sql = state.statement
        binds = {name: _binding(one.type) for name, one in compiled.binds.items()} | dict(state.processors)
        places = state.positiontup or ()
        self._fixed = [None if name in values else _converted(binds[name], state.parameters[name]) for name in places]
        self._asked = [(at, name, binds[name]) for at, name in enumerate(places) if name in values]
        self._reads = [_reading(column.type) for column in _returned(statement)]
        self.reads = any(self._reads)

    def bound(self, values: Values) -> list[Any]:
        """These values and those that never change, in their places, as the driver wants them."""
        bound = self._fixed.copy()
        for at, name, convert in self._asked:
            bound[at] = convert(values[name]) if convert else values[name]
        return bound

    def read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """What the driver gave, as our types."""
        return tuple(_converted(read, one) for read, one in zip(self._reads, row, strict=True))


def among(column: ColumnElement[Any] | InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """It is one of a list, of any length, that goes with the statement by this name."""
    listed = func.json_each(bindparam(name, type_=JSON)).table_valued("value")
    return column.in_(select(listed.c.value))


def driver_of(tx: Session) -> sqlite3.Connection:
    """The connection that the session works on."""
    if tx.in_nested_transaction():
        tx.connection()  # its savepoint is made when something is first asked through the session, and not before
    driver = tx.info.get(DRIVER) or tx.connection().connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - no other database is opened
    return driver


def _returned(statement: Statement) -> Iterable[ColumnElement[Any]]:
    return statement.selected_columns if isinstance(statement, Select) else statement.exported_columns


def _binding(kind: TypeEngine[Any]) -> Convert | None:
    return kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)


def _reading(kind: TypeEngine[Any]) -> Convert | None:
    return kind.dialect_impl(_DIALECT).result_processor(_DIALECT, None)


def _converted(convert: Convert | None, value: Any) -> Any:
    return convert(value) if convert else value
