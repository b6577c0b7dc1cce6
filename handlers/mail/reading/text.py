"""The new text of a letter: what this person wrote, above the signature, without what was written before (lessons L39 to L41)."""

import re
from collections.abc import Iterator, Sequence

from handlers.mail.reading import attribution
from handlers.mail.reading.clients import (
    ADVERTISEMENT,
    BETWEEN_DASHES,
    CLOCK,
    HEADER_LINE,
    HEADER_LINES_MAX,
    OURS_BELOW,
    QUOTED_BELOW,
    QUOTED_LINE,
    RULE_LINE,
    SIGNATURE_LINES,
    WRAPPED_COLUMNS,
)
from handlers.mail.reading.footers import NOWHERE, Wordings, above_footer, below_banner
from handlers.mail.reading.languages import FORWARDED, LABELS, Labels
from handlers.mail.reading.signed import unsigned

NEVER_KEPT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Control characters, marks without width, and those that turn the direction of writing (lesson L39)."""
LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
GAP = re.compile(r"\n{3,}")
SENDERS = {word: [labels for labels in LABELS if word in labels.sender] for one in LABELS for word in one.sender}
"""In which languages a label names who wrote."""


def new_text(text: str, here: Wordings = NOWHERE) -> str:
    """What is new in the text of a letter. Where it is not sure that something is old, it stays.

    A line that may be left over from a quotation stays behind a `>`, so that it is never read as a command.
    """
    lines = below_banner([line.rstrip() for line in unsigned(_tidy(text)).split("\n")], here)
    stretches = (_without_frame(above_footer(stretch, here)) for stretch in _signed_once(list(_stretches(lines))))
    return GAP.sub("\n\n", "\n\n".join("\n".join(lines) for lines in stretches)).strip()


def is_only_old(text: str, here: Wordings = NOWHERE) -> bool:
    """Whether there is a text of which nothing is new. A letter of ours by itself, above which no program wrote who wrote
    it, is none: a machine sent it back.
    """
    first = next(filter(None, map(str.strip, _tidy(text).split("\n"))), "")
    return bool(first) and not OURS_BELOW.match(first) and not new_text(text, here)


def _tidy(text: str) -> str:
    """One kind of line end, ordinary spaces, nothing that does not show."""
    return NEVER_KEPT.sub("", LINE_ENDS.sub("\n", text)).replace("\u00a0", " ")


def _stretches(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines that were not written before: those above a quotation, those below it, and so on."""
    stretch: list[str] = []
    at = 0
    while at < len(lines) and not _is_old_from(lines, at):
        length = attribution.length_at(lines, at)
        if not length and not QUOTED_LINE.match(lines[at]):
            stretch += _own(lines, at)
            at += 1
            continue
        yield stretch
        stretch, at = [], at + (length or 1)
        if length and not attribution.quotation_follows(lines, at):
            return
    yield stretch


def _own(lines: Sequence[str], at: int) -> Iterator[str]:
    """This line of somebody's own, unless a telephone added it."""
    if _is_broken_off(lines, at):
        yield f"> {lines[at]}"
    elif not ADVERTISEMENT.match(lines[at]):
        yield lines[at]


def _is_broken_off(lines: Sequence[str], at: int) -> bool:
    """Whether this may be the end of the quoted line above, which a program broke to make it shorter."""
    amid = 0 < at < len(lines) - 1 and QUOTED_LINE.match(lines[at - 1]) and QUOTED_LINE.match(lines[at + 1])
    first = next(iter(lines[at].split(maxsplit=1)), "")
    return bool(amid and first and len(lines[at - 1]) + 1 + len(first) > WRAPPED_COLUMNS)


def _is_old_from(lines: Sequence[str], at: int) -> bool:
    """Whether from here on everything was written before."""
    line = lines[at]
    if QUOTED_BELOW.match(line) or FORWARDED.match(line.lstrip()) or _header_begins(lines, at):
        return True
    return bool(BETWEEN_DASHES.match(line) and HEADER_LINE.match(next(filter(None, lines[at + 1 : at + 4]), "")))


def _header_begins(lines: Sequence[str], at: int) -> bool:
    """Whether the header of an older letter is repeated here, as Outlook does."""
    first = HEADER_LINE.match(lines[at])
    if not first or first[1].lower() not in SENDERS:
        return False
    following = filter(None, (HEADER_LINE.match(line) for line in lines[at + 1 : at + HEADER_LINES_MAX]))
    named = {line[1].lower(): line[2] or "" for line in following}
    return any(_is_header(named, labels) for labels in SENDERS[first[1].lower()])


def _is_header(named: dict[str, str], labels: Labels) -> bool:
    """Whether labels of one language name a time, and a recipient or a subject."""
    timed = any(CLOCK.search(said) for label, said in named.items() if label in labels.sent)
    return timed and not labels.rest.isdisjoint(named)


def _signed_once(stretches: list[list[str]]) -> list[list[str]]:
    """Each stretch up to the line `--`, if there is exactly one in all of them (lesson L41)."""
    if sum(line in SIGNATURE_LINES for stretch in stretches for line in stretch) != 1:
        return stretches
    return [_above_signature(stretch) for stretch in stretches]


def _above_signature(stretch: list[str]) -> list[str]:
    at = next((at for at, line in enumerate(stretch) if line in SIGNATURE_LINES), len(stretch))
    return stretch[:at]


def _without_frame(lines: list[str]) -> list[str]:
    """Without what is left of a quotation's frame at the end."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or RULE_LINE.match(lines[end - 1])):
        end -= 1
    return lines[:end]
