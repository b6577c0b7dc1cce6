"""A CSV file as rows with named cells; what is wrong with its lines; what an import changes."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from bot.roster.imports.deciphering import NOT_CSV, Cells, deciphered
from bot.roster.imports.faults import Fault, Unfit

UNSEEN = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
"""What comes along when somebody copies from a page, and nobody sees."""
BETWEEN = re.compile(r"[\s_-]+")
SHOWN_MAX = 5
"""Columns of a wrong file that are shown."""


@dataclass(frozen=True)
class Row:
    """One line's cells by column; a cell that the line lacks is empty."""

    line: int | None
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Sheet:
    """The rows of a file, and what is wrong with its lines as such."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Difference:
    """What an import changes for one school or one person."""

    change: Literal["new", "changed", "back", "left"]
    who: str
    """The school's number, or the person's address."""
    name: str
    details: tuple[str, ...] = ()
    """Each thing that becomes another, in words."""


@dataclass(frozen=True)
class Columns:
    """The columns of a file. They are known however they are spaced and whatever is capital in them."""

    needed: Sequence[str]
    optional: Sequence[str] = ()
    others: bool = False
    """Whether there may be any others, which are left alone."""
    strange: Mapping[str, str] | None = None
    """What another file is, that people take for this one, by a column that only it has."""

    def known(self, cells: Sequence[str]) -> int:
        """How many of these are columns that we know."""
        return len(self.places(cells))

    def places(self, cells: Sequence[str]) -> dict[str, int]:
        """Where each column stands, the first time it does."""
        spelt = [_spelt(cell) for cell in cells]
        return {name: spelt.index(_spelt(name)) for name in (*self.needed, *self.optional) if _spelt(name) in spelt}

    def faults(self, cells: Sequence[str], line: int) -> Iterator[Fault]:
        """All that is wrong with the line of column names."""
        places, spelt = self.places(cells), [_spelt(cell) for cell in cells]
        for column, what in (self.strange or {}).items():
            if _spelt(column) in spelt:
                yield Fault(None, "", what)
                return
        if not places:
            begins = ", ".join(f"«{_tidy(cell)}»" for cell in cells[:SHOWN_MAX])
            yield Fault(
                line, "", f"the names of the columns must stand here: {', '.join(self.needed)}. Here stands {begins}"
            )
            return
        if missing := [name for name in self.needed if name not in places]:
            yield Fault(line, "", f"these columns are missing: {', '.join(missing)}")
        for name in (*self.needed, *self.optional):
            if spelt.count(_spelt(name)) > 1:
                yield Fault(line, name, "this column is there more than once")
        if not self.others:
            ours = {_spelt(name) for name in (*self.needed, *self.optional)} | {""}
            for cell, name in zip(cells, spelt, strict=True):
                if name not in ours:
                    known = ", ".join((*self.needed, *self.optional))
                    yield Fault(
                        line, _tidy(cell), f"there is no such column; known are {known}. Take it out of the file"
                    )


def read(octets: bytes, columns: Columns, keep: Callable[[Row], bool] = lambda _: True) -> Sheet:
    """The rows of a CSV file, of which the first line names the columns. `keep`: which rows are wanted at all.

    Raises `Unfit` where the columns are not those that are needed.
    """
    lines, faults, rows = deciphered(octets, columns.known), list[Fault](), list[Row]()
    head = next(lines, Cells(1, ()))
    names = head.cells or ()
    if wrong := [Fault(head.line, "", NOT_CSV)] if head.cells is None else list(columns.faults(names, head.line)):
        raise Unfit(wrong)
    wanted, width = columns.places(names), len(names)
    for one in lines:
        if one.cells is None:
            faults.append(Fault(one.line, "", NOT_CSV))
        elif any(cell.strip() for cell in islice(one.cells, width, None)):
            faults.append(Fault(one.line, "", f"it has {len(one.cells)} cells, but there are {width} columns"))
        else:
            row = Row(one.line, {name: _tidy(one.cells[at]) for name, at in wanted.items() if at < len(one.cells)})
            if keep(row):
                rows.append(row)
    return Sheet(tuple(rows), tuple(faults))


def _spelt(name: str) -> str:
    return BETWEEN.sub("", name.translate(UNSEEN)).casefold()


def _tidy(cell: str) -> str:
    """One line of text in one spelling of each letter."""
    if cell.isascii() and cell.isalnum():
        return cell
    return unicodedata.normalize("NFC", " ".join(cell.translate(UNSEEN).split()))
