"""`postroom init`: from nothing to a configuration, keys and an empty database."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import data, receipts
from bot.clock import Clock
from bot.ledger import Ledger, file_of, schema
from bot.roster import imports
from bot.roster.imports import Row
from bot.rules.authority import Role
from bot.settings import Settings, load
from bot.vault import MasterKey, mirror
from handlers.cli import configured, show
from handlers.cli.beginning import WAYS, Interview, Newcomers, Unfit, filled_in, judged, located, storage
from handlers.cli.beginning.administrator import Administrator
from handlers.cli.beginning.next_steps import NEXT, said
from handlers.cli.show import Problem
from handlers.rooms import master_key, signer_of

SYSTEM = Path("/etc")
SYSTEM_DATA = Path("/var/lib/postroom")
"""Where data lie on a machine whose configuration is under `SYSTEM` (Filesystem Hierarchy Standard 3.0, section 5.8)."""


def init(
    ctx: typer.Context,
    *,
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="The new configuration folder.")] = None,
    mail: Annotated[str, typer.Option(metavar="WAY", help=f"How mail arrives: {', '.join(WAYS)}.")] = "",
    answers: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="An answer, such as authority.number=830.")
    ] = None,
    data_folder: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Where everything that is taken in is kept.")
    ] = None,
    administrator: Annotated[
        str, typer.Option(metavar="'NAME <EMAIL>'", help="The first administrator, who is told of problems.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing, even at a terminal.")] = False,
) -> None:
    """Begin: a commented configuration, a new master key, an empty database. Nothing is ever overwritten.

    At a terminal it asks what nobody can guess; each answer may also be given by --set. Nothing is written before the last answer.
    """
    config, at_a_terminal = folder or configured.folder(ctx), not yes and sys.stdin.isatty() and sys.stdout.isatty()
    if any(config.glob("*.toml")):
        raise Problem(f"There is already a configuration in {config}, and it is not overwritten. Name another folder.")
    interview = _interview(config, _given(answers or []), data_folder)
    if mail and mail not in WAYS:
        raise typer.BadParameter(f"one of {', '.join(WAYS)}", param_hint="--mail")
    if at_a_terminal:
        show.say(
            "Enter takes what stands in brackets. Nothing is written before the last answer; Ctrl-C leaves nothing."
        )
    interview.held(way=mail, at_a_terminal=at_a_terminal)
    first = Administrator.of(interview.settings, administrator, at_a_terminal=at_a_terminal)
    texts = _texts(interview)
    newcomers = Newcomers()
    try:
        settings = _begin(config, texts, interview, newcomers)
        if first:
            _appoint(settings, first)
    except BaseException:
        newcomers.take_back()
        raise
    database, public = file_of(settings.ledger.url), config / receipts.KEY_FILE
    show.say(f"The configuration is in {config}, and an empty database in {database}. What to do next:")
    key = settings.keys.master_key_file
    show.say(said(config, interview, NEXT, key=key, public=public))


def _given(answers: list[str]) -> dict[tuple[str | int, ...], str]:
    given = {}
    for one in answers:
        key, equals, text = one.partition("=")
        try:
            loc = located(key)
        except Unfit as fault:
            raise typer.BadParameter(str(fault), param_hint="--set") from None
        if not equals:
            raise typer.BadParameter(f"{one}: KEY=VALUE, such as authority.number=830", param_hint="--set")
        given[loc] = text.strip()
    return given


def _interview(config: Path, given: dict[tuple[str | int, ...], str], folder: Path | None) -> Interview:
    """Everything lies beside the configuration, unless that is the machine's own or another place was named."""
    shipped = data.folder("config")
    if folder is None and config.absolute().is_relative_to(SYSTEM):
        folder = SYSTEM_DATA
    places = storage(config.absolute(), folder.absolute()) if folder else {}
    return Interview(shipped, load(shipped, {}), {**places, **given})


def _texts(interview: Interview) -> dict[str, str]:
    """The files as they will be. Raises `Problem` for answers that will not do."""
    faults = [f"{key}: {right}" for key, right in judged(interview.shipped, interview.answers, os.environ)]
    shipped = {path.name: path.read_text("utf-8") for path in sorted(interview.shipped.glob("*.toml"))}
    try:
        texts = filled_in(shipped, interview.answers)
    except Unfit as fault:
        faults.append(str(fault))
    if faults:
        raise Problem("\n  ".join(["Nothing was written. These answers will not do:", *faults]))
    return texts


def _begin(config: Path, texts: dict[str, str], interview: Interview, newcomers: Newcomers) -> Settings:
    """Write everything. What is new is among the newcomers, whatever happens."""
    public = config / receipts.KEY_FILE
    _write_files(config, texts, interview, newcomers)
    settings = load(config, os.environ)
    newcomers.expect(public, *_new_places(settings, newcomers), *_of_keys(settings))
    schema.upgrade(settings.ledger.url)
    if settings.keys.master_key is None:
        MasterKey.generate(settings.keys.master_key_file)
    if settings.keys.mirror:
        mirror(settings.keys.path, settings.keys.mirror, master_key(settings))
    receipts.add(public, signer_of(master_key(settings)).public)
    return settings


def _write_files(config: Path, texts: dict[str, str], interview: Interview, newcomers: Newcomers) -> None:
    newcomers.folder(config, 0o755)
    for name, text in texts.items():
        newcomers.write(config / name, text, 0o644)
    for secret, typed in interview.hidden.items():
        path = config / interview.answers[secret.loc]
        newcomers.folder(path.parent, 0o700)
        if typed:
            newcomers.write(path, typed + "\n", 0o600)


def _new_places(settings: Settings, newcomers: Newcomers) -> list[Path]:
    """Where database and master key are to be. Raises `Problem` where one is there already."""
    database, key = file_of(settings.ledger.url), settings.keys.master_key_file
    places = {"database": database} | ({"master key": key} if settings.keys.master_key is None else {})
    for what, path in places.items():
        if path and path.exists():
            raise Problem(f"There is already a {what} at {path}, and it is not overwritten. Name another folder.")
    for path in filter(None, places.values()):
        newcomers.folder(path.parent, 0o700)
    return [path for path in places.values() if path]


def _of_keys(settings: Settings) -> list[Path]:
    """What making the mirror makes: of a master key that is taken back nothing may be left, for no other could use it."""
    path, second = settings.keys.path, settings.keys.mirror
    return [path, path.with_name(f"{path.name}.lock"), second] if second else []


def _appoint(settings: Settings, first: Administrator) -> None:
    row = Row(None, {"email": first.email, "name": first.name, "role": Role.ADMINISTRATOR})
    with Ledger(settings.ledger.url, master_key(settings).derive("history")) as ledger:
        ledger.write_now(lambda tx: imports.add_person(tx, row, settings, Clock().now()))
