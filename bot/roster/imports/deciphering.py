"""Octets as lines of cells, whatever program wrote them: encodings, separators, and what is no CSV at all."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.roster.imports.faults import Fault, Unfit

ENCODINGS = ("utf-8-sig", "windows-1252")
"""Tried in this order: what Excel and the public register write."""
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How «Unicode text» of Excel begins."""
SEPARATORS = ",;\t"
"""What stands between cells; Excel's own is the semicolon in much of Europe, and the tabulator in «Unicode text»."""
CHOSEN = re.compile(r'"?sep=([,;|\t])"?[\r\n]*', re.IGNORECASE)
"""A first line that is for Excel alone."""
PIECE = 1 << 20
BEGINNING = 1 << 10

SAVE = "Open it in Excel, and save it as «CSV UTF-8»."
NO_CSV: Sequence[tuple[re.Pattern[bytes], str]] = (
    (
        re.compile(rb"PK\x03\x04"),
        f"This is no CSV: it is a zip or an Excel workbook. Unpack a zip. If it is a workbook: {SAVE}",
    ),
    (re.compile(rb"\xd0\xcf\x11\xe0"), f"This is no CSV: it is a workbook of an older Excel. {SAVE}"),
    (re.compile(rb"%PDF"), "This is no CSV: it is a PDF."),
    (
        re.compile(rb"(?:\xef\xbb\xbf)?\s*<"),
        "This is no CSV: it is a web page. The download failed, or wanted you to sign in: download the file again.",
    ),
)  # fmt: skip
"""How files begin that people take for CSV, and what to do."""
NOT_TEXT = f"This is no CSV: it is not text. If it is a table of some other program, save it as «CSV UTF-8». {SAVE}"
UNKNOWN_LETTERS = f"The letters of this file cannot be read: it is neither UTF-8 nor Windows-1252. {SAVE}"
NOT_CSV = "this is not CSV: a quotation mark opens a cell and does not close it rightly"


@dataclass(frozen=True)
class Cells:
    """One line."""

    line: int
    """Its number in the file, counted from 1; a cell may run over several lines, and the first is the one that counts."""
    cells: Sequence[str] | None
    """None: what begins here is not CSV, and nothing after it can be read."""


def deciphered(octets: bytes, known: Callable[[Sequence[str]], int]) -> Iterator[Cells]:
    """The lines of a CSV file. Raises `Unfit` where it is none.

    `known`: how many of these cells are names of columns: it tells which separator is meant.
    """
    if not octets or octets.isspace():
        raise Unfit([Fault(None, "", "The file is empty.")])
    if why := next((words for begins, words in NO_CSV if begins.match(octets[:BEGINNING])), None):
        raise Unfit([Fault(None, "", why)])
    encoding = _encoding(octets)
    first = next((line for line in _text(octets, encoding) if line.strip(" \r\n,;\t")), "")
    if chosen := CHOSEN.fullmatch(first):
        return islice(_lines(_text(octets, encoding), chosen[1]), 1, None)
    separator = max(SEPARATORS, key=lambda one: known(_parted(first, one)))
    return _lines(_text(octets, encoding), separator)


def _parted(line: str, separator: str) -> Sequence[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:  # a cell of any length
        return ()


def _encoding(octets: bytes) -> str:
    if octets.startswith(UTF_16):
        if _can_be(octets, "utf-16"):
            return "utf-16"
    elif b"\0" in octets:
        raise Unfit([Fault(None, "", NOT_TEXT)])
    else:
        for encoding in ENCODINGS:
            if _can_be(octets, encoding):
                return encoding
    raise Unfit([Fault(None, "", UNKNOWN_LETTERS)])


def _can_be(octets: bytes, encoding: str) -> bool:
    """Whether all of it can be read so; a piece at a time, for the register of all England has 60 MB."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(octets), PIECE):
            decoder.decode(octets[start : start + PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _text(octets: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(octets), encoding, newline="")


def _lines(text: io.TextIOWrapper, separator: str) -> Iterator[Cells]:
    """All but the blank ones."""
    reader = csv.reader(text, strict=True, delimiter=separator)
    line = 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield Cells(line, cells)
            line = reader.line_num + 1
    except csv.Error:
        yield Cells(line, None)
