"""How the command line speaks: tables for people, one JSON document for programs, sentences for what went wrong."""

import json
import re
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ConfigDict

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

WIDE = 10_000
"""Columns of a «terminal» that is a file or a pipe: nothing is ever cut off there."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of what a terminal would obey, or nobody would see; such text comes from strangers."""


class Problem(Exception):
    """Something is wrong that the reader can put right: a sentence with the next step. Ends with status 1."""


class Line(BaseModel):
    """One entry of a report; its fields are the keys of its JSON."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True)

    def document(self) -> dict[str, Any]:
        """As it stands in JSON: moments in UTC, what is not there is null."""
        return self.model_dump(mode="json")


def report(lines: Sequence[Line], columns: Sequence[str], *, as_json: bool, zone: tzinfo) -> None:
    """Many entries: a JSON list of all their keys, or a table of the columns named."""
    if as_json:
        document([line.document() for line in lines])
        return
    named = [line.model_dump() for line in lines]
    table(columns, [[spoken(values[column], zone) for column in columns] for values in named])


def details(line: Line, *, as_json: bool, zone: tzinfo) -> None:
    """One entry: a JSON object, or each key with its value on a line."""
    if as_json:
        document(line.document())
    else:
        table(
            ("", ""), [(_heading(key), spoken(value, zone)) for key, value in line.model_dump().items()], headed=False
        )


def document(value: Sequence[Any] | Mapping[str, Any]) -> None:
    """One JSON document, in plain ASCII so that no terminal and no locale can spoil it."""
    typer.echo(json.dumps(value, indent=2))


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, headed: bool = True) -> None:
    """A table on standard output; «none» where there are no rows. Values are never markup."""
    if not rows:
        typer.echo("none")
        return
    from rich.console import Console  # noqa: PLC0415 - 3 MiB and 60 ms: only where there is a table
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    made = Table(*[_heading(column) for column in columns], box=None, show_header=headed, pad_edge=False)
    for row in rows:
        made.add_row(*[Text(safe(cell), overflow="fold") for cell in row])
    terminal = sys.stdout.isatty()
    console = Console(
        file=sys.stdout, width=None if terminal else WIDE, highlight=False, no_color=None if terminal else True
    )
    console.print(made)


def say(sentence: str) -> None:
    """Something to know, on standard output."""
    typer.echo(safe(sentence))


def warn(sentence: str) -> None:
    """Something that is not as it should be, on standard error."""
    typer.echo(safe(sentence), err=True)


def safe(text: str) -> str:
    """Text without anything that a terminal would obey; lines stay lines."""
    return re.sub(
        r"[^\x20-\x7e\n]", lambda found: "\ufffd" if unicodedata.category(found[0]) in UNSEEN else found[0], text
    )


def spoken(value: object, zone: tzinfo) -> str:
    """A value in a table: moments in the authority's zone, to the minute."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(spoken(one, zone) for one in value)
    return value.value if isinstance(value, StrEnum) else str(value)


def _heading(column: str) -> str:
    return column.replace("_", " ")
