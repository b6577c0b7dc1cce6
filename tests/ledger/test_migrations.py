"""The database is what the code expects, however old it was and whatever it holds."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from bot.ledger import Ledger, file_of, history, schema
from bot.ledger.tables import Table


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/new/folder/ledger.db"


def test_the_migrated_database_is_what_the_tables_say(url: str) -> None:
    schema.upgrade(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Table.metadata) == []
    engine.dispose()


def test_constraints_that_the_rules_rely_on_are_there(url: str) -> None:
    schema.upgrade(url)
    engine = create_engine(url)
    found = inspect(engine)
    unique = {
        table: {tuple(sorted(one["column_names"])) for one in found.get_unique_constraints(table)}
        for table in ("inbox", "files", "outbox")
    }
    assert ("channel", "key") in unique["inbox"]
    assert {("reference",), ("object_id",)} <= unique["files"]
    assert ("token",) in unique["outbox"]
    assert found.get_pk_constraint("history")["constrained_columns"] == ["file_id", "sequence"]
    engine.dispose()


def test_there_is_no_database_until_it_is_made_and_then_it_is_the_newest(url: str) -> None:
    assert schema.present(url) is None
    schema.upgrade(url)
    assert schema.present(url) == schema.newest()


def test_the_database_is_for_nobody_elses_eyes(url: str) -> None:
    schema.upgrade(url)
    path = file_of(url)
    assert path is not None
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_upgrading_again_changes_nothing(url: str) -> None:
    schema.upgrade(url)
    before = shape(url)
    schema.upgrade(url)
    assert shape(url) == before


def test_upgrading_a_filled_database_keeps_every_row_and_its_seals(recorded: Ledger) -> None:
    before = {table: rows(str(recorded.url), table) for table in Table.metadata.tables}
    schema.upgrade(recorded.url)
    assert {table: rows(str(recorded.url), table) for table in Table.metadata.tables} == before
    assert recorded.read_now(lambda tx: list(history.faults(tx))) == []


def shape(url: str) -> list[tuple[object, ...]]:
    return query(url, "SELECT type, name, sql FROM sqlite_master ORDER BY type, name")


def rows(url: str, table: str) -> list[tuple[object, ...]]:
    return query(url, f"SELECT * FROM {table}")


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(statement))]
    engine.dispose()
    return found
