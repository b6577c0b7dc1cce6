"""`postroom slack manifest`: the app as Slack makes it from a description."""

import typer

from handlers.cli import configured, show
from handlers.cli.show import Problem
from handlers.slack.manifest import NotCallable
from handlers.slack.manifest import manifest as described

app = typer.Typer()

NEXT = (
    "At https://api.slack.com/apps choose “Create New App”, “From a manifest”, and give it this. An app that is there "
    "already takes it under “App Manifest”; install it again afterwards."
)


@app.command()
def manifest(ctx: typer.Context) -> None:
    """Print the manifest from which Slack creates the app that this configuration needs, as JSON."""
    try:
        show.document(described(configured.settings(ctx)))
    except NotCallable as fault:
        raise Problem(str(fault)) from fault
    show.warn(NEXT)
