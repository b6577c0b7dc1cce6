"""Every command by its words, and how what follows them is read. A further one is a line in `TABLE` and its parser."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.rules.commands import kinds, settling
from bot.rules.commands.filtering import read_filters
from bot.rules.commands.kinds import Command, Context, Which
from bot.rules.commands.lines import Line, bare, plain
from bot.rules.commands.naming import OPEN, file_in, is_open, name_in, numbers_of, reference_at, which_of

Parse = Callable[[Line, Context], Command | None]

AGREES = frozenset(
    {"", "all", "to all", "send", "send it", "send them", "go ahead", "correct", "that is right", "that's right"}
)
"""What may follow `yes` without saying more."""
ALL = frozenset({"all", "to all", "all of them", "both", "to both", "both of them"})
"""What may follow `no`: it means everything that waits."""
CODE = re.compile(r"[A-Za-z]{2,8}")
TO = frozenset({"to", "it to", "this to", "them to", "these to"})
RECEIPT = re.compile(r"(?:(?:this|that|the|these|my|our) )?attached receipts?|(?:this|that|the|these|my|our) receipts?")
RECEIPTS = OPEN | {"receipt", "receipts", "attached", "the attached"}
"""What means a receipt only where one is there: `please verify this` above a return is a comment on it."""
FINE = frozenset(
    {"fine", "all fine", "all is fine", "it is fine", "it's fine", "this is fine", "they are fine", "false alarm"}
)
"""What lifts a freeze besides its own word."""
REASON_BEGINS = ":-–—,; "
ENDS_A_CODE = (":", ",", ";", ".", "-", "–", "—")
HEDGES = frozenset({"or", "and", "if", "unless", "until", "when", "once", "only", "except"})
"""After a code they leave open whether, when or where it is to be moved."""


@dataclass(frozen=True)
class Word:
    """One command: what it is called, first by its own name, and how it is read."""

    names: tuple[str, ...]
    parse: Parse
    for_officers: bool = False
    """Offered to officers only."""
    of_quarantine: bool = False
    """Offered only to whoever answers what tells of quarantine."""
    runs_on: Callable[[Command | None], bool] = lambda _: False
    """Whether what its line says may go on in the lines below, to the first blank one."""


def read_line(line: Line, context: Context) -> Command | None:
    """The command that all of this line is; None where it is anything else."""
    if word := word_of(line):
        return word.parse(line, context)
    return _pick(line, context) or _named(line, context) or _fine(line, context)


def word_of(line: Line) -> Word | None:
    """The command whose word the line begins with."""
    return BY_NAME.get(line.command)


def _status(line: Line, context: Context) -> Command | None:
    filters = read_filters(line.words[1:], context)
    return kinds.Status(line.said, filters) if filters else None


def _history(line: Line, context: Context) -> Command | None:
    words = line.words[1:]
    if not words:
        return kinds.History(line.said, "") if context.replying else None
    after = words[1:] if plain(words[:1]) == "of" else words
    if (found := reference_at(after, context)) and found[1] == len(after):
        return kinds.History(line.said, found[0])
    name = file_in(words, context)
    return kinds.History(line.said, name) if name else None


def _recall(line: Line, context: Context) -> Command | None:
    meant = _meant(line, context)
    return kinds.Recall(line.said, *meant) if meant else None


def _copy(line: Line, context: Context) -> Command | None:
    """`copy` alone is no command outside a reply: it stands in the subject of many a mail."""
    if len(line.words) == 1 and not context.replying:
        return None
    of = plain(line.words[1:2]) == "of"
    meant = _meant(replace(line, words=line.words[1:]) if of else line, context)
    return kinds.Copy(line.said, *meant) if meant else None


def _meant(line: Line, context: Context) -> tuple[str | None, Which] | None:
    """What a school's command names: a file in words, or which; None where the line is prose."""
    words = line.words[1:]
    which, used = which_of(words, context)
    if which != Which() and used == len(words):
        return None, which
    if is_open(words, context):
        return None, Which()
    name = file_in(words, context)
    return (name, Which()) if name else None


def _help(line: Line, context: Context) -> Command | None:
    del context
    return kinds.Help(line.said) if len(line.words) == 1 else None


def _verify(line: Line, context: Context) -> Command | None:
    words = line.words[1:]
    which, used = which_of(words, context)
    meant = plain(words)
    sure = not words or RECEIPT.fullmatch(meant) or (which.references and used == len(words))
    if not sure and (meant not in RECEIPTS or (context.has_files and not context.has_receipt)):
        return None
    return kinds.Verify(line.said)


def _yes(line: Line, context: Context) -> Command | None:
    """`yes please send it` agrees; `yes this is the autumn one` is a comment."""
    words = [word for word in line.words[1:] if plain([word]) != "please"]
    if not is_open((), context):
        return None
    if plain(words) in AGREES:
        return kinds.Yes(line.said)
    return _picked(line.said, words, context)


def _no(line: Line, context: Context) -> Command | None:
    words = line.words[1:]
    numbers = numbers_of(words[1:] if plain(words[:1]) == "to" else words)
    if not is_open((), context) or not (numbers or not words or plain(words) in ALL):
        return None
    return kinds.No(line.said, numbers, "all" if words and not numbers else "no")


def _destroy(line: Line, context: Context) -> Command | None:
    """As `no`, but never said in answer to «is this right?»."""
    words = line.words[1:]
    numbers = numbers_of(words)
    if not is_open((), context) or not (numbers or not words or plain(words) in ALL | OPEN):
        return None
    return kinds.No(line.said, numbers, "all" if plain(words) in ALL else "it")


def _pick(line: Line, context: Context) -> Command | None:
    """Numbers alone, in a reply that brings no files: `2 files attached` is a comment, and so is a lone `2` beside them."""
    return _picked(line.said, list(line.words), context)


def _picked(said: str, words: list[str], context: Context) -> Command | None:
    if not context.replying or context.has_files:
        return None
    if numbers := numbers_of(words):
        return kinds.Pick(said, numbers)
    name = name_in(words[-1:])
    numbers = numbers_of(words[:-1])
    return kinds.Pick(said, numbers, name) if name and len(numbers) == 1 else None


def _named(line: Line, context: Context) -> Command | None:
    name = name_in(line.words)
    return kinds.Named(line.said, name) if name and context.replying and not context.has_files else None


def _receive(line: Line, context: Context) -> Command | None:
    words = line.words[1:]
    which, used = which_of(words, context)
    if (used < len(words) and not is_open(words, context)) or not _may_mean(which, context):
        return None
    return kinds.Receive(line.said, which)


def _reject(line: Line, context: Context) -> Command | None:
    """The reason is the rest of the line, as it was written."""
    which, used = which_of(line.words[1:], context)
    if not _may_mean(which, context):
        return None
    says_more = any(bare(word) for word in line.words[1 + used :])
    reason = " ".join(line.written[1 + used :]).lstrip(REASON_BEGINS) if says_more else ""
    return kinds.Reject(line.said, which, reason)


def _move(line: Line, context: Context) -> Command | None:
    """To the service whose code comes first; what follows it is the reason, as it was written."""
    words = line.words[1:]
    which, used = which_of(words, context)
    if not _may_mean(which, context):
        return None
    if used == len(words) or plain(words[used:]) in OPEN:
        return kinds.Move(line.said, which, "")
    used += next((length for length in (2, 1) if plain(words[used : used + length]) in TO), 0)
    code, more = bare(words[used]) if used < len(words) else "", words[used + 1 :]
    known = code.upper() in context.services
    sure = (
        _begins_a_reason(words[used], more, context, known=known)
        if more
        else known or code.isupper() or which != Which()
    )
    if not (CODE.fullmatch(code) and sure):
        return None
    reason = " ".join(line.written[2 + used :]).lstrip(REASON_BEGINS) if any(map(bare, more)) else ""
    return kinds.Move(line.said, which, code.upper(), reason)


def _begins_a_reason(code: str, more: Sequence[str], context: Context, *, known: bool) -> bool:
    """Whether what follows a code says why; else `move play money to finance` would move to PLAY. `move SEN unless Jo calls`
    and `move SEN or FIN` leave it open."""
    first = plain(more[:1])
    if first in HEDGES or first.upper() in context.services or "?" in code:
        return False
    marked = code.endswith(ENDS_A_CODE) or more[0].casefold().strip(",") in settling.BEFORE_A_REASON
    return sum((known, bare(code).isupper(), marked)) >= 2


def _gives_a_reason(command: Command | None) -> bool:
    return isinstance(command, kinds.Move) and bool(command.reason)


def _freeze(line: Line, context: Context) -> Command | None:
    """As a word of its own; what people write in alarm is read by `alarming`."""
    which = _whole_which(line, context)
    return kinds.Freeze(line.said, which) if which else None


def _release(line: Line, context: Context) -> Command | None:
    if settles := settling.read("release", line, context):
        return settles
    which = _whole_which(line, context)
    return kinds.Release(line.said, which) if which else None


def _discard(line: Line, context: Context) -> Command | None:
    return settling.read("discard", line, context)


def _retry(line: Line, context: Context) -> Command | None:
    return settling.read("retry", line, context)


def _fine(line: Line, context: Context) -> Command | None:
    """`fine` and `false alarm` lift a freeze; where nothing is frozen they are manners."""
    said = plain(line.words)
    return kinds.Release(line.said) if context.frozen and said in FINE else None


def _whole_which(line: Line, context: Context) -> Which | None:
    """The files that all that follows the word means; None where it is prose."""
    words = line.words[1:]
    which, used = which_of(words, context)
    if which != Which() and used == len(words):
        return which
    return Which() if is_open(words, context) and (words or context.replying) else None


def _may_mean(which: Which, context: Context) -> bool:
    """Whether an officer's word is meant as one: a school's own word `reject` is prose, unless it names a reference."""
    return bool(which.references) or (context.officer and is_open((), context))


TABLE: tuple[Word, ...] = (
    Word(("status",), _status),
    Word(("history",), _history),
    Word(("recall", "withdraw"), _recall),
    Word(("copy",), _copy),
    Word(("verify",), _verify),
    Word(("help", "?", "commands"), _help),
    Word(("yes", "yep", "yeah", "y"), _yes),
    Word(("no", "nope", "n"), _no),
    Word(("destroy",), _destroy),
    Word(("freeze",), _freeze),
    Word(("release", "unfreeze"), _release),
    Word(("receive",), _receive, for_officers=True),
    Word(("reject", "reject:"), _reject, for_officers=True, runs_on=lambda _: True),
    Word(("move",), _move, for_officers=True, runs_on=_gives_a_reason),
    Word(("discard",), _discard, of_quarantine=True),
    Word(("retry",), _retry, of_quarantine=True),
)

BY_NAME = {name: word for word in TABLE for name in word.names}
