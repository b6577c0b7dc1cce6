"""A CSV file as rows with named cells; what is wrong with it, by line and column; what an import changes."""

import codecs
import csv
import io
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

ENCODINGS = ("utf-8-sig", "windows-1252")
"""Tried in this order: what the public register and Excel write."""

NOT_CSV = "this is not CSV: a quotation mark opens a cell and does not close it rightly"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong."""

    line: int | None
    """In the file, counted from 1; None where no file was read."""
    column: str
    """Empty where the whole line is at fault."""
    problem: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.column) if part)
        return f"{place}: {self.problem}" if place else self.problem


class Unfit(Exception):
    """The file cannot be imported, and nothing of it was: holds every fault, in the order of the lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line or 0))
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


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


def read(octets: bytes, needed: Collection[str], optional: Collection[str] | None = None) -> Sheet:
    """The rows of a CSV file with a line of column names. `optional`: the only other columns it may have (None: any).

    Raises `Unfit` where the columns are not those that are needed.
    """
    lines, faults = _lines(_text(octets)), list[Fault]()
    _, header = next(lines, (1, None))
    columns = [cell.strip() for cell in header or ()]
    if wrong := list(_column_faults(columns, needed, optional)):
        raise Unfit(wrong)
    wanted = {name: columns.index(name) for name in (*needed, *(optional or ())) if name in columns}
    rows: list[Row] = []
    for line, cells in lines:
        if cells is None:
            faults.append(Fault(line, "", NOT_CSV))
        elif any(cells[len(columns) :]):
            faults.append(Fault(line, "", f"it has {len(cells)} cells, but there are {len(columns)} columns"))
        elif any(cells):
            rows.append(Row(line, {name: _tidy(cells[at]) for name, at in wanted.items() if at < len(cells)}))
    return Sheet(tuple(rows), tuple(faults))


def _text(octets: bytes) -> str:
    if octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unfit([Fault(None, "", "The file is UTF-16. Save it as «CSV UTF-8» and import that.")])
    for encoding in ENCODINGS:
        try:
            return octets.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unfit(
        [Fault(None, "", "The file is neither UTF-8 nor Windows-1252. Save it as «CSV UTF-8» and import that.")]
    )


def _lines(text: str) -> Iterator[tuple[int, list[str] | None]]:
    """Each line's number and cells; a cell may run over several lines, and the first is the one that counts.

    None for cells: what begins here is not CSV, and nothing after it can be read.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    first = 1
    try:
        for cells in reader:
            yield first, cells
            first = reader.line_num + 1
    except csv.Error:
        yield first, None


def _column_faults(columns: list[str], needed: Collection[str], optional: Collection[str] | None) -> Iterator[Fault]:
    if missing := [name for name in needed if name not in columns]:
        yield Fault(1, "", f"these columns are missing: {', '.join(missing)}")
    for name in (*needed, *(optional or ())):
        if columns.count(name) > 1:
            yield Fault(1, name, "this column is there more than once")
    if optional is not None:
        known = {*needed, *optional, ""}
        for name in columns:
            if name not in known:
                yield Fault(1, name, f"there is no such column; known are {', '.join((*needed, *optional))}")


def _tidy(cell: str) -> str:
    """One line of text in one spelling of each letter."""
    return unicodedata.normalize("NFC", " ".join(cell.split()))
