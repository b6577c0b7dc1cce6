"""The settings of the folder that the command line names."""

import os
from pathlib import Path

import typer

from bot.settings import Settings, load


def settings(ctx: typer.Context) -> Settings:
    """Raises `Misconfigured` with every mistake."""
    return load(folder(ctx), os.environ)


def folder(ctx: typer.Context) -> Path:
    """`--config DIR`, else `POSTROOM_CONFIG`, else `./config`."""
    found: object = ctx.find_root().obj
    assert isinstance(found, Path)  # noqa: S101 - the callback of the whole program has set it
    return found
