"""The name that the subject of a mail suggests for a file whose own name says nothing: `SEN ehcp review` with `scan0001.pdf`.

It is read as a file's name is, and whatever comes of it is only ever offered: who wrote it spoke to people. Where it has
no date at all, today's comes first and `V01` after it; of a month without its day only `V01` is (docs/rules.md, «A
correction is sure»).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from bot.rules import reference, subjects
from bot.rules.correction import CHOICES_MAX, correct
from bot.rules.correction_when import VERSION_FIRST
from bot.rules.filename_shape import Convention, Fault, read, settled, split

SUBJECT_CHARACTERS_MAX = 100
"""A longer one is a sentence, and so would be the name."""
LABEL = re.compile(rf"\s*(?:{subjects.LABEL}|urgent\s*[:!-]|confidential\s*[:!-])\s*", re.IGNORECASE)
"""What gateways and people put before a subject."""
ANSWER = re.compile(rf"\s*(?:{subjects.REPLY}|{subjects.FORWARDED})", re.IGNORECASE)
"""Of a reply and of what is forwarded: the words are somebody else's."""
MANNERS = re.compile(
    r"\b(?:please\s+(?:find|see)|(?:please\s+)?find|attached(?:\s+is)?|attachment|enclosed|fao)\b\s*[:,-]?\s*",
    re.IGNORECASE,
)
"""Words round what a mail brings."""
PARTS = "abcdefghijklmnopqrstuvwxyz"
"""What tells several files of one subject apart, behind the description: a digit there would run into the date."""


def composed(subject: str, given: str, by: Convention, today: date, *, part: int | None = None) -> tuple[str, ...]:
    """The names that this subject suggests for a file that came as `given`, best first; () where it suggests none.

    `part`: which of several files it is, counted from 0. All are valid names with the file's own extension.
    """
    said, (_, extension) = told(subject), split(settled(given))
    if not said or extension.lower() not in by.extensions or (part is not None and part >= len(PARTS)):
        return ()
    names = (_with_part(name, part, by) for name in _names(f"{said}.{extension}", by, today))
    return tuple(dict.fromkeys(names))[:CHOICES_MAX]


def told(subject: str) -> str:
    """What the subject says of the file: "" where it is somebody else's words, our own, or too much of them."""
    said = subjects.behind(LABEL, subject)
    if ANSWER.match(said) or len(said) > SUBJECT_CHARACTERS_MAX or reference.find(subject):
        return ""
    return " ".join(MANNERS.sub(" ", said).split())


def _names(text: str, by: Convention, today: date) -> Iterator[str]:
    """The subject, with the file's extension, read as a name: those of today's date before the others."""
    if read(text, by):
        yield text
        return
    found = correct(text, by, today)
    faults = {one.fault for one in found.faults}
    offered = (found.sure,) if found.sure else found.choices
    if Fault.DATE_MISSING in faults:
        yield from (name for one in offered if (name := _dated(one, by, today)))
    yield from offered


def _dated(name: str, by: Convention, today: date) -> str | None:
    """The same with today's date in the place of the first version; None where it has another."""
    parts = read(name, by)
    return str(replace(parts, when=f"{today:%Y%m%d}")) if parts and parts.when == VERSION_FIRST else None


def _with_part(name: str, part: int | None, by: Convention) -> str:
    """The same for one of several files."""
    parts = read(name, by)
    return name if parts is None or part is None else str(replace(parts, about=f"{parts.about}part{PARTS[part]}"))
