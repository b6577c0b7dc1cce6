"""`postroom restore`: a backup put back on a clean machine, and what is lost, said."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import Field

from bot import verifying
from bot.backup import BackupFailed, Generation, restoring
from bot.backup.restoring import Restored
from bot.clock import Clock
from bot.ledger import schema
from bot.settings import Settings
from bot.vault import MasterKey, open_vault
from handlers.cli import configured, logs, show
from handlers.cli.destroying import destroy_now
from handlers.cli.show import Json, Line, Problem
from handlers.rooms import master_key, rooms_over, signing_keys_of
from handlers.running import hold


class LostLine(Line):
    """A message that was handled after the backup."""

    id: int
    channel: str
    sender: str = Field(serialization_alias="from")
    subject: str
    at: datetime


class RestoreLine(Line):
    """A backup that was put back, and what is lost."""

    generation: str
    taken_at: datetime
    configuration: tuple[str, ...]
    """What was put into the configuration folder."""
    keys: str
    """Where they were found."""
    contents: int
    """Sealed objects that were put back."""
    destroyed: tuple[str, ...]
    came_back: tuple[str, ...]
    """Destroyed before the backup, and with a key all the same: the keys are an old copy."""
    missing: tuple[str, ...]
    messages_lost_at_least: int
    lost: tuple[LostLine, ...]
    """Those of which something is known."""
    contents_without_row: int
    notices_held_back: int
    links_ended: int
    rests_until: datetime
    whole: bool
    faults: tuple[str, ...]
    told: tuple[str, ...]
    """The same in words, as the administrators are mailed it."""


def restore(
    ctx: typer.Context,
    *,
    place: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder of the backups.", exists=True, file_okay=False)
    ],
    generation: Annotated[str | None, typer.Option(metavar="NAME", help="This backup, not the newest.")] = None,
    keys: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The live key database, or its mirror, if it is not in its place."),
    ] = None,
    all_destroyed: Annotated[
        bool,
        typer.Option(
            "--all-destroyed",
            help="All contents have been destroyed since the backup, or their keys are lost for good.",
        ),
    ] = False,
    unsealed: Annotated[
        bool,
        typer.Option("--unsealed", help="Even if this master key did not seal it: only if you know who wrote it."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Restore a backup where there is no record. Needs the master key and the keys in their places. Status 1 also if the
    record is not whole."""
    logs.configure(least="warning")
    found = restoring.chosen(place, generation)
    put = restoring.put_configuration(found, configured.folder(ctx))
    settings = configured.settings(ctx)
    restoring.check_apart(settings, place)
    restoring.check_clean(settings)
    settings.ledger.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with hold(settings):
        master = master_key(settings)  # before anything is put in place
        source = restoring.put_keys(settings, keys, master, all_destroyed=all_destroyed)
        if not unsealed:
            _check_ours(settings, master, found, put)
        line = _restored(settings, place, found, all_destroyed=all_destroyed)
    line = line.model_copy(update={"configuration": tuple(path.name for path in put), "keys": str(source)})
    _tell(line, as_json=as_json)


def _check_ours(settings: Settings, master: MasterKey, found: Generation, put: list[Path]) -> None:
    """Raises `BackupFailed` before anything of the record is read; what was put of the configuration is taken away again."""
    vault = open_vault(settings.vault.folder, settings.keys.path, master, settings.keys.mirror)
    try:
        restoring.check_ours(found, signing_keys_of(master, vault))
    except BackupFailed:
        for path in put:
            path.unlink()
        if not put:
            show.warn(
                f"If it was an earlier try that put the configuration into {settings.directory}, move that away, too."
            )
        raise
    finally:
        vault.close()


def _restored(settings: Settings, place: Path, found: Generation, *, all_destroyed: bool) -> RestoreLine:
    part = restoring.put_record(found, settings)
    url = f"sqlite:///{part}"
    schema.upgrade(url)
    with rooms_over(settings, Clock(), url) as opened:
        if not all_destroyed:
            restoring.check_keys(opened.ledger, opened.vault)
        contents = restoring.put_contents(place, opened.vault)
        faults = verifying.of_the_record(opened.ledger, opened.signing_keys)
        restored = restoring.bring_up_to_date(opened.ledger, opened.vault, found.manifest, opened.occasion())
        destroy_now(opened)
    restoring.complete(part, settings)
    return _report(found, restored, contents, faults)


def _report(found: Generation, restored: Restored, contents: int, faults: list[str]) -> RestoreLine:
    loss = restored.loss
    return RestoreLine(
        generation=found.name, taken_at=found.manifest.taken_at, configuration=(), keys="", contents=contents,
        destroyed=restored.destroyed, came_back=restored.came_back, missing=restored.missing, messages_lost_at_least=loss.messages,
        lost=tuple(LostLine(**asdict(one)) for one in loss.finished), contents_without_row=loss.contents,
        notices_held_back=restored.held_back, links_ended=restored.links_ended, rests_until=restored.rests_until,
        whole=not faults, faults=tuple(faults), told=tuple(restoring.lines(restored, found.manifest.taken_at)),
    )  # fmt: skip


def _tell(line: RestoreLine, *, as_json: bool) -> None:
    if as_json:
        show.document(line.document())
    else:
        show.say(
            f"Backup {line.generation} is put back, with its sealed contents ({line.contents:,}) and the keys of {line.keys}."
        )
        for sentence in (*line.told, *line.faults):
            show.say(f"- {sentence}")
    if line.faults:
        raise Problem(f"The record is put back, and is not whole: {len(line.faults)} faults. They were in it before.")
    show.warn("Next: postroom doctor, then postroom serve. The administrators are mailed this report as well.")
