"""The new text of a letter: what this person wrote, above the signature, without what was written before (lessons L39 to L41)."""

import re
from collections.abc import Iterator

from handlers.mail.clients import (
    ADVERTISEMENT,
    ATTRIBUTION_BEGINS,
    ATTRIBUTION_ENDS,
    ATTRIBUTION_LINES_MAX,
    ATTRIBUTION_MAX,
    ATTRIBUTION_NAMES,
    HEADER_LINE,
    HEADER_LINES_MAX,
    HEADER_MUST_NAME,
    QUOTED_BELOW,
    QUOTED_LINE,
    RULE_LINE,
    SIGNATURE_LINE,
)

NEVER_KEPT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Control characters, marks without width, and those that turn the direction of writing (lesson L39)."""
LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
GAP = re.compile(r"\n{3,}")


def new_text(text: str) -> str:
    """What is new in the text of a letter. Where it is not sure that something is old, it stays."""
    lines = [line.rstrip() for line in _tidy(text).split("\n")]
    kept = _without_signature(list(_new_lines(lines)))
    return GAP.sub("\n\n", "\n".join(kept)).strip()


def _tidy(text: str) -> str:
    """One kind of line end, ordinary spaces, nothing that does not show."""
    return NEVER_KEPT.sub("", LINE_ENDS.sub("\n", text)).replace("\u00a0", " ")


def _new_lines(lines: list[str]) -> Iterator[str]:
    """The lines that were not written before."""
    at = 0
    while at < len(lines):
        if QUOTED_BELOW.match(lines[at]) or _header_begins(lines, at):
            return
        if attribution := _attribution(lines, at):
            at += attribution
            if not _quoted_lines_follow(lines, at):
                return
        else:
            if not QUOTED_LINE.match(lines[at]) and not ADVERTISEMENT.match(lines[at]):
                yield lines[at]
            at += 1


def _header_begins(lines: list[str], at: int) -> bool:
    """Whether the header of an older letter is repeated here, as Outlook does."""
    first = HEADER_LINE.match(lines[at])
    if not first or first[1].lower() != "from":
        return False
    following = [HEADER_LINE.match(line) for line in lines[at + 1 : at + HEADER_LINES_MAX]]
    named = {line[1].lower() for line in following if line}
    return all(named & wanted for wanted in HEADER_MUST_NAME)


def _attribution(lines: list[str], at: int) -> int:
    """Over how many lines «On … wrote:» stretches here; 0: there is none."""
    if not ATTRIBUTION_BEGINS.match(lines[at]):
        return 0
    for count in range(1, ATTRIBUTION_LINES_MAX + 1):
        said = " ".join(lines[at : at + count])
        if len(said) > ATTRIBUTION_MAX:
            return 0
        if said.endswith(ATTRIBUTION_ENDS):
            return count if ATTRIBUTION_NAMES.search(said) else 0
    return 0


def _quoted_lines_follow(lines: list[str], at: int) -> bool:
    """Whether what was written before is marked line by line, so that new lines can stand below it."""
    following = (line for line in lines[at:] if line.strip())
    return bool(QUOTED_LINE.match(next(following, "")))


def _without_signature(lines: list[str]) -> list[str]:
    """Cut at the line `--`, if there is exactly one (lesson L41), and what is left of a quotation's frame."""
    if lines.count(SIGNATURE_LINE) == 1:
        lines = lines[: lines.index(SIGNATURE_LINE)]
    end = len(lines)
    while end and (not lines[end - 1].strip() or RULE_LINE.match(lines[end - 1])):
        end -= 1
    return lines[:end]
