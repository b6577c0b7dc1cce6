"""The shape of the database: brought up to date by migrations, and compared with what the code expects."""

from functools import cache
from pathlib import Path

from sqlalchemy import URL, create_engine, inspect, text

from bot.ledger import file_of

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str | URL, *, to: str = "head") -> None:
    """Create the database, or bring it to the newest shape. `to`: an older one, from which the way on is tried."""
    if (path := file_of(url)) is not None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    from alembic import command  # noqa: PLC0415 - only where something is migrated: what serves needs none of it
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, to)


@cache
def newest() -> str:
    """The shape that this code needs."""
    return max(path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/[0-9]*_*.py"))


def present(url: str | URL) -> str | None:
    """The shape that the database has; None where there is none yet."""
    path = file_of(url)
    if path is not None and not path.exists():
        return None
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    finally:
        engine.dispose()
