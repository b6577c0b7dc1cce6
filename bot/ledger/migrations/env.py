"""Runs the migrations, all in one transaction: whatever ends them, the database has its old shape or the newest."""

import sqlite3

from alembic import context
from sqlalchemy import Connection, create_engine, event

from bot.ledger.tables import Table

engine = create_engine(context.config.attributes["url"])


@event.listens_for(engine, "connect")
def prepare(connection: sqlite3.Connection, _: object) -> None:
    """The driver of itself would begin no transaction before a change of shape."""
    connection.isolation_level = None


@event.listens_for(engine, "begin")
def begin(connection: Connection) -> None:
    """At once as a writer, so that nothing is decided on what another is changing."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=Table.metadata, render_as_batch=True, transactional_ddl=True
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
