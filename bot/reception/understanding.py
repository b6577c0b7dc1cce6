"""What a message asks for: its new words, or the button that was pressed, read as commands."""

from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy.orm import Session

from bot import finding, officer_desk, quarantine, roster
from bot.arrival import Opened, Press
from bot.judging import today
from bot.ledger import files
from bot.notices import Alert
from bot.reception import quarantine_commands, taking_back
from bot.rules import commands
from bot.rules.authority import Keeping
from bot.rules.commands import Command, Context, Reading, Which
from bot.telling import Asking

LINES_READ_MAX = 50
"""Commands stand in so many lines at the top of a letter: each may have an answer of its own."""
OFFICERS = (commands.Receive, commands.Reject, commands.Move)
"""What officers alone ask for."""


HARMLESS = (commands.Status, commands.History, commands.Copy, commands.Help, commands.Verify, commands.Freeze)
"""What nothing is lost by, whoever asks: it is answered to the mailbox of the person meant, or keeps contents from everybody."""


@dataclass(frozen=True)
class Undone(Command):
    """What is asked for, and not done."""

    because: str
    """Why, as whole sentences."""


TOO_MANY = f"Only the first {LINES_READ_MAX} lines of a message are read. Send what follows in another one."
UNPROVEN = (
    "No check could prove that you sent this message: an administrator let it in for you. Files in such a message are "
    "taken in, but what its words ask for is not done. If they are yours, send them again from your own mailbox."
)


def read(tx: Session, subject: str, opened: Opened, asking: Asking, *, has_receipt: bool) -> Reading:
    """What the new words of a message ask for, what tag they give, and what is left as the comment."""
    if outlook := taking_back.asked(subject, opened.text):
        return Reading(commands=(outlook,))
    context = _context(tx, asking, has_files=bool(opened.attachments), has_receipt=has_receipt)
    above, below = _above(opened.text)
    reading = commands.read(subject, above, context)
    if context.quarantine == "answered":
        reading = quarantine_commands.with_unclear(reading)
    if below and reading.commands and not reading.comment:
        return replace(
            reading,
            commands=(*reading.commands, Undone(below.splitlines()[0][: officer_desk.REASON_CHARACTERS_MAX], TOO_MANY)),
        )
    return replace(reading, comment=f"{reading.comment}\n{below}".strip())


def without_acts(reading: Reading) -> Reading:
    """The same, where nobody is proven: a forger would have an administrator do what they cannot see."""
    kept = (*HARMLESS, Undone)
    done = (one if isinstance(one, kept) else Undone(one.said, UNPROVEN) for one in reading.commands)
    return replace(reading, commands=tuple(dict.fromkeys(done)))


def pressed(tx: Session, press: Press, asking: Asking) -> Reading:
    """What a button asks for; the reason comes from the form that it opened."""
    command = commands.read_line(press.said, _context(tx, asking, has_files=False, has_receipt=False))
    if command is None:
        return Reading(nearest=(press.said, ""))
    if isinstance(command, commands.Reject | commands.Move) and press.reason:
        command = replace(command, reason=press.reason)
    if isinstance(command, OFFICERS) and press.files:
        command = replace(command, which=Which(references=press.files))
    return Reading(commands=(command,))


def _context(tx: Session, asking: Asking, *, has_files: bool, has_receipt: bool) -> Context:
    codes = frozenset(service.code for service in asking.settings.services)
    return Context(
        today=today(asking),
        services=codes,
        is_file=lambda text: bool(finding.find(tx, asking.person, text)),
        replying=asking.answered is not None or bool(files.held_of(tx, asking.person.id)),
        officer=bool(roster.services_of(asking.person, codes)),
        has_files=has_files,
        tags=asking.settings.tags,
        has_receipt=has_receipt,
        quarantine=_quarantine(asking),
        frozen=any(file.frozen_at for file in finding.answered_files(tx, asking.person, asking.answered).values()),
    )


def _quarantine(asking: Asking) -> Literal["", "answered", "perhaps"]:
    """Whether what they write can be about messages in quarantine: else its words mean what they always mean."""
    if quarantine.numbered(asking.answered) is not None:
        return "answered"
    nothing_else = asking.answered is None or asking.answered.kind == Alert.kind
    return "perhaps" if nothing_else and roster.may_keep(asking.person, Keeping.QUARANTINE) else ""


def _above(text: str) -> tuple[str, str]:
    """The lines in which commands may stand, and all that is below them."""
    lines = text.splitlines()
    return "\n".join(lines[:LINES_READ_MAX]), "\n".join(lines[LINES_READ_MAX:]).strip()
