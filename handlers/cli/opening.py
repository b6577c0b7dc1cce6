"""The open office for one command: the record, the vault and the settings."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from bot.clock import Clock
from handlers.cli import configured, logs
from handlers.rooms import Rooms, open_rooms


@contextmanager
def rooms(ctx: typer.Context) -> Iterator[Rooms]:
    """Open them, and close them at the end. Raises `Misconfigured`, `NotReady`, `BadMasterKey`, `Unavailable`."""
    logs.configure(least="warning")
    with open_rooms(configured.settings(ctx), Clock()) as opened:
        yield opened
