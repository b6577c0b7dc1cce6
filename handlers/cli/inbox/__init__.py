"""`postroom inbox …`: what arrived and is not finished; what lies in quarantine, and what an administrator does with it."""

import typer

from handlers.cli.inbox import deciding, listing, showing

app = typer.Typer()
app.command("list")(listing.list_items)
app.command("show")(showing.show_item)
for command in (deciding.retry, deciding.release, deciding.discard):
    app.command()(command)
