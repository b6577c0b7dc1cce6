"""What is wrong with a file, by line and column."""

from collections.abc import Iterable
from dataclasses import dataclass


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
