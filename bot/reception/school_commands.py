"""What schools ask for, and what everybody may: the desks do it, to the files that are meant."""

from sqlalchemy.orm import Session

from bot import finding, freezing, notices, roster, school_desk
from bot.intake import offers
from bot.ledger import history
from bot.ledger.tables import File
from bot.notices import Notice
from bot.reception import advising
from bot.reception.which_files import answered, is_bare, meant
from bot.rules import commands
from bot.rules.authority import OWN_ONLY
from bot.rules.commands import Command, Filters
from bot.rules.lifecycle import Act
from bot.telling import Asking

WRONG_FILE = "wrong file"
"""What is asked again where it is not known which file an alarm is about."""


def status(tx: Session, command: commands.Status, asking: Asking) -> list[Notice]:
    """A list of what they may see; of a file that they name, how it stands."""
    named = command.filters.text if command.filters == Filters(text=command.filters.text) else ""
    chosen = finding.find(tx, asking.person, named) if named else []
    if len(chosen) == 1:
        return [school_desk.status_of(tx, chosen[0], command.said, asking)]
    return [school_desk.status(tx, command.filters, command.said, asking)]


def show_history(tx: Session, command: commands.History, asking: Asking) -> list[Notice]:
    """What befell a file that they name, or those that they answer about."""
    chosen = finding.find(tx, asking.person, command.what) if command.what else answered(tx, asking)
    return [school_desk.show_history(tx, chosen, command.said, asking)]


def recall(tx: Session, command: commands.Recall, asking: Asking) -> list[Notice]:
    """Take back what they name or answer about. Out of the blue, or where several could be meant, it asks which."""
    if command.what is not None:
        chosen = finding.find(tx, asking.person, command.what)
        return _recall_one(tx, chosen, command.said, asking)
    if not is_bare(command.which):
        chosen = meant(tx, command.which, asking)
        return school_desk.recall(tx, chosen, command.said, asking)
    if asking.answered is None:
        return [school_desk.which(school_desk.recallable(tx, asking), command.said, asking)]
    return _recall_one(tx, answered(tx, asking), command.said, asking)


def _recall_one(tx: Session, chosen: list[File], said: str, asking: Asking) -> list[Notice]:
    """Of several, it asks which."""
    if len(chosen) > 1:
        return [school_desk.which(chosen, said, asking)]
    return school_desk.recall(tx, chosen, said, asking)


def freeze(tx: Session, command: commands.Freeze, asking: Asking) -> list[Notice]:
    """What the alarm is about is frozen at once; out of the blue it is asked about which file it is raised."""
    about = answered(tx, asking) if is_bare(command.which) else meant(tx, command.which, asking)
    if not about and is_bare(command.which):
        candidates = school_desk.freezable(tx, asking)
        return [school_desk.which(candidates, WRONG_FILE, asking)] if candidates or not asking.answered else []
    chosen = [file for file in about if not _is_done_with(file, asking)]
    held = bool(offers.offered(tx, asking)) if is_bare(command.which) else False
    settled = [file for file in chosen if file.status not in OWN_ONLY]
    if settled and not any(roster.may(tx, asking.person, Act.FROZEN, file) for file in settled):
        return [advising.words_for(tx, settled, command.said, asking)]
    waiting = [offers.unsettled(tx, asking, command.said)] if held and chosen else []
    frozen = freezing.freeze(tx, settled, command.said, asking)
    unknown = [] if about else [school_desk.which([], WRONG_FILE, asking)]
    return [*frozen, *waiting, *unknown]


def _is_done_with(file: File, asking: Asking) -> bool:
    """Whether another line of the same message has taken it back already."""
    taken = history.last(file, Act.RECALLED) or history.last(file, Act.DISCARDED)
    return taken is not None and (taken.at, taken.person_id) == (asking.now, asking.person.id)


def release(tx: Session, command: commands.Release, asking: Asking) -> list[Notice]:
    """What was frozen can be had again: of what they answer about, all that is frozen."""
    bare = is_bare(command.which)
    chosen = [file for file in answered(tx, asking) if file.frozen_at] if bare else meant(tx, command.which, asking)
    return freezing.release(tx, chosen, command.said, asking)


def copy(tx: Session, command: commands.Copy, asking: Asking) -> list[Notice]:
    """Of several that a word may mean it asks which; of a notice answered, all are meant."""
    if command.what is not None:
        chosen = finding.find(tx, asking.person, command.what)
        return (
            [school_desk.which(chosen, command.said, asking)]
            if len(chosen) > 1
            else _copied(tx, chosen, command, asking)
        )
    chosen = answered(tx, asking) if is_bare(command.which) else meant(tx, command.which, asking)
    return _copied(tx, chosen, command, asking)


def _copied(tx: Session, chosen: list[File], command: Command, asking: Asking) -> list[Notice]:
    return school_desk.copy(tx, chosen, command.said, asking)


def give_help(tx: Session, command: commands.Help, asking: Asking) -> list[Notice]:
    """What they can write."""
    del command
    return [school_desk.help_for(tx, asking)]


def verify(tx: Session, command: commands.Verify, asking: Asking) -> list[Notice]:
    """Without a receipt; for those that come with one see `proving`."""
    del tx, asking
    because = (
        "No receipt that we can read came with your message. "
        "Attach the file whose name ends in .json, or by email forward our mail that brought it."
    )
    return [notices.UnknownCommand(said=command.said, because=because)]
