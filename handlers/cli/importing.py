"""What `import` takes and tells, for schools and people alike."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot.roster.imports import Difference
from handlers.cli import show
from handlers.cli.show import Line

Csv = Annotated[Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, help="The file to import.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")]


class DifferenceLine(Line):
    """What changes for one school or person."""

    change: str
    who: str
    name: str
    details: tuple[str, ...]


def tell(
    differences: Sequence[Difference], *, as_json: bool, dry_run: bool, besides: Sequence[DifferenceLine] = ()
) -> None:
    """Each difference where nothing was done or a program asks; else how many of each kind.

    `besides`: what a program is told as well, though nothing of it is changed.
    """
    lines = [DifferenceLine(**vars(one)) for one in differences]
    if as_json:
        show.document([one.document() for one in (*lines, *besides)])
        return
    if dry_run and lines:
        show.table(("change", "who", "what"), [(one.change, one.who, _what(one)) for one in lines])
    counts = Counter(one.change for one in differences)
    summary = ", ".join(f"{count} {change}" for change, count in counts.items()) or "nothing differs"
    show.say(f"{'Nothing was changed. It would be' if dry_run else 'Done'}: {summary}.")


def _what(line: DifferenceLine) -> str:
    """The name, and below it each thing that becomes another."""
    return "\n".join((line.name, *line.details))
