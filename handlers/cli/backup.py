"""`postroom backup`: a copy of all but the keys, taken while Postroom serves."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.backup import Taken, take
from bot.backup.taking import Source
from handlers.cli import show
from handlers.cli.opening import rooms
from handlers.cli.show import Json, Line

KEEP = 7


class BackupLine(Line):
    """A backup that was taken."""

    generation: str
    taken_at: datetime
    files: int
    files_kept: int
    objects: int
    objects_new: int
    octets_new: int
    ledger_octets: int
    checkpoint: int
    removed: tuple[str, ...]
    """Older generations that went."""


def backup(
    ctx: typer.Context,
    *,
    place: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder for backups: new, empty, or already in use for them.")
    ],
    keep: Annotated[int, typer.Option(min=1, metavar="N", help="How many backups to keep there.")] = KEEP,
    as_json: Json = False,
) -> None:
    """Back up the record, the encrypted contents and the configuration, while Postroom runs; never the keys."""
    with rooms(ctx) as opened:
        source = Source(opened.settings, opened.clock, opened.ledger, opened.vault, opened.signing_keys)
        line = _line(take(source, place, keep=keep))
    if as_json:
        show.document(line.document())
    else:
        show.say(
            f"Backup {line.generation} is complete. Files on record: {line.files:,}, with contents: {line.files_kept:,}. Sealed "
            f"objects: {line.objects:,}, new: {line.objects_new:,} ({line.octets_new:,} octets). The keys and "
            "the master key are not in it: keep a mirror of the one, and the other in a safe."
        )


def _line(taken: Taken) -> BackupLine:
    manifest = taken.generation.manifest
    counts = manifest.counts
    return BackupLine(
        generation=taken.generation.name, taken_at=manifest.taken_at, files=counts.files, files_kept=counts.files_kept,
        objects=counts.objects, objects_new=counts.objects_new, octets_new=counts.octets_new,
        ledger_octets=manifest.parts["ledger.db"].size, checkpoint=manifest.head.number, removed=taken.removed,
    )  # fmt: skip
