"""A notice as words alone, to be quoted in another: what could be followed or pressed in it leads nowhere."""

from collections.abc import Iterator
from itertools import takewhile

from bot.notices import Notice, Quoted, Said
from bot.wording import Action, Block, Bullets, Heading, Paragraph, Rule, Table, Wording, spoken
from bot.wording.letter import Button

PARTS_MAX = 40
"""Parts of one letter that are quoted: a list of files may be of any length."""
ROWS_MAX = 40


def quoted(wording: Wording, notice: Notice) -> Said:
    """What this notice would say, as far as the line above the help contact."""
    letter = wording.letter(notice)
    above = takewhile(lambda block: not isinstance(block, Rule), letter.blocks)
    parts = [part for block in above for part in _parts(block)]
    left_out = [Quoted(kind="words", words="… and so on.")] if len(parts) > PARTS_MAX else []
    return Said(subject=letter.subject, parts=(*parts[:PARTS_MAX], *left_out))


def _parts(block: Block) -> Iterator[Quoted]:
    match block:
        case Heading(line):
            yield Quoted(kind="heading", words=spoken(line))
        case Paragraph(line) | Button(line=line):
            yield Quoted(kind="words", words=spoken(line))
        case Action(label):
            yield Quoted(kind="words", words=f"[{label}]")
        case Bullets(items):
            yield Quoted(kind="items", items=tuple(map(spoken, items)))
        case Table(rows):
            shown = tuple((spoken(label), spoken(value)) for label, value in rows[:ROWS_MAX])
            yield Quoted(kind="rows", rows=shown)
