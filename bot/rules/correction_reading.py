"""One reading of one part of a badly named file's name, and what was wrong with how it was written."""

import re
from dataclasses import dataclass

from bot.rules.filename_shape import Fault, Finding

SURE = 0
"""Every step that led here is listed in docs/rules.md, «A correction is sure»."""
LIKELY = 1
POSSIBLE = 2
LOST = 100
"""Nothing can be guessed."""

GAP = "[^A-Za-z0-9]"
"""What separates, in a text that was tidied: white space, hyphens and dashes, underscores, dots."""


@dataclass(frozen=True)
class Reading:
    """What one part may stand for. Doubts add up; the best name is that with the least."""

    value: str | None
    """The part as it belongs in a name; None where nothing can be guessed."""
    rest: str
    """The text that is left for the other parts."""
    doubt: int = SURE
    findings: tuple[Finding, ...] = ()
    written: str = ""
    """The part as it was written."""


def finding(fault: Fault | None, found: str = "") -> tuple[Finding, ...]:
    """The finding, if there is a fault at all."""
    return (Finding(fault, found.strip()),) if fault else ()


def bare(text: str) -> str:
    """The text without what separates it from its neighbours."""
    return re.sub(f"^{GAP}+", "", trimmed(text))


def trimmed(text: str) -> str:
    """The text without what separates it from what follows."""
    return re.sub(f"(?<![^A-Za-z0-9]){GAP}+$", "", text)
