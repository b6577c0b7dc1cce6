"""What `--help` shows beside the name of an option or argument: a word for its value, and nothing where there is none.

The library would show how a value is typed in Python: `--json <bool>`, `FILE… <list[Path]>`.
"""

from typing import Any

from typer._click import Context  # typer brings its own click and offers its Context under no other name
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption


def name_no_types(command: TyperCommand | TyperGroup) -> None:
    """Have the help of this command, and of those below it, show none."""
    asks_for_help = command.get_help_option(Context(command))
    for param in (*command.params, *([asks_for_help] if asks_for_help else ())):
        takes_nothing = isinstance(param, TyperOption) and param.is_flag
        if takes_nothing or isinstance(param, TyperArgument):
            param.display_type_rich = _nothing  # the library has no key for it
    for below in getattr(command, "commands", {}).values():
        name_no_types(below)


def _nothing(ctx: Any) -> None:
    del ctx
