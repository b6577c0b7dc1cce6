"""The shape of the database: brought up to date by migrations, and compared with what the code expects."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, create_engine

from bot.ledger import file_of

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str | URL, *, to: str = "head") -> None:
    """Create the database, or bring it to the newest shape. `to`: an older one, from which the way on is tried."""
    if (path := file_of(url)) is not None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    command.upgrade(_config(url), to)


@cache
def newest() -> str:
    """The shape that this code needs."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert head is not None  # noqa: S101 - there is always a first migration
    return head


def present(url: str | URL) -> str | None:
    """The shape that the database has; None where there is none yet."""
    path = file_of(url)
    if path is not None and not path.exists():
        return None
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def _config(url: str | URL) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config
