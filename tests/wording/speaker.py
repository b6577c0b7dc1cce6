"""Somebody to speak for a made-up authority, and notices for them to word."""

from pathlib import Path
from zoneinfo import ZoneInfo

from bot import data
from bot.notices import FileFacts, Finding, Offer, Outcome
from bot.settings import Help
from bot.wording import (
    Action,
    Block,
    Bullets,
    Button,
    Heading,
    Letter,
    Line,
    Paragraph,
    Rule,
    Span,
    Table,
    Wording,
    spoken,
)

TEMPLATES = data.folder("mail_templates")
HELP = Help(
    team="the web team",
    phone="01632 960100",
    email="web@council.example",
    large_files="Ask us for a link to upload it.",
)
MODEL = "8302000_SENdescription20260901"


def speaker(templates: Path = TEMPLATES, *, help_contact: Help = HELP, chat: bool = False) -> Wording:
    """The words of this folder, for this authority; `chat`: where there are buttons."""
    return Wording(
        templates, authority="Northshire County Council", zone=ZoneInfo("Europe/London"), help_contact=help_contact, contents_days=90,
        held_days=7, attachment_bytes_max=150_000_000, chat=chat,
    )  # fmt: skip


def lines(block: Block) -> tuple[Line, ...]:
    """The lines of a block."""
    match block:
        case Heading(line) | Paragraph(line) | Button(line=line):
            return (line,)
        case Action(label, url):
            return ((Span(label, link=url),),)
        case Bullets(items):
            return items
        case Table(rows):
            return tuple(line for row in rows for line in row)
        case Rule():
            return ()


def words(letter: Letter) -> str:
    """All that a letter says below its subject, a line for each of its lines."""
    return "\n".join(spoken(line) for block in letter.blocks for line in lines(block))


def headings(letter: Letter) -> list[str]:
    """Its headings, the verdict first."""
    return [spoken(block.line) for block in letter.blocks if isinstance(block, Heading)]


def facts(letter: Letter) -> dict[str, str]:
    """The rows of its tables; where a label comes more than once, the first."""
    rows = [row for block in letter.blocks if isinstance(block, Table) for row in block.rows]
    return {spoken(label): spoken(value) for label, value in reversed(rows)}


def commands(letter: Letter) -> list[str]:
    """What may be replied by one word, as its buttons say it."""
    return [f"{button.word} {button.argument}".strip() for button in letter.buttons]


def held(file: FileFacts, given: str, *offers: Offer) -> Outcome:
    """A file that waits for its name. Without offers only a number stands for it."""
    return Outcome(
        verdict="held", given=given, file=file.model_copy(update={"status": "Held", "name": given}),
        findings=(Finding(fault="separator", found=" "),), offers=offers, model=MODEL,
    )  # fmt: skip
