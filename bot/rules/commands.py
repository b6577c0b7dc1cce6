"""The commands that mail and chat share, read from a subject or from the first new lines (lessons L46 to L52).

A line is a command only if all of it is: what is merely a comment is never carried out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import takewhile

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from bot.rules import reference
from bot.rules.calendar import Period, read_period
from bot.rules.lifecycle import Status as FileStatus

NEAR_WORDS_MAX = 3
"""A line of more words is prose, not a misspelt command (lesson L46)."""
NEAR_EDITS_MAX = 2

COURTESY = re.compile(r"[\s,;.!]*\b(?:please|pls|thanks|thank you|many thanks|ta|cheers)\b[\s,;.!]*$", re.IGNORECASE)
LEADING_COURTESY = re.compile(r"^(?:please|pls|hi|hello|dear all)\b[\s,:]*", re.IGNORECASE)
STOP = re.compile(r"(?:thanks|thank you|many thanks|kind regards|best wishes|best|regards|cheers|--)\W*", re.IGNORECASE)
ODD_SPACE = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u3000]+")
UNSEEN = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"))
QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "."})
GREETING = re.compile(
    r"(?:hi|hello|hiya|dear|good (?:morning|afternoon|evening)|morning|afternoon)\b[^.?!]{0,40}", re.IGNORECASE
)
"""A line that greets is passed over; it is neither a command nor the end of them."""
REPLY_PREFIX = re.compile(r"^(?:\s*(?:re|aw|sv|antw)\s*(?:\[[0-9]+\])?\s*:)+\s*", re.IGNORECASE)
FORWARD_PREFIX = re.compile(r"^\s*(?:fw|fwd|wg|tr)\s*:", re.IGNORECASE)
NUMBERS = re.compile(r"#?[0-9]{1,3}(?:\s*(?:,|and|&|\s)\s*#?[0-9]{1,3})*")
TAG = re.compile(r"tag\s*[:=]\s*(.+)", re.IGNORECASE)
FILE_NAME = re.compile(r"[0-9]{7}_[A-Za-z0-9]+(?:\.[A-Za-z0-9]{1,8})?")


@dataclass(frozen=True)
class Filters:
    """Which files `status` is asked for; nothing set: the current academic year's."""

    statuses: tuple[str, ...] = ()
    period: Period | None = None
    sent_by: str = ""
    school: str = ""
    service: str = ""
    text: str = ""


@dataclass(frozen=True)
class Which:
    """Which of the files spoken of before an officer means."""

    references: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    all: bool = False


@dataclass(frozen=True)
class Command:
    """Something asked for. `said`: the words as they were written."""

    said: str


@dataclass(frozen=True)
class Status(Command):
    """Where files stand."""

    filters: Filters


@dataclass(frozen=True)
class History(Command):
    """What befell a file; `what` is empty for the file of the notice answered."""

    what: str


@dataclass(frozen=True)
class Recall(Command):
    """Take a file back; `what` is None for the files of the notice answered."""

    what: str | None
    which: Which = Which()


@dataclass(frozen=True)
class Help(Command):
    """What can be done here."""


@dataclass(frozen=True)
class Yes(Command):
    """Take every sure offer."""


@dataclass(frozen=True)
class No(Command):
    """Discard what is held: all of it, or what these numbers stand for."""

    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Pick(Command):
    """Take these offers; with a name, the file that the one number stands for, under it."""

    numbers: tuple[int, ...]
    name: str | None = None


@dataclass(frozen=True)
class Named(Command):
    """Take the held file under this name."""

    name: str


@dataclass(frozen=True)
class Receive(Command):
    """Have the contents."""

    which: Which


@dataclass(frozen=True)
class Reject(Command):
    """Turn down. An empty reason is to be asked for."""

    which: Which
    reason: str


@dataclass(frozen=True)
class Move(Command):
    """Hand to another service."""

    which: Which
    service: str


@dataclass(frozen=True)
class Context:
    """What must be known to tell a command from prose."""

    today: date
    services: frozenset[str]
    is_file: Callable[[str], bool]
    """Whether a text names a file that this person can see: a reference, a name or a part of one."""
    replying: bool
    """It answers one of our notices, or files of theirs wait for a word."""
    officer: bool
    has_files: bool
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What a message asks for."""

    commands: tuple[Command, ...] = ()
    nearest: tuple[str, str] | None = None
    """A line that is no command, and the command it comes nearest to."""
    tag: str = ""
    comment: str = ""
    """The new text without the commands and the tag."""


@dataclass
class _Lines:
    """What the lines of one message came to."""

    commands: list[Command] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    tag: str = ""


def read(subject: str, text: str, context: Context) -> Reading:
    """What a subject and the new text ask for. A command given in both is carried out once (lesson L48). Never raises."""
    lines = _read_lines(text, context)
    found = [*_from_subject(subject, context), *lines.commands]
    seen: dict[tuple[object, ...], Command] = {}
    for command in found:
        seen.setdefault(_sense(command), command)
    comment = "\n".join(lines.rest).strip()
    nearest = None if seen or context.has_files else _nearest(subject, comment, context)
    return Reading(tuple(seen.values()), nearest, lines.tag, comment)


def read_line(line: str, context: Context) -> Command | None:
    """The command that this line is; None where it is anything else."""
    said = tidy(line)
    words = LEADING_COURTESY.sub("", said)
    while words != (bare := COURTESY.sub("", words)) and bare:
        words = bare
    words = words.rstrip(" .!,;") or words
    if not words or words.startswith(">"):
        return None
    head, _, rest = words.partition(" ")
    if parse := WORDS.get(head.lower()):
        return parse(said, rest.strip(), context)
    return _pick(said, words, context) or _named(said, words, context)


def tidy(line: str) -> str:
    """The line as it was meant: what a mail program or a telephone made of its spaces and quotes is undone (L51)."""
    plain = line.translate(UNSEEN).translate(QUOTES)
    return ODD_SPACE.sub(" ", plain).strip().strip('"').strip()


def _from_subject(subject: str, context: Context) -> Iterator[Command]:
    """A subject is a command if all of it is one; a forwarded one is somebody else's words."""
    if FORWARD_PREFIX.match(subject):
        return
    command = read_line(REPLY_PREFIX.sub("", subject), context)
    if isinstance(command, Status | History | Recall | Help | Receive | Reject | Move):
        bare = isinstance(command, Receive | Reject) or (isinstance(command, Recall) and command.what is None)
        if not bare or context.replying or _whole(command):
            yield command


def _whole(command: Command) -> bool:
    """Whether the command says by itself which files it means."""
    which = getattr(command, "which", Which())
    return bool(which.references)


def _read_lines(text: str, context: Context) -> _Lines:
    """Commands stand in the first lines that are not blank, up to the first line that is none."""
    found, reading = _Lines(), True
    for line in text.splitlines():
        said = tidy(line)
        if tag := _tag(said, context):
            found.tag = found.tag or tag
        elif reading and said and (command := read_line(line, context)):
            found.commands.append(command)
        else:
            closing = bool(found.commands) and STOP.fullmatch(said) is not None
            reading = reading and (not said or GREETING.fullmatch(said) is not None)
            if not closing:
                found.rest.append(line)
    return found


def _tag(said: str, context: Context) -> str:
    match = TAG.fullmatch(said)
    wanted = match[1].strip(" .").casefold() if match else ""
    return next((tag for tag in context.tags if tag.casefold() == wanted), "")


def _sense(command: Command) -> tuple[object, ...]:
    """What makes two commands the same, however they were written."""
    fields = {name: value for name, value in vars(command).items() if name != "said"}
    return (type(command), *fields.values())


def _nearest(subject: str, comment: str, context: Context) -> tuple[str, str] | None:
    first = next((tidy(line) for line in comment.splitlines() if line.strip()), "") or tidy(
        REPLY_PREFIX.sub("", subject)
    )
    head, *more = first.lower().rstrip(".!?").split() or [""]
    if not head or len(more) >= NEAR_WORDS_MAX or len(head) < 3:
        return None
    words = SCHOOL_WORDS + (OFFICER_WORDS if context.officer else ())
    best = process.extractOne(head, words, scorer=DamerauLevenshtein.distance, score_cutoff=NEAR_EDITS_MAX)
    return (first, best[0]) if best and best[1] < len(best[0]) - 1 else None


def _numbers(words: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(digits) for digits in re.findall(r"[0-9]+", words)))


def _which(words: str) -> tuple[Which, str]:
    """The files that the first words mean, and the words after them."""
    left, references, numbers, everything = words.split(), [], [], False
    while left:
        word = left[0].strip(",;:")
        if found := reference.find(word):
            references += found
        elif re.fullmatch(r"#?[0-9]{1,3}", word):
            numbers.append(int(word.lstrip("#")))
        elif word.lower() == "all" and not references and not numbers:
            everything = True
        elif not (word.lower() in ("and", "&") and (references or numbers)):
            break
        left.pop(0)
    return Which(tuple(references), tuple(numbers), everything), " ".join(left)


def _status(said: str, rest: str, context: Context) -> Command | None:
    filters = read_filters(rest, context)
    return Status(said, filters) if filters else None


def _history(said: str, rest: str, context: Context) -> Command | None:
    what = re.sub(r"^of ", "", rest)
    if not what:
        return History(said, "") if context.replying else None
    return History(said, what) if context.is_file(what) or reference.find(what) else None


def _recall(said: str, rest: str, context: Context) -> Command | None:
    which, left = _which(rest)
    if not rest or rest.lower() in ("it", "this", "this file", "my file", "the file"):
        return Recall(said, None)
    if not left and (which.numbers or which.all or which.references):
        return Recall(said, None, which)
    return Recall(said, rest) if context.is_file(rest) else None


def _help(said: str, rest: str, context: Context) -> Command | None:
    del context
    return None if rest else Help(said)


def _yes(said: str, rest: str, context: Context) -> Command | None:
    return Yes(said) if not rest and context.replying else None


def _no(said: str, rest: str, context: Context) -> Command | None:
    if not context.replying or (rest and not NUMBERS.fullmatch(rest)):
        return None
    return No(said, _numbers(rest))


def _pick(said: str, words: str, context: Context) -> Command | None:
    if context.replying and NUMBERS.fullmatch(words):
        return Pick(said, _numbers(words))
    number, _, name = words.partition(" ")
    if context.replying and re.fullmatch(r"#?[0-9]{1,3}[.:)]?", number) and FILE_NAME.fullmatch(name.strip()):
        return Pick(said, _numbers(number), name.strip())
    return None


def _named(said: str, words: str, context: Context) -> Command | None:
    return Named(said, words) if context.replying and FILE_NAME.fullmatch(words) else None


def _receive(said: str, rest: str, context: Context) -> Command | None:
    which, left = _which(rest)
    return Receive(said, which) if not left and _for_officers(which, context) else None


def _reject(said: str, rest: str, context: Context) -> Command | None:
    which, left = _which(rest)
    return Reject(said, which, left.strip(" :-")) if _for_officers(which, context) else None


def _move(said: str, rest: str, context: Context) -> Command | None:
    which, left = _which(rest)
    code = re.sub(r"^(?:it )?to ", "", left, flags=re.IGNORECASE).upper()
    if not re.fullmatch(r"[A-Z]{2,8}", code) or not _for_officers(which, context):
        return None
    return Move(said, which, code)


def _for_officers(which: Which, context: Context) -> bool:
    return (context.officer and context.replying) or bool(which.references)


def read_filters(rest: str, context: Context) -> Filters | None:
    """The filters of `status` in any order: statuses, a period, `by` somebody, a school, a service, free text.

    None where the words are prose: free text is short, and where files are attached it must name a file.
    """
    left, filters, text = rest.split(), Filters(), list[str]()
    while left:
        taken, filters = _take_filter(left, filters, context)
        if not taken:
            text.append(left[0])
        left = left[taken or 1 :]
    free = " ".join(text)
    if free and (len(text) > FREE_WORDS_MAX or (context.has_files and not context.is_file(free))):
        return None
    return replace(filters, text=free)


def _take_filter(words: list[str], filters: Filters, context: Context) -> tuple[int, Filters]:
    """How many of the first words are a filter, and the filters with it."""
    first = words[0].lower().strip(",")
    for length in range(min(len(words), PERIOD_WORDS_MAX), 0, -1):
        if filters.period is None and (period := read_period(" ".join(words[:length]), context.today)):
            return length, replace(filters, period=period)
    if first in STATUS_WORDS:
        return 1, replace(filters, statuses=(*filters.statuses, STATUS_WORDS[first]))
    if re.fullmatch(r"[0-9]{7}", first):
        return 1, replace(filters, school=first)
    if words[0] in context.services:
        return 1, replace(filters, service=words[0])
    if first == "by" and len(words) > 1:
        name = list(takewhile(lambda word: word.lower() not in AFTER_A_NAME, words[1 : 1 + NAME_WORDS_MAX]))
        return 1 + len(name), replace(filters, sent_by=" ".join(name))
    return (1 if first in FILLING else 0), filters


FREE_WORDS_MAX = 4
PERIOD_WORDS_MAX = 8
NAME_WORDS_MAX = 3
STATUS_WORDS: dict[str, str] = {status.lower(): status.value for status in FileStatus}
AFTER_A_NAME = frozenset({*STATUS_WORDS, "since", "from", "between", "this", "last", "previous", "today", "in", "on"})
FILLING = frozenset({"of", "for", "all", "and", "files", "my", "our"})
"""Words that say nothing by themselves, as in `status of all files`."""

Parse = Callable[[str, str, Context], Command | None]
WORDS: Mapping[str, Parse] = {
    "status": _status,
    "list": _status,
    "history": _history,
    "recall": _recall,
    "withdraw": _recall,
    "help": _help,
    "?": _help,
    "commands": _help,
    "yes": _yes,
    "y": _yes,
    "ok": _yes,
    "okay": _yes,
    "no": _no,
    "n": _no,
    "receive": _receive,
    "reject": _reject,
    "move": _move,
}
"""Every command by its word. A further one is a line here and how its words are read."""
SCHOOL_WORDS = ("status", "history", "recall", "help", "yes", "no")
OFFICER_WORDS = ("receive", "reject", "move")
"""What a misspelt word may have meant."""


def is_courtesy(text: str) -> bool:
    """Whether a text says nothing but thanks."""
    return all(STOP.fullmatch(tidy(line)) for line in text.splitlines() if line.strip())
