"""The filters of `status`, in any order (docs/rules.md, «A file's life»)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.rules.calendar import read_period
from bot.rules.commands.kinds import Context, Filters
from bot.rules.commands.lines import bare, plain
from bot.rules.commands.naming import SAYS_NOTHING, file_in, name_in, reference_at
from bot.rules.lifecycle import Status

WORDS_MAX = 20
FREE_WORDS_MAX = 4
"""More words are prose."""
PERIOD_WORDS_MAX = 8
PERSON_WORDS_MAX = 4
SCHOOL = re.compile(r"[0-9]{7}")
STATUSES = {status.value.casefold(): (status.value,) for status in Status} | {
    "all": tuple(status.value for status in Status),
    "waiting": (Status.HELD.value,),
}
FILLING = frozenset({"", "and", "or", "file", "files", "only"})
"""Words that say nothing by themselves, as in `status rejected files`."""
SENT_BY = "sent by"
"""No status, but whose files."""
OF = frozenset({"of", "for"})
BEFORE_A_PLACE = frozenset({"for", "of", "to", "in", "from", "school", "service"})

Taken = tuple[Filters, int] | None
"""The filters with one more, and how many words it took."""


def read_filters(words: Sequence[str], context: Context) -> Filters | None:
    """What these words ask for; None for prose. Free text is short, and where files came it must name one."""
    if len(words) > WORDS_MAX:
        return None
    filters, free, at = Filters(), list[str](), 0
    while at < len(words):
        taken = _take(filters, words[at:], context)
        if not taken:
            free.append(words[at])
        filters, used = taken or (filters, 1)
        at += used
    return _with_text(filters, free, context)


def _take(filters: Filters, words: Sequence[str], context: Context) -> Taken:
    return next((taken for reader in READERS if (taken := reader(filters, words, context))), None)


def _with_text(filters: Filters, words: list[str], context: Context) -> Filters | None:
    if plain(words[:1]) in OF:
        words = words[1:]
        if not file_in(words, context):
            return None
    if not words:
        return filters
    prose = len(words) > FREE_WORDS_MAX or bool(SAYS_NOTHING & set(plain(words).split())) or bool(filters.text)
    if prose or (context.has_files and not file_in(words, context)):
        return None
    return replace(filters, text=" ".join(bare(word) for word in words))


def _quoted(filters: Filters, words: Sequence[str], context: Context) -> Taken:
    """Words in quotes; at the end of the line the closing one may be missing."""
    del context
    if words[0][0] not in "\"'“‘«" or filters.text:
        return None
    length = next((at for at, word in enumerate(words, 1) if word[-1] in "\"'”’»" and word[1:]), len(words))
    text = " ".join(words[:length]).strip("\"'“”‘’«» ")
    return (replace(filters, text=text), length) if text else None


def _file(filters: Filters, words: Sequence[str], context: Context) -> Taken:
    at = 1 if plain(words[:1]) in OF else 0
    if found := reference_at(words[at:], context):
        text, length = found
    else:
        text, length = name_in(words[at : at + 1]) or "", 1
    return (replace(filters, text=text), at + length) if text and not filters.text else None


def _status(filters: Filters, words: Sequence[str], context: Context) -> Taken:
    del context
    known = STATUSES.get(plain(words[:1]), ())
    if not known or plain(words[:2]) == SENT_BY:
        return None
    return replace(filters, statuses=tuple(dict.fromkeys((*filters.statuses, *known)))), 1


def _period(filters: Filters, words: Sequence[str], context: Context) -> Taken:
    if filters.period:
        return None
    for length in range(min(len(words), PERIOD_WORDS_MAX), 0, -1):
        if period := read_period(" ".join(words[:length]).rstrip(",;"), context.today):
            return replace(filters, period=period), length
    return None


def _place(filters: Filters, words: Sequence[str], context: Context) -> Taken:
    """A school's number or a service's code, with or without a word before it."""
    at = 0
    while plain(words[at : at + 1]) in BEFORE_A_PLACE:
        at += 1
    word = bare(words[at]) if at < len(words) else ""
    if SCHOOL.fullmatch(word) and not filters.school:
        return replace(filters, school=word), at + 1
    if word.upper() in context.services and not filters.service:
        return replace(filters, service=word.upper()), at + 1
    return None


def _person(filters: Filters, words: Sequence[str], context: Context) -> Taken:
    """`by` somebody: the words up to the next filter. `Sent by` is no status."""
    begins = next((length for length, how in ((2, SENT_BY), (1, "by"), (1, "from")) if plain(words[:length]) == how), 0)
    name: list[str] = []
    while begins and begins + len(name) < len(words):
        rest = words[begins + len(name) :]
        if name and any(reader(filters, rest, context) for reader in READERS if reader is not _person):
            break
        name.append(rest[0])
    prose = len(name) > PERSON_WORDS_MAX or bool(SAYS_NOTHING & set(plain(name).split()))
    if not name or prose or filters.sent_by:
        return None
    return replace(filters, sent_by=" ".join(bare(word) for word in name)), begins + len(name)


def _filling(filters: Filters, words: Sequence[str], context: Context) -> Taken:
    del context
    return (filters, 1) if plain(words[:1]) in FILLING else None


READERS: tuple[Callable[[Filters, Sequence[str], Context], Taken], ...] = (
    _quoted, _file, _status, _period, _place, _person, _filling,
)  # fmt: skip
"""Every filter, in the order in which it is looked for."""
