"""`postroom files …`: see, decide and export what schools have sent."""

import typer

from handlers.cli.files import acts, erasing, exporting, listing

app = typer.Typer()
app.command("list")(listing.list_files)
app.command("show")(listing.show_file)
app.command("history")(listing.show_history)
app.command("receive")(acts.receive)
app.command("reject")(acts.reject)
app.command("move")(acts.move)
app.command("recall")(acts.recall)
app.command("freeze")(acts.freeze)
app.command("release")(acts.release)
app.command("destroy")(acts.destroy)
app.command("erase")(erasing.erase)
app.command("export")(exporting.export)
