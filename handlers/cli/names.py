"""`postroom names check`: names of files, judged by the convention."""

from typing import Annotated

import typer

from bot.clock import Clock
from bot.notices import Finding
from bot.rules import filename
from bot.rules.filename import Convention, Verdict
from bot.settings import Settings
from bot.wording import Wording
from handlers.cli import configured, show
from handlers.cli.show import Json, Line

app = typer.Typer()


class FaultLine(Line):
    """One thing that is at fault with a name."""

    code: str
    text: str


class NameLine(Line):
    """One name, judged."""

    name: str
    valid: bool
    faults: tuple[FaultLine, ...]
    meant: str | None
    choices: tuple[str, ...]


@app.command()
def check(
    ctx: typer.Context,
    *,
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="File names, with extension.")],
    school: Annotated[
        list[str] | None,
        typer.Option(
            metavar="N",
            help="One of the sender's own numbers; without any, only the authority's three digits are checked.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check names as if they had been sent. Status 1 if any is not valid."""
    settings = configured.settings(ctx)
    by = _convention(settings, school or [])
    today = Clock().now().astimezone(settings.timezone).date()
    model = filename.model(by, today)
    lines = [_line(name, filename.judge(name, by, today), Wording.of(settings), model) for name in names]
    if as_json:
        show.document([line.document() for line in lines])
    for line in [] if as_json else lines:
        _tell(line)
    if not all(line.valid for line in lines):
        raise typer.Exit(1)


def _convention(settings: Settings, schools: list[str]) -> Convention:
    return Convention(
        authority=settings.authority.number,
        services={service.code: service.name for service in settings.services},
        extensions=frozenset(settings.files.extensions),
        schools=tuple(schools),
        roster=frozenset(schools),
    )


def _line(name: str, verdict: Verdict, wording: Wording, model: str) -> NameLine:
    found = [Finding(fault=one.fault.value, found=one.found) for one in verdict.faults]
    faults = tuple(FaultLine(code=one.fault, text=wording.fault(one, model)) for one in found)
    valid = verdict.name is not None
    return NameLine(
        name=name, valid=valid, faults=faults, meant=None if valid else verdict.meant, choices=tuple(verdict.choices)
    )


def _tell(line: NameLine) -> None:
    show.say(f"{line.name}: {'valid' if line.valid else 'not valid'}")
    for fault in line.faults:
        show.say(f"  {fault.text}")
    if line.meant:
        show.say(f"  meant: {line.meant}")
    for choice in line.choices:
        show.say(f"  perhaps: {choice}")
