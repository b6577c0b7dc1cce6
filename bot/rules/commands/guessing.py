"""The command that a misspelt line comes nearest to (lesson L46)."""

from collections.abc import Iterable

from bot.rules.commands.kinds import Context
from bot.rules.commands.lines import Line, plain
from bot.rules.commands.table import TABLE, Word
from bot.rules.likeness import slips

WORDS_MAX = 3
"""A line of more words is prose."""
LETTERS_MIN = 4
"""A shorter word is too near to everything."""
LONG_WORD = 7
"""Letters from which on a word may have two slips."""


def nearest(lines: Iterable[Line], context: Context) -> tuple[str, str] | None:
    """The first of these lines that is nearly a command, as it was said, and the word of that command."""
    for line in lines:
        if 0 < len(line.words) <= WORDS_MAX and (guess := _guess(plain(line.words[:1]), context)):
            return line.said, guess
    return None


def _guess(word: str, context: Context) -> str | None:
    if len(word) < LETTERS_MIN:
        return None
    names = [known.names[0] for known in TABLE if _is_offered(known, context)]
    best = min(names, key=lambda name: slips(word, name), default="")
    return best if slips(word, best) <= (2 if len(word) >= LONG_WORD else 1) else None


def _is_offered(known: Word, context: Context) -> bool:
    if known.of_quarantine:
        return context.quarantine == "answered"
    return context.officer or not known.for_officers
