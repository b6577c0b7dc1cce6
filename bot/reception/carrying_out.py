"""Has the desks do what a message asks for: one line for each command."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from bot import finding, freezing, notices, officer_desk, school_desk, telling
from bot.arrival import Press
from bot.intake import offers
from bot.judging import today
from bot.ledger import files
from bot.notices import Notice
from bot.reception import advising, officer_commands, quarantine_commands, school_commands, taking_back
from bot.reception.understanding import OFFICERS, Undone
from bot.reception.which_files import answered, meant
from bot.rules import commands, reference
from bot.rules.commands import Command, Context, Reading, Which
from bot.telling import Asking, facts


def unseen(tx: Session, press: Press, asking: Asking) -> list[Notice]:
    """What is told to somebody who presses a button about files that they may not see."""
    named = press.files or reference.find(press.said)
    known = {file.reference for file in finding.mentioned_in(tx, asking.person, named)}
    word = press.said.partition(" ")[0]
    unknown = [(one, files.by_reference(tx, one)) for one in named if one not in known]
    return [
        officer_desk.unseen(tx, word, file, asking) if file else notices.NotAuthorised(act=word, named=one)
        for one, file in unknown
    ]


def carry_out(tx: Session, reading: Reading, asking: Asking) -> list[Notice]:
    """Do what is asked, in its order."""
    answers = quarantine_commands.joined(
        [a for command in reading.commands for a in DO[type(command)](tx, command, asking)]
    )
    return [_still_about(tx, answer, asking) for answer in answers]


def _still_about(tx: Session, answer: Notice, asking: Asking) -> Notice:
    """Where nothing could be done, the answer is about the same files, so that the right words can be its reply; and it
    knows what else the message did to them."""
    if isinstance(answer, notices.TooLate):
        return telling.now(tx, answer, asking.settings, asking.person)
    if not isinstance(answer, notices.UnknownCommand) or answer.files:
        return answer
    about = tuple(facts(file, asking.settings) for file in answered(tx, asking))
    return answer.model_copy(update={"files": about})


def _undone(tx: Session, command: Undone, asking: Asking) -> list[Notice]:
    del tx, asking
    return [notices.UnknownCommand(said=command.said, because=command.because)]


def _yes(tx: Session, command: commands.Yes, asking: Asking) -> list[Notice]:
    return _settled(tx, offers.accept_sure(tx, asking, command.said), command, asking)


def _no(tx: Session, command: commands.No, asking: Asking) -> list[Notice]:
    declined = offers.decline(tx, asking, command.said, command.numbers, command.meaning)
    return _settled(tx, declined, command, asking)


def _pick(tx: Session, command: commands.Pick, asking: Asking) -> list[Notice]:
    if command.name is None and asking.answered and asking.answered.kind == notices.Which.kind:
        return _picked_of_which(tx, command, asking)
    accepted = offers.accept_numbers(tx, asking, command.said, command.numbers, command.name)
    return _settled(tx, accepted, command, asking)


def _named(tx: Session, command: commands.Named, asking: Asking) -> list[Notice]:
    return _settled(tx, offers.accept_name(tx, asking, command.said, command.name), command, asking)


def _settled(tx: Session, answer: Notice, command: Command, asking: Asking) -> list[Notice]:
    """A word that came too late is told what became of the files it meant."""
    return [advising.nothing_waits(tx, command.said, asking) if isinstance(answer, notices.Which) else answer]


def _picked_of_which(tx: Session, command: commands.Pick, asking: Asking) -> list[Notice]:
    """A number in reply to «which do you mean?»: what was asked then is done to the file meant."""
    assert asking.answered is not None  # noqa: S101 - checked by the caller
    asked = notices.Which.model_validate(asking.answered.facts).asked
    word = asked.split(maxsplit=1)[0].lower()
    chosen = meant(tx, Which(numbers=command.numbers), asking)
    if not chosen:
        return [_which(command.said, asking)]
    if word == "history":
        return [school_desk.show_history(tx, chosen, asked, asking)]
    if word in ("recall", "withdraw"):
        return school_desk.recall(tx, chosen, asked, asking)
    if word == "copy":
        return school_desk.copy(tx, chosen, asked, asking)
    if asked == school_commands.WRONG_FILE:
        return freezing.freeze(tx, chosen, asked, asking)
    numbers = " ".join(str(number) for number in command.numbers)
    said = f"{word} {numbers} {asked.partition(' ')[2]}".strip()
    again = commands.read_line(said, Context(today(asking), frozenset(), lambda _: False, True, True, False))  # noqa: FBT003
    return DO[type(again)](tx, again, asking) if isinstance(again, OFFICERS) else [_which(said, asking)]


def _which(said: str, asking: Asking) -> Notice:
    return school_desk.which([], said, asking)


DO: dict[type[Command], Callable[[Session, Any, Asking], list[Notice]]] = {
    commands.Status: school_commands.status,
    commands.History: school_commands.show_history,
    commands.Recall: school_commands.recall,
    taking_back.TakeBack: taking_back.take_back,
    commands.Freeze: school_commands.freeze,
    commands.Release: school_commands.release,
    commands.Copy: school_commands.copy,
    commands.Help: school_commands.give_help,
    commands.Verify: school_commands.verify,
    Undone: _undone,
    commands.Yes: _yes,
    commands.No: _no,
    commands.Pick: _pick,
    commands.Named: _named,
    commands.Receive: officer_commands.receive,
    commands.Reject: officer_commands.reject,
    commands.Move: officer_commands.move,
    commands.Settle: quarantine_commands.settle,
    quarantine_commands.Unclear: quarantine_commands.unclear,
}
"""Which desk does what."""
