"""The settings of the folder that the command line names."""

import os
from pathlib import Path

import typer

from bot.settings import Settings, load
from handlers.cli.show import Problem


def settings(ctx: typer.Context) -> Settings:
    """Raises `Misconfigured` with every mistake, and `Problem` where nothing is configured."""
    place = folder(ctx)
    if not any(place.glob("*.toml")):
        raise Problem(
            f"There is no configuration in {place}. Name its folder with --config, or begin: postroom init {place}"
        )
    return load(place, os.environ)


def folder(ctx: typer.Context) -> Path:
    """`--config DIR`, else `POSTROOM_CONFIG`, else `./config`."""
    found: object = ctx.find_root().obj
    assert isinstance(found, Path)  # noqa: S101 - the callback of the whole program has set it
    return found
