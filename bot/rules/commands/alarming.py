"""«Wrong file!»: an alarm in plain words. It is no command that must be spelt right: whoever is alarmed writes as it comes.

It costs nobody anything that cannot be undone, so it is read from more than commands are: from sentences among the first
lines, in any case, with any marks. What says the opposite («not the wrong file») is no alarm.
"""

import re
from collections.abc import Iterable, Iterator

from bot.rules.commands.lines import TYPOGRAPHY, is_closing, is_greeting, tidy

LINES_MAX = 5
"""So many lines that say something are looked at: an alarm comes first."""
LINE_CHARACTERS_MAX = 1000

A_FILE = "(?:file|attachment|document|doc|form|plan|report|return|spreadsheet|letter|record|one)s?"
A_CHILD = "(?:child|children|pupil|student|person|family|school|recipient)(?:'?s)?"
DONE = "(?:sent|send|emailed|posted|uploaded|attached|shared)"
ALARMS = (
    rf"(?:wrong|incorrect) (?:{A_FILE}|{A_CHILD})",
    rf"not the (?:right|correct) (?:{A_FILE}|{A_CHILD})",
    rf"{DONE} (?:\S+ ){{0,4}}(?:in error|in mistake|by mistake|by accident|accidentally|mistakenly|wrongly)",
    rf"(?:in error|by mistake|by accident|accidentally|mistakenly) {DONE}",
    rf"(?:should not|shouldn't|should never) have (?:been )?{DONE}",
    rf"(?:did not|didn't) mean to {DONE}",
    r"(?:delete|disregard) (?:this|that|it|them|these|those|(?:the|my|our|this|that) (?:file|attachment|email|document)s?)",
    r"(?:do not|don't) open (?:this|that|it|them|these|those|(?:the|my|our|this|that) (?:file|attachment|email|document)s?)",
    r"data (?:protection )?breach",
)
"""Each stands somewhere in one sentence, in words with one space between them."""
ALARM = re.compile("|".join(rf"(?<![a-z0-9])(?:{form})(?![a-z0-9])" for form in ALARMS))
DENIED = re.compile(r"(?:^| )(?:(?:not|isn't|wasn't|never|without)(?: \S+){0,3}|(?:if|whether|unless)(?: \S+)*) $")
"""How what stands before goes that turns it into its opposite, or into what only might be."""
DISCLAIMER = re.compile(
    r"\bif you (?:have|are|received)\b|\bintended (?:recipient|addressee|solely|only)|\be-?mail and any (?:files|attachments)"
    r"|\bnotify the sender",
    re.IGNORECASE,
)
"""From such a line on it is the school's small print that speaks: it tells everybody to delete everything."""
SENTENCE = re.compile(r"[.!?;:…()]+")
MARK = re.compile(r"[^a-z0-9']+")


def alarm_in(lines: Iterable[tuple[int, str]]) -> tuple[int, str] | None:
    """The first of these numbered lines that raises the alarm, tidied; None where none does. Linear in their length."""
    for at, text in _first(lines):
        if is_alarm(text):
            return at, text
    return None


def is_alarm(text: str) -> bool:
    """Whether one line says that a file is the wrong one, or must not be opened."""
    return any(_raises(sentence) for sentence in SENTENCE.split(text[:LINE_CHARACTERS_MAX]))


def _raises(sentence: str) -> bool:
    said = MARK.sub(" ", sentence.translate(TYPOGRAPHY).casefold()).strip()
    return any(not DENIED.search(said[: found.start()]) for found in ALARM.finditer(said))


def _first(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines that say something, up to the thanks, or so many of them."""
    told = 0
    for at, text in lines:
        said = tidy(text[:LINE_CHARACTERS_MAX])
        if not said or said.startswith(">") or is_greeting(said):
            continue
        if is_closing(said) or DISCLAIMER.search(said) or told == LINES_MAX:
            return
        told += 1
        yield at, said
