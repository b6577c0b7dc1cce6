"""Makes one file of keys equal to another, all at once, in as little memory however many keys there are."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.vault.keyfile import KeyFile, uri

_SAME = "other.object_id = mine.object_id AND other.wrapped = mine.wrapped AND other.master = mine.master"
_COPYING = (
    f"DELETE FROM copy.keys AS mine WHERE NOT EXISTS (SELECT 1 FROM main.keys AS other WHERE {_SAME})",  # noqa: S608 - our words
    "INSERT INTO copy.keys SELECT * FROM main.keys WHERE object_id NOT IN (SELECT object_id FROM copy.keys)",
    "DELETE FROM copy.earlier",
    "INSERT INTO copy.earlier SELECT * FROM main.earlier",
    "DELETE FROM copy.file",
    "INSERT INTO copy.file SELECT * FROM main.file",
)


def make_equal(source: KeyFile, copy: KeyFile) -> None:
    """Make the copy hold what the source holds, durably; neither may have a step begun. Raises sqlite3's errors.

    Where another process has meanwhile brought the copy further than the source, nothing is done.
    """
    with _attached(source, copy):
        source.begin()  # nobody else writes to either
        try:
            ahead = source.database.execute("SELECT 1 FROM copy.file AS c, main.file AS m WHERE c.steps > m.steps")
            if not ahead.fetchall():
                for statement in _COPYING:
                    source.database.execute(statement)
                source.commit()
        finally:
            source.roll_back()


def differences(one: KeyFile, other: KeyFile) -> int:
    """How many keys only one of them has, or each in another form. Raises sqlite3's errors."""
    with _attached(one, other):
        one.database.execute("BEGIN")
        try:
            return max(
                int(
                    one.database.execute(
                        f"SELECT count(*) FROM {here}.keys AS mine WHERE NOT EXISTS "  # noqa: S608 - our own words
                        f"(SELECT 1 FROM {there}.keys AS other WHERE {_SAME})"
                    ).fetchone()[0]
                )
                for here, there in (("main", "copy"), ("copy", "main"))
            )
        finally:
            one.roll_back()


@contextmanager
def _attached(one: KeyFile, other: KeyFile) -> Iterator[None]:
    one.database.execute("ATTACH ? AS copy", (uri(other.path),))
    try:
        for pragma in ("synchronous = FULL", "secure_delete = ON"):
            one.database.execute(f"PRAGMA copy.{pragma}").fetchall()
        yield
    finally:
        one.database.execute("DETACH copy")
