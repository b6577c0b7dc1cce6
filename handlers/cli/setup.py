"""`postroom init`, `migrate`, `serve`: from nothing to a post office at work."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

from bot import data, receipts
from bot.ledger import file_of, schema
from bot.settings import Settings, load
from bot.vault import MasterKey, mirror
from handlers.app import master_key, signer_of
from handlers.cli import configured, logs, publishing, serving, show
from handlers.cli.show import Problem

NEXT = """
1. Write down who you are and who helps: {config}/authority.toml
2. Choose your services, and who is told of new files: {config}/services.toml
3. Say how mail reaches Postroom, whom it believes, and where answers go: {config}/channels.toml
4. Bring in schools and people:
     postroom --config {config} schools import edubaseallstatefunded.csv
     postroom --config {config} people import people.csv
5. See whether all is well: postroom --config {config} doctor
6. Start it: postroom --config {config} serve
7. Keep a copy of {key} in a safe place. Without it nothing that is stored can ever be read again. Choose a
   second disk for the keys of contents, too: mirror in {config}/storage.toml, and then postroom keys mirror
8. Give {public} to whoever is to check receipts. It is no secret; keep a copy of it, too."""


def init(
    ctx: typer.Context,
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The new configuration folder.")] = None,
) -> None:
    """Begin: a commented configuration, a new master key, an empty database. Nothing is ever overwritten."""
    config = folder or configured.folder(ctx)
    public = config / receipts.KEY_FILE
    written = [] if public.exists() else [public]
    written += _copy(data.folder("config"), config)
    try:
        settings = load(config, os.environ)
        written += _new_places(settings)
        schema.upgrade(settings.ledger.url)
        if settings.keys.master_key is None:
            MasterKey.generate(settings.keys.master_key_file)
        if settings.keys.mirror:
            mirror(settings.keys.path, settings.keys.mirror, master_key(settings))
        receipts.add(public, signer_of(master_key(settings)).public)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    key = settings.keys.master_key_file
    show.say(
        f"The configuration is in {config}, and an empty database in {file_of(settings.ledger.url)}. What to do next:"
    )
    show.say(NEXT.format(config=config, key=key, public=public))


def migrate(ctx: typer.Context) -> None:
    """Create the database, or bring it to the shape that this version of Postroom needs; publish the key of receipts."""
    settings = configured.settings(ctx)
    url = settings.ledger.url
    before = schema.present(url)
    schema.upgrade(url)
    after = schema.newest()
    show.say(
        f"{file_of(url)} has the newest shape ({after})" + ("." if before == after else f"; it had {before or 'none'}.")
    )
    if warning := publishing.publish(settings, signer_of(master_key(settings)).public):
        show.warn(warning)


def serve(
    ctx: typer.Context,
    only: Annotated[
        str,
        typer.Option(metavar="PART,…", help="Only these parts (smtp, web, worker); other processes must do the rest."),
    ] = "",
) -> None:
    """Take mail in, handle it and answer it, until it is stopped (Ctrl-C, or SIGTERM)."""
    logs.configure()
    settings = configured.settings(ctx)
    serving.check_parts(only, settings)
    asyncio.run(serving.serve(settings))


def _copy(template: Path, into: Path) -> list[Path]:
    """The commented files, without the demo's. Raises `Problem` where there is a configuration already."""
    if any(into.glob("*.toml")):
        raise Problem(f"There is a configuration in {into} already, and it is not overwritten. Name another folder.")
    into.mkdir(mode=0o755, parents=True, exist_ok=True)
    return [Path(shutil.copyfile(file, into / file.name)) for file in sorted(template.glob("*.toml"))]


def _new_places(settings: Settings) -> list[Path]:
    """Where database and master key are to be. Raises `Problem` where one is there already."""
    database, key = file_of(settings.ledger.url), settings.keys.master_key_file
    places = {"database": database} | ({"master key": key} if settings.keys.master_key is None else {})
    for what, path in places.items():
        if path and path.exists():
            raise Problem(f"There is a {what} at {path} already, and it is not overwritten. Name another folder.")
    for path in filter(None, places.values()):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [path for path in places.values() if path]
