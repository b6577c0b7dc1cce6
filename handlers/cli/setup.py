"""`postroom migrate` and `serve`: a post office at work."""

import asyncio
from typing import Annotated

import typer

from bot.ledger import file_of, schema
from handlers import lean
from handlers.cli import configured, logs, publishing, serving, show
from handlers.rooms import master_key, signer_of


def migrate(ctx: typer.Context) -> None:
    """Create the database, or upgrade it to what this version of Postroom needs; publish the public key of receipts."""
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
        typer.Option(
            metavar="PART,…", help=f"Only these parts ({', '.join(serving.PARTS)}); other processes must do the rest."
        ),
    ] = "",
) -> None:
    """Take mail in, handle it and answer it, until it is stopped (Ctrl-C, or SIGTERM)."""
    lean.share_heaps()
    logs.configure()
    settings = configured.settings(ctx)
    serving.check_parts(only, settings)
    asyncio.run(serving.serve(settings))
