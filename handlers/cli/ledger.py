"""`postroom ledger verify`: is the record whole?"""

import typer

from bot import verifying
from handlers.cli import show
from handlers.cli.opening import rooms
from handlers.cli.show import Json

app = typer.Typer()


@app.command()
def verify(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Hold every file against its sealed history, and all against the signed checkpoints. Status 1 where anything was
    altered or taken away."""
    with rooms(ctx) as opened:
        faults = verifying.faults(opened.ledger, opened.vault, opened.signing_keys)
    if as_json:
        show.document({"whole": not faults, "faults": faults})
    for fault in [] if as_json else faults:
        show.say(fault)
    if faults:
        show.warn(f"The record is not whole: {len(faults)} faults. Keep it as it is, and compare it with a backup.")
        raise typer.Exit(1)
    if not as_json:
        show.say("The record is whole.")
