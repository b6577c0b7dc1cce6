"""Takes a backup while Postroom is at work.

The record is copied first and the contents after it: whatever a row of the copy refers to was stored before the row was.
SQLite's VACUUM INTO copies it within one reading transaction and row by row, so that what was deleted or erased is not in
the copy's free pages, as it would be in a copy of the pages (sqlite.org/lang_vacuum.html).
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import ColumnElement, create_engine, func, select
from sqlalchemy.orm import Session

from bot.backup import places
from bot.backup.manifest import (
    CONFIG,
    GENERATIONS,
    HALF,
    LEDGER,
    VAULT,
    BackupFailed,
    Counts,
    Generation,
    Head,
    Manifest,
    generations,
    part_of,
    read,
    write,
)
from bot.clock import Clock
from bot.ledger import Ledger, checkpoints, schema, upkeep
from bot.ledger.checkpoints import SigningKeys
from bot.ledger.tables import Contents, Entry, File, InboxItem, InboxState, OutboxItem, OutboxState, Table
from bot.ledger.upkeep import Chore
from bot.receipts import KEY_FILE
from bot.settings import Settings
from bot.vault import Copied, FolderShelf, Unavailable, Vault
from bot.vault.disk import sync_path

NAME = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True)
class Source:
    """The post office of which a backup is taken."""

    settings: Settings
    clock: Clock
    ledger: Ledger
    vault: Vault
    signing_keys: SigningKeys


@dataclass(frozen=True)
class Taken:
    """What was done."""

    generation: Generation
    removed: tuple[str, ...]
    """Older generations that are not kept any longer."""


def take(source: Source, place: Path, *, keep: int) -> Taken:
    """Write a new generation, then remove all but the `keep` newest. Raises `BackupFailed`; what was good stays good."""
    places.check(place, source.settings)
    with _failures(place), places.held(place):
        for half in (place / GENERATIONS).glob(f"*{HALF}"):
            shutil.rmtree(half)
        FolderShelf(place / VAULT).sweep(source.clock.now())
        _check_ours(source, place)
        generation = _written(source, place)
        at = generation.manifest.taken_at
        source.ledger.write_now(lambda tx: upkeep.note(tx, Chore.BACKED_UP, at))
        return Taken(generation, tuple(_removed(place, keep)))


@contextmanager
def _failures(place: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error, Unavailable) as fault:
        raise BackupFailed(
            f"The backup to {place} could not be completed ({fault}). Earlier ones in it are as they were. See that "
            "the disk has room and can be written, and run it again."
        ) from fault


def _check_ours(source: Source, place: Path) -> None:
    """What lies there must be of this record's past: else contents of another would be taken for destroyed ones."""
    there = [one.manifest.head for one in generations(place)]
    if there and not source.ledger.read_now(
        lambda tx: any(checkpoints.known_since(tx, one.number, one.seal) for one in there)
    ):
        raise BackupFailed(
            f"The backups in {place} are of another record than this one. Name another folder; if this record should "
            f"be that one, put it back first: postroom restore {place}"
        )


def _written(source: Source, place: Path) -> Generation:
    now = source.clock.now()
    final = place / GENERATIONS / now.strftime(NAME)
    half = final.with_name(final.name + HALF)
    half.mkdir(mode=0o700)
    head = source.ledger.write_now(lambda tx: _head(tx, source))
    _copied_ledger(source, half / LEDGER)
    _copy_configuration(source.settings.directory, half / CONFIG)
    with _reading(half / LEDGER) as tx:
        kept = frozenset(tx.scalars(select(File.object_id).where(_KEPT)))
        objects = source.vault.copy_to(place / VAULT, also_kept=kept)
        counts = _counts(tx, objects)
    manifest = Manifest(
        taken_at=now, postroom=version("postroom"), authority=source.settings.authority.number,
        shape=schema.newest(), master=source.signing_keys.present, head=head, counts=counts,
        parts={str(path.relative_to(half)): part_of(path) for path in sorted(half.rglob("*")) if path.is_file()},
    )  # fmt: skip
    write(half, manifest.sealed(source.signing_keys))
    half.rename(final)
    sync_path(final.parent)
    return read(final)


def _head(tx: Session, source: Source) -> Head:
    """Sign all that is recorded by now; also where nothing is new, so that the first backup has a checkpoint."""
    made = checkpoints.make(tx, source.signing_keys, source.clock.now())
    while made.entries == checkpoints.ENTRIES_MAX:
        tx.flush()
        made = checkpoints.make(tx, source.signing_keys, source.clock.now())
    return Head(number=made.id, seal=made.seal.hex())


def _copied_ledger(source: Source, into: Path) -> None:
    into.touch(mode=0o600)
    with closing(sqlite3.connect(source.settings.ledger.file, isolation_level=None)) as connection:
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("VACUUM INTO ?", (str(into),))
    with closing(sqlite3.connect(_as_it_is(into), uri=True)) as copied:
        ((found,), *_) = copied.execute("PRAGMA quick_check").fetchall()
    if found != "ok":
        raise BackupFailed(f"The copy of the record is not sound ({found}). Run: postroom ledger verify")
    sync_path(into)


@contextmanager
def _reading(path: Path) -> Iterator[Session]:
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(_as_it_is(path), uri=True))
    try:
        with Session(engine) as tx:
            yield tx
    finally:
        engine.dispose()


def _as_it_is(path: Path) -> str:
    """Read without a journal or a lock file beside it."""
    return f"{path.absolute().as_uri()}?immutable=1"


def _copy_configuration(directory: Path, into: Path) -> None:
    """What may be known: no key and no password stands in it, for each of those has a file of its own."""
    into.mkdir(mode=0o700)
    for path in sorted((*directory.glob("*.toml"), directory / KEY_FILE)):
        if path.is_file():
            shutil.copyfile(path, into / path.name)
            (into / path.name).chmod(0o600)
            sync_path(into / path.name)
    sync_path(into)


def _counts(tx: Session, objects: Copied) -> Counts:
    waiting = (InboxState.WAITING, InboxState.WORKING, InboxState.QUARANTINED)
    return Counts(
        files=_count(tx, File),
        files_kept=_count(tx, File, _KEPT),
        history=_count(tx, Entry),
        inbox_open=_count(tx, InboxItem, InboxItem.state.in_(waiting)),
        outbox_open=_count(tx, OutboxItem, OutboxItem.state.in_((OutboxState.WAITING, OutboxState.SENDING))),
        objects=objects.new + objects.unchanged,
        objects_new=objects.new,
        octets_new=objects.new_octets,
    )


_KEPT = File.contents == Contents.KEPT


def _count(tx: Session, table: type[Table], *which: ColumnElement[bool]) -> int:
    return tx.scalar(select(func.count()).select_from(table).where(*which)) or 0


def _removed(place: Path, keep: int) -> Iterator[str]:
    for old in generations(place)[:-keep]:
        going = old.folder.with_name(old.name + HALF)
        old.folder.rename(going)  # in one step, so that none is ever seen that is half removed
        shutil.rmtree(going)
        yield old.name
