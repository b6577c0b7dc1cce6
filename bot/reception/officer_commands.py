"""What officers ask for: their desk does it, to the files that are meant."""

from sqlalchemy.orm import Session

from bot import notices, officer_desk, school_desk, telling
from bot.ledger.kinds import Purpose
from bot.ledger.tables import File
from bot.notices import Notice
from bot.reception.which_files import answered, is_bare, meant
from bot.rules import commands
from bot.rules.commands import Command, Which
from bot.rules.lifecycle import Act
from bot.telling import Asking, facts


def receive(tx: Session, command: commands.Receive, asking: Asking) -> list[Notice]:
    """Receive what is meant, or ask which; by mail the contents come as links."""
    chosen = _for_officer(tx, command.which, asking)
    if not chosen:
        return _ask(tx, command, asking)
    return [_with_links(tx, answer, chosen, asking) for answer in officer_desk.receive(tx, chosen, asking)]


def _with_links(tx: Session, answer: Notice, chosen: list[File], asking: Asking) -> Notice:
    """Whoever receives by mail gets the contents by a link, and once more who has received before."""
    if not isinstance(answer, notices.Decided) and not (isinstance(answer, notices.LostRace) and answer.own):
        return answer
    done = {file.reference for file in answer.mentioned() if file.contents == "kept" and not file.frozen_at}
    theirs = [file for file in chosen if file.reference in done]
    return answer.model_copy(update={"links": telling.linked(tx, Purpose.DECIDE, asking.person, theirs, asking)})


def reject(tx: Session, command: commands.Reject, asking: Asking) -> list[Notice]:
    """Reject what is meant, or ask which; without a reason it asks for one."""
    if not command.reason and (closed := _closed(tx, command.which, Act.REJECTED, asking)):
        return closed
    if not command.reason:
        because = "A reason is needed, for the sender and the headteacher are told it."
        about = tuple(facts(file, asking.settings) for file in _for_officer(tx, command.which, asking))
        return [notices.UnknownCommand(said=command.said, because=because, files=about, can=("reject",))]
    chosen = _for_officer(tx, command.which, asking)
    if not chosen:
        return _ask(tx, command, asking)
    return officer_desk.reject(tx, chosen, command.reason[: officer_desk.REASON_CHARACTERS_MAX], asking)


def move(tx: Session, command: commands.Move, asking: Asking) -> list[Notice]:
    """Hand what is meant over to another service, or ask which; without a service it asks for one."""
    chosen = _for_officer(tx, command.which, asking)
    if not command.service and (closed := _closed(tx, command.which, Act.MOVED, asking)):
        return closed
    if not command.service:
        because = "We need to know to which service it belongs."
        return [officer_desk.which_service(tx, chosen, command.said, because, asking)]
    if not chosen:
        return _ask(tx, command, asking)
    return officer_desk.move(
        tx, chosen, command.service, asking, why=command.reason[: officer_desk.REASON_CHARACTERS_MAX]
    )


def _closed(tx: Session, which: Which, act: Act, asking: Asking) -> list[Notice]:
    """Why the act is not open to them, before it is asked how it is meant."""
    refusals = (officer_desk.closed(tx, file, act, asking) for file in _for_officer(tx, which, asking))
    return [refusal for refusal in refusals if refusal]


def _for_officer(tx: Session, which: Which, asking: Asking) -> list[File]:
    """The files that an officer means; nothing where it must be asked which."""
    if not is_bare(which):
        return meant(tx, which, asking)
    spoken = answered(tx, asking)
    return spoken if len(spoken) == 1 else []


def _ask(tx: Session, command: Command, asking: Asking) -> list[Notice]:
    return [school_desk.which(answered(tx, asking), command.said, asking)]
