"""The database is what the code expects, however old it was and whatever it holds."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, create_engine, inspect, select, text
from sqlalchemy.exc import OperationalError

from bot import roster
from bot.ledger import Ledger, file_of, files, history, schema
from bot.ledger.tables import File, Proof, Table, Unreachable
from bot.rules.lifecycle import Act
from tests.ledger.conftest import NOW, enter_file


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


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010"])
def test_an_older_database_keeps_every_row_on_its_way_to_the_newest_shape(url: str, revision: str) -> None:
    schema.upgrade(url, to=revision)
    tables = set(Table.metadata.tables) & {str(name) for (name,) in query(url, NAMES)}
    fill(url)
    before = {table: rows(url, table) for table in tables}
    assert [before["people"], before["identities"]] == [
        [(1, "Jo Sands", "jo@leys.example", None)],
        [("email", "jo@leys.example", 1)],
    ]

    schema.upgrade(url)

    assert {table: rows(url, table) for table in tables} == before
    with Ledger(url, b"k" * 32) as ledger:
        jo = ledger.read_now(lambda tx: roster.who(tx, "email", "jo@leys.example"))
        assert jo
        ledger.write_now(lambda tx: tx.add(proof_of(jo.id)))
        ledger.write_now(lambda tx: tx.add(mark_of(jo.email)))
        assert ledger.read_now(lambda tx: [mark.since for mark in tx.query(Unreachable)]) == [NOW]
    assert len(rows(url, "proofs")) == 1
    assert rows(url, "unreachable")[0][:2] == ("jo@leys.example", 1)


def test_files_that_came_before_there_was_a_freeze_are_whole_and_can_be_frozen(
    ledger: Ledger, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:  # as the version before entered them
        older.setattr(history, "IMPLIED", tuple(one for one in history.IMPLIED if not one.startswith("frozen")))
        ledger.write_now(enter_file)
    schema.upgrade(url, to="0006")
    copy_rows(ledger.url, url)
    before = rows(url, "files")

    schema.upgrade(url)

    assert [row[: len(before[0])] for row in rows(url, "files")] == before
    with Ledger(url, ledger.history_key) as upgraded:
        assert upgraded.read_now(lambda tx: list(history.faults(tx))) == []
        upgraded.write_now(
            lambda tx: files.change(
                tx, tx.scalars(select(File)).one(), Act.FROZEN, seen=None, by=1, now=NOW, channel="email"
            )
        )
        assert upgraded.read_now(lambda tx: list(history.faults(tx))) == []
        execute(url, "UPDATE files SET frozen_at = NULL")
        assert any("frozen_at" in fault for fault in upgraded.read_now(lambda tx: list(history.faults(tx))))


@pytest.mark.parametrize("revision", [None, "0001", "0003"])
def test_an_upgrade_that_fails_halfway_leaves_the_database_as_it_was(url: str, revision: str | None) -> None:
    schema.upgrade(url, to=revision or "base")
    execute(url, "CREATE TABLE somebody_elses (id INTEGER)", "CREATE INDEX ix_proofs_person_id ON somebody_elses (id)")
    before = shape(url)

    with pytest.raises(OperationalError, match="ix_proofs_person_id already exists"):
        schema.upgrade(url)

    assert shape(url) == before
    assert schema.present(url) == revision
    execute(url, "DROP TABLE somebody_elses")
    schema.upgrade(url)
    assert schema.present(url) == schema.newest()


NAMES = "SELECT name FROM sqlite_master WHERE type = 'table'"


def fill(url: str) -> None:
    """One person with one mailbox, entered as an older version did."""
    execute(
        url,
        "INSERT INTO people (id, name, email) VALUES (1, 'Jo Sands', 'jo@leys.example')",
        "INSERT INTO identities VALUES ('email', 'jo@leys.example', 1)",
    )


def mark_of(address: str) -> Unreachable:
    return Unreachable(address=address, hard=True, since=NOW, last_at=NOW, times=1, why="there is no such mailbox")


def proof_of(person_id: int) -> Proof:
    return Proof(
        id="p", person_id=person_id, address="jo@leys.example", channel="slack", identity="T0/U0", name="jo",
        workspace="Council", made_at=NOW, expires_at=NOW,
    )  # fmt: skip


def shape(url: str) -> list[tuple[object, ...]]:
    return query(url, "SELECT type, name, sql FROM sqlite_master ORDER BY type, name")


def rows(url: str, table: str) -> list[tuple[object, ...]]:
    return query(url, f"SELECT * FROM {table}")


def copy_rows(source: str | URL, url: str) -> None:
    """Put the rows of a database into an older one, as far as that has tables and columns for them."""
    engine = create_engine(url)
    shape = {
        table: [one["name"] for one in inspect(engine).get_columns(table)]
        for table in inspect(engine).get_table_names()
    }
    statements = [
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns)} FROM newer.{table}"
        for table, columns in shape.items()
        if table != "alembic_version"
    ]
    with closing(sqlite3.connect(str(file_of(url)))) as connection:
        connection.execute("ATTACH ? AS newer", (str(file_of(source)),))
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    engine.dispose()


def execute(url: str, *statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(statement))]
    engine.dispose()
    return found
