"""The administrator's channel: `postroom NOUN COMMAND`.

Each noun is a module, and is imported only when it is asked for: `postroom --help` and what needs no database start at once.
Exit status: 0 done, 1 a problem was found, 2 wrong usage. Every failure is a sentence on standard error, never a traceback.
"""

import importlib
import resource
import sys
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer._click import Context  # typer brings its own click and offers its Context under no other name
from typer.core import TyperCommand, TyperGroup

from handlers import lean
from handlers.cli.helping import name_no_types


@dataclass(frozen=True)
class Command:
    """Where a command is: a whole noun is the `app` of its module, a single command one function of it."""

    module: str
    summary: str
    function: str | None = None


COMMANDS = {
    "demo": Command("demo", "A day in the life, with made-up people, through real SMTP.", "demo"),
    "init": Command("init", "Begin: a commented configuration, a new master key, an empty database.", "init"),
    "migrate": Command("setup", "Create the database, or upgrade it to what this version needs.", "migrate"),
    "serve": Command("setup", "Take in, handle and answer, until it is stopped.", "serve"),
    "send": Command("send", "Mail files to the returns mailbox, for trying out.", "send"),
    "try": Command("trying", "Say what would happen to a mail, and why; nothing is stored.", "try_mail"),
    "names": Command("names", "Check file names against the convention."),
    "files": Command("files", "List, decide on and export what schools have sent."),
    "schools": Command("schools", "The authority's schools: import, list, show."),
    "people": Command("people", "Who may send and receive: import, add, remove, list, show, held, unlink."),
    "inbox": Command("inbox", "What arrived and is not finished: list, show, retry, release, discard."),
    "outbox": Command("outbox", "What has not been delivered yet: list, retry."),
    "verify": Command(
        "verify",
        "Check that a receipt or certificates are genuine, and for which files. Needs only the public key.",
        "verify",
    ),
    "retention": Command("retention", "What is to be destroyed, and what was: due, certificates."),
    "ledger": Command("ledger", "The record: verify."),
    "keys": Command("keys", "The keys of all contents: mirror (a second live copy), rotate (a new master key)."),
    "doctor": Command("doctor", "Check everything that Postroom needs, and say how to put each fault right.", "doctor"),
    "backup": Command("backup", "Back up everything except the keys, while Postroom runs.", "backup"),
    "restore": Command("restore", "Restore a backup on a clean machine.", "restore"),
    "slack": Command("slack", "The Slack app: manifest."),
    "messages": Command("messages", "Show messages as people will read them: preview."),
}

OF_A_LIBRARY = "Value error, "
"""What pydantic puts before the sentence by which a value was refused."""


def load(name: str) -> Any:
    """The command of this name, ready to be run."""
    loaded = _loaded(name, COMMANDS[name])
    name_no_types(loaded)
    return loaded


def _loaded(name: str, command: Command) -> Any:
    lean.load_log()
    module = importlib.import_module(f"{__name__}.{command.module}")
    if command.function is None:
        noun = typer.main.get_group(module.app)
        noun.help, noun.no_args_is_help = command.summary, True
        return noun
    single = typer.Typer(add_completion=False)
    single.command(name)(getattr(module, command.function))
    return typer.main.get_command(single)


class Postroom(TyperGroup):
    """All commands; until one is asked for, its summary stands in for it."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, command in COMMANDS.items():
            self.add_command(TyperCommand(name, help=command.summary))
        name_no_types(self)

    def resolve_command(self, ctx: Context, args: list[str]) -> Any:
        """The real command in place of its stand-in."""
        if args[0] in COMMANDS:
            self.add_command(load(args[0]), args[0])
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Context) -> Any:
        """Run what was asked for; what is wrong with a value is said without the words of the library that found it."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as fault:
            fault.message = fault.message.removeprefix(OF_A_LIBRARY)
            raise

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run; whatever fails ends as a sentence."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")  # a terminal that lacks a letter is no reason to fail
        try:
            return super().main(*args, **extra)
        except Exception as fault:  # noqa: BLE001 - no failure at all may reach the reader as a traceback
            failures = importlib.import_module(f"{__name__}.failures")  # only now: it knows every room's failures
            typer.echo(failures.sentence(fault), err=True)
            sys.exit(1)


main = typer.Typer(
    name="postroom", cls=Postroom, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False
)


@main.callback()
def begin(
    ctx: typer.Context,
    config: Annotated[
        Path,
        typer.Option(
            envvar="POSTROOM_CONFIG", metavar="DIR", help="The configuration folder.", show_default="./config"
        ),
    ] = Path("config"),
) -> None:
    """Takes in schools' returns for a local authority, by email and chat, and answers each with a receipt or exact advice."""
    highest = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (0, highest))  # keys lie in memory: no crash may write them to a disk
    ctx.obj = config
