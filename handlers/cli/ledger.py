"""`postroom ledger verify`: is the record whole?"""

from pathlib import Path
from typing import Annotated

import typer

from bot import verifying
from bot.backup import generations, left_behind, strangers
from handlers.cli import show
from handlers.cli.opening import rooms
from handlers.cli.show import Json

app = typer.Typer()


@app.command()
def verify(
    ctx: typer.Context,
    *,
    backups: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", exists=True, file_okay=False, help="Also check that it continues each of the backups there."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check every file against its sealed history, and all of them against the signed checkpoints. Status 1 if anything
    was altered or removed."""
    with rooms(ctx) as opened:
        faults = verifying.faults(opened.ledger, opened.vault, opened.signing_keys)
        if backups:
            faults += opened.ledger.read_now(lambda tx: list(left_behind(tx, generations(backups))))
            faults += strangers(backups)
    if as_json:
        show.document({"whole": not faults, "faults": faults})
    for fault in [] if as_json else faults:
        show.say(fault)
    if faults:
        show.warn(f"The record is not whole: {len(faults)} faults. Keep it as it is, and compare it with a backup.")
        raise typer.Exit(1)
    if not as_json:
        show.say("The record is whole.")
