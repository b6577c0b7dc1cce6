"""Ready-made files, so that nobody has to prepare one: each shows what Postroom does with its like."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.cli.demo.day import PDF

HOME, FOREIGN = "8302000", "8309001"
"""Whose files somebody sends who is of no school, and another school's number."""
SUBJECT, COMMENT = "For you", "As we said on the telephone."


@dataclass(frozen=True)
class Example:
    """One of them."""

    key: str
    about: str
    """What is wrong or right with it, as it is shown."""
    name: str


def examples(schools: Sequence[str], today: date) -> list[Example]:
    """What somebody of these schools may try out."""
    own, on = schools[0] if schools else HOME, f"{today:%Y%m%d}"
    foreign = next(number for number in (FOREIGN, HOME) if number != own)
    return [
        Example("good", "Rightly named", f"{own}_SENletter{on}.pdf"),
        Example("bad", "Badly named: a space for the underscore", f"{own} SENreport{on}.pdf"),
        Example("doubtful", "Badly named, with two ways to put it right", f"{own}_SPSupport{on}.pdf"),
        Example("foreign", "Of another school", f"{foreign}_SENletter{on}.pdf"),
        Example("program", "A program, which nobody may send", f"{own}_SENletter{on}.exe"),
    ]


def contents(mark: str) -> bytes:
    """What such a file holds; another `mark` makes it another document."""
    return PDF + f"% {mark}\n".encode()
