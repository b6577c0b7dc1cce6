"""What is the same for every office of a run, and so is made once in a process. Nothing that one test does to it, another sees.

How a database is migrated, and what a statement compiles to where nothing is kept, is seen in tests/ledger, tests/demo and
what runs as a process of its own.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, create_engine

from bot.ledger import Ledger, file_of, schema
from bot.ledger.engines import TRANSACTIONS

STATEMENTS_MAX = 5_000


@cache
def newest_database() -> bytes:
    """An empty database of the newest shape."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "ledger.db")
        schema.upgrade(f"sqlite:///{path}")
        return path.read_bytes()


def make_database(url: str) -> None:
    """What `schema.upgrade` makes where there is no database."""
    path = file_of(url)
    assert path is not None
    path.touch(mode=0o600)
    path.write_bytes(newest_database())


@cache
def compiler() -> Engine:
    """Keeps what statements compile to."""
    engine = create_engine("sqlite://", query_cache_size=STATEMENTS_MAX, **TRANSACTIONS)
    engine.connect().close()  # its dialect finds out what SQLite can do
    return engine


def share_statements(ledger: Ledger) -> None:
    """Compile no statement that an earlier office has compiled. The ledger has not been used yet."""
    for engine in (ledger._reading, ledger._writer._engine):
        engine.dialect = engine.pool._dialect = compiler().dialect
        engine._compiled_cache = compiler()._compiled_cache
