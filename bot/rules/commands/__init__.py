"""The commands that mail and chat share, read from a subject or from the first new lines (lessons L46 to L52).

A line is a command only if all of it is: what is merely a comment is never carried out. `table` has every command,
`kinds` what they are as values, `alarming` what raises the alarm in plain words, `lines` how a line is read, `naming` and `filtering` what may follow a word, and
`guessing` what a misspelt one was meant to be.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.rules import reference, subjects
from bot.rules.commands import alarming, lines, table
from bot.rules.commands.guessing import nearest
from bot.rules.commands.kinds import (
    Command,
    Context,
    Copy,
    Filters,
    Freeze,
    Help,
    History,
    Move,
    Named,
    No,
    Pick,
    Reading,
    Recall,
    Receive,
    Reject,
    Release,
    Settle,
    Status,
    Verify,
    Which,
    Yes,
)

__all__ = [
    "Command", "Context", "Copy", "Filters", "Freeze", "Help", "History", "Move", "Named", "No", "Pick", "Reading", "Recall",
    "Receive", "Reject", "Release", "Settle", "Status", "Verify", "Which", "Yes", "is_courtesy", "read", "read_line",
]  # fmt: skip

TAG = re.compile(r"tags?\s*[:=]\s*(\S.{0,80})", re.IGNORECASE)
OF_A_BODY = (Yes, No, Pick, Named)
"""Answers that a subject does not give: such a word there is a title, and so is a reason without a file."""

AGREEING = (Yes, Pick, Named, Release)
"""Whoever says that a file is right raises no alarm about it in the same breath."""


@dataclass(frozen=True)
class _Top:
    """What the first lines ask for, and which lines those are."""

    commands: tuple[Command, ...]
    taken: frozenset[int]


def read(subject: str, text: str, context: Context) -> Reading:
    """What a subject and the new text ask for. A command given twice is carried out once (lesson L48). Never raises."""
    written = text.splitlines()
    titled, replied = _titled(subject, context)
    tags = dict(_tags(written))
    top = _top(written, tags, context)
    said = subject if not (replied or titled) else ""
    untaken = [(at, text) for at, text in enumerate(written) if at not in top.taken | tags.keys()]
    agrees = any(isinstance(command, AGREEING) for command in top.commands)
    alarm = [] if agrees else _alarm(said, untaken, context)
    found = tuple(dict.fromkeys((*titled, *top.commands, *alarm)))
    known = {tag.casefold(): tag for tag in context.tags}
    chosen = {at: known[said.casefold()] for at, said in tags.items() if said.casefold() in known}
    unknown = [said for said in tags.values() if said.casefold() not in known]
    rest = [line for at, line in enumerate(written) if at not in top.taken and at not in chosen]
    return Reading(
        commands=found,
        nearest=None if found or context.has_files else _nearest("" if replied else subject, written, context),
        tag=next(iter(chosen.values()), ""),
        comment="" if is_courtesy("\n".join(rest)) else "\n".join(rest).strip(),
        unknown_tag=unknown[0] if unknown and known else "",
    )


def _alarm(subject: str, untaken: Sequence[tuple[int, str]], context: Context) -> list[Command]:
    """What raises the alarm in plain words; beside a new file only in a reply, or where a file is named: else it may be a
    comment on that file."""
    words = subjects.words(subject)[0]
    raised = alarming.alarm_in([(-1, words), *untaken])
    if raised is None:
        return []
    named = tuple(dict.fromkeys(reference.find(raised[1])))
    if context.has_files and not (context.replying or named):
        return []
    return [Freeze(raised[1], Which(references=named))]


def read_line(line: str, context: Context) -> Command | None:
    """The command that all of this line is; None where it is anything else."""
    return table.read_line(lines.read(line), context)


def is_courtesy(text: str) -> bool:
    """Whether a text says nothing but a greeting and thanks."""
    return all(_is_passed_over(line) or lines.is_closing(line) for line in text.splitlines())


def _titled(subject: str, context: Context) -> tuple[list[Command], bool]:
    """What the subject asks for, and whether it is a reply's. A forwarded one is somebody else's words."""
    said, replied = subjects.words(subject)
    command = read_line(said, context)
    a_title = isinstance(command, OF_A_BODY) or (isinstance(command, Reject) and command.which == Which())
    return ([command] if command and not a_title else []), replied


def _top(written: Sequence[str], tags: dict[int, str], context: Context) -> _Top:
    """Commands stand in the first lines that are not blank, up to the first line that is none (lesson L46)."""
    commands: list[Command] = []
    taken: set[int] = set()
    for at, text in enumerate(written):
        if at in taken or at in tags:
            continue
        line = lines.read(text)
        more = list(_running_on(written, at, line, tags, context))
        if more:
            line = lines.joined(line, [written[below] for below in more])
        if command := table.read_line(line, context):
            commands.append(command)
            taken.update((at, *more))
        elif not _is_passed_over(text):
            break
    return _Top(tuple(commands), frozenset(taken))


def _running_on(
    written: Sequence[str], at: int, line: lines.Line, tags: dict[int, str], context: Context
) -> Iterator[int]:
    """The lines below that still belong to this one, where its command may run on."""
    word = table.word_of(line)
    if word is None or not word.runs_on(word.parse(line, context)):
        return
    length = len(line.said)
    for below in range(at + 1, len(written)):
        following = lines.read(written[below])
        length += 1 + len(following.said)
        ends = below in tags or not following.words or length > lines.LINE_CHARACTERS_MAX
        if ends or (table.word_of(following) and table.read_line(following, context)):
            return
        yield below


def _is_passed_over(text: str) -> bool:
    """Blank, quoted, or a greeting."""
    said = lines.tidy(text[: lines.LINE_CHARACTERS_MAX])
    return not said or said.startswith(">") or lines.is_greeting(text)


def _tags(written: Sequence[str]) -> Iterator[tuple[int, str]]:
    for at, text in enumerate(written):
        if match := TAG.fullmatch(lines.tidy(text[: lines.LINE_CHARACTERS_MAX])):
            yield at, lines.bare(match[1]).strip()


def _nearest(subject: str, written: Sequence[str], context: Context) -> tuple[str, str] | None:
    first = next((text for text in written if not _is_passed_over(text)), "")
    return nearest((lines.read(subjects.words(subject)[0]), lines.read(first)), context)
