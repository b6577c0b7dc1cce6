"""How an administrator's words about messages in quarantine are read: `release 2 as jo@…`, `discard 3: spam`, `retry 4`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.rules.commands.kinds import Context, Settle, Which
from bot.rules.commands.lines import DASHES, Line, bare, plain
from bot.rules.commands.naming import is_open, which_of

BEFORE_A_REASON = frozenset({":", "-", "–", "—", "because", "as", "for", "reason"})
"""A reason must begin so: `discard 3 unless Jo calls` must destroy nothing."""
LINKED = ("<mailto:", "(mailto:", "[mailto:")
"""What mail programs write behind an address that they have made a link of."""


@dataclass(frozen=True)
class _More:
    """What follows the numbers."""

    sender: str = ""
    reason: str = ""


def read(act: Literal["release", "discard", "retry"], line: Line, context: Context) -> Settle | None:
    """The command that all of this line is; None where it is prose, or nobody is asked about quarantine."""
    words = line.words[1:]
    which, used = which_of(words, context)
    if not context.quarantine or which.references or (context.quarantine == "perhaps" and which == Which()):
        return None
    if not used and is_open(words, context):
        return Settle(line.said, act)
    more = _more(act, words, used)
    return Settle(line.said, act, which.numbers, which.all, more.sender, more.reason) if more else None


def _more(act: str, words: Sequence[str], used: int) -> _More | None:
    """What is said besides; None where that is neither a sender nor a reason, so that the line is prose."""
    rest = [word for word in words[used:] if not word.startswith(LINKED)]
    if not rest:
        return _More()
    if act == "release" and len(rest) == 2 and plain(rest[:1]) == "as":
        return _More(sender=bare(rest[1].partition("<mailto:")[0]))
    marked = used and words[used - 1].endswith((":", *DASHES))
    led = rest[0].casefold().strip(",") in BEFORE_A_REASON or rest[0] == "reason:"
    if act == "discard" and (marked or led):
        return _More(reason=" ".join(rest[1:] if led else rest))
    return None
