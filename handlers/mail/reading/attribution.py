"""The line above a quotation that says who wrote it, and when: «On 5 Oct 2026 at 09:00, Returns <returns@…> wrote:».

Somebody may write much the same of themselves («On Monday the head wrote: …»), and what follows is then theirs. So such
a line counts by itself only if it names both day and time, or an address; else only if marked lines follow it.
"""

import re
from collections.abc import Sequence

from handlers.mail.reading.languages import BEGINS, WROTE

LINES_MAX = 4
"""Lines over which it may be broken."""
CHARACTERS_MAX = 1000
"""Characters of it."""

ENDS = (":", "--")

TIME = re.compile(r"\b[0-9]{1,2}[:.h][0-9]{2}\b")
DAY = re.compile(r"\b(?:[0-9]{4}|[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2})\b")
ADDRESS = re.compile(r"[<(\[]\s?(?:mailto:)?[^\s<>()\[\]@]{1,100}@[^\s<>()\[\]@]{1,200}[>)\]]")
ADDRESS_ENDS = re.compile(r"<\s?[^\s<>@]{1,100}@[^\s<>@]{1,200}>(?: [^\s<>@:]{1,20}){0,4}\s?:$")
"""In any language: an address in brackets, at most a few words, and the colon."""


def length_at(lines: Sequence[str], at: int, *, marked: bool | None = None) -> int:
    """Over how many lines it stretches from here; 0: there is none. `marked`: whether a marked quotation follows below
    the last of these lines; None: they tell.
    """
    for count, last in enumerate(lines[at : at + LINES_MAX], start=1):
        if not last.strip() or last.lstrip().startswith(">"):
            return 0
        if last.rstrip().endswith(ENDS):
            return count if _is_found(lines[at : at + count], lines, at + count, marked) else 0
    return 0


def quotation_follows(lines: Sequence[str], at: int) -> bool:
    """Whether the next line that is not blank is marked as quoted."""
    following = (line for line in lines[at : at + 2 * LINES_MAX] if line.strip())
    return next(following, "").lstrip().startswith(">")


def ends(lines: Sequence[str]) -> bool:
    """Whether these lines end in one, above a quotation."""
    said = list(lines)
    while said and not said[-1].strip():
        said.pop()
    starts = range(max(0, len(said) - LINES_MAX), len(said))
    return any(length_at(said, at, marked=True) == len(said) - at for at in starts)


def _is_found(said: Sequence[str], lines: Sequence[str], below: int, marked: bool | None) -> bool:
    quoted = quotation_follows(lines, below) if marked is None else marked
    if _is_one(said, quoted=quoted):
        # Unless its first lines are somebody's own, and only those below them say who wrote.
        return not any(_is_one(said[later:], quoted=quoted) for later in range(1, len(said)))
    return quoted and len(said) == 1 and len(said[0]) <= CHARACTERS_MAX and WROTE.search(said[0]) is not None


def _is_one(lines: Sequence[str], *, quoted: bool) -> bool:
    """Whether all these lines are one, whatever the first of them may be by itself."""
    if sum(map(len, lines)) > CHARACTERS_MAX:
        return False
    said = " ".join(line.strip() for line in lines)
    dated = TIME.search(said) is not None and DAY.search(said) is not None
    if BEGINS.match(said) and WROTE.search(said):
        return dated or quoted or ADDRESS.search(said) is not None
    return dated and ADDRESS_ENDS.search(said) is not None
