"""Has the desks do what a message asks for: one line for each command."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from bot import finding, freezing, notices, officer_desk, roster, school_desk, telling
from bot.arrival import Press
from bot.intake import offers
from bot.judging import today
from bot.ledger import files, history
from bot.ledger.kinds import Purpose
from bot.ledger.tables import File
from bot.notices import Notice
from bot.reception import advising, settling, taking_back
from bot.reception.understanding import OFFICERS, Undone
from bot.rules import commands, reference
from bot.rules.authority import OWN_ONLY
from bot.rules.commands import Command, Context, Filters, Reading, Which
from bot.rules.lifecycle import Act
from bot.telling import Asking, facts

WRONG_FILE = "wrong file"
"""What is asked again where it is not known which file an alarm is about."""


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
    answers = settling.joined([a for command in reading.commands for a in DO[type(command)](tx, command, asking)])
    return [_still_about(tx, answer, asking) for answer in answers]


def _still_about(tx: Session, answer: Notice, asking: Asking) -> Notice:
    """Where nothing could be done, the answer is about the same files, so that the right words can be its reply; and it
    knows what else the message did to them."""
    if isinstance(answer, notices.TooLate):
        return telling.now(tx, answer, asking.settings, asking.person)
    if not isinstance(answer, notices.UnknownCommand) or answer.files:
        return answer
    about = tuple(facts(file, asking.settings) for file in _answered(tx, asking))
    return answer.model_copy(update={"files": about})


def _status(tx: Session, command: commands.Status, asking: Asking) -> list[Notice]:
    named = command.filters.text if command.filters == Filters(text=command.filters.text) else ""
    chosen = finding.find(tx, asking.person, named) if named else []
    if len(chosen) == 1:
        return [school_desk.status_of(tx, chosen[0], command.said, asking)]
    return [school_desk.status(tx, command.filters, command.said, asking)]


def _history(tx: Session, command: commands.History, asking: Asking) -> list[Notice]:
    chosen = finding.find(tx, asking.person, command.what) if command.what else _answered(tx, asking)
    return [school_desk.show_history(tx, chosen, command.said, asking)]


def _recall(tx: Session, command: commands.Recall, asking: Asking) -> list[Notice]:
    if command.what is not None:
        chosen = finding.find(tx, asking.person, command.what)
        return _recall_one(tx, chosen, command.said, asking)
    if not _is_bare(command.which):
        chosen = _meant(tx, command.which, asking)
        return school_desk.recall(tx, chosen, command.said, asking)
    if asking.answered is None:
        return [school_desk.which(school_desk.recallable(tx, asking), command.said, asking)]
    return _recall_one(tx, _answered(tx, asking), command.said, asking)


def _recall_one(tx: Session, chosen: list[File], said: str, asking: Asking) -> list[Notice]:
    """Of several, it asks which."""
    if len(chosen) > 1:
        return [school_desk.which(chosen, said, asking)]
    return school_desk.recall(tx, chosen, said, asking)


def _freeze(tx: Session, command: commands.Freeze, asking: Asking) -> list[Notice]:
    """What the alarm is about is frozen at once; out of the blue it is asked about which file it is raised."""
    about = _answered(tx, asking) if _is_bare(command.which) else _meant(tx, command.which, asking)
    if not about and _is_bare(command.which):
        candidates = school_desk.freezable(tx, asking)
        return [school_desk.which(candidates, WRONG_FILE, asking)] if candidates or not asking.answered else []
    chosen = [file for file in about if not _is_done_with(file, asking)]
    held = bool(offers.offered(tx, asking)) if _is_bare(command.which) else False
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


def _release(tx: Session, command: commands.Release, asking: Asking) -> list[Notice]:
    bare = _is_bare(command.which)
    chosen = [file for file in _answered(tx, asking) if file.frozen_at] if bare else _meant(tx, command.which, asking)
    return freezing.release(tx, chosen, command.said, asking)


def _copy(tx: Session, command: commands.Copy, asking: Asking) -> list[Notice]:
    """Of several that a word may mean it asks which; of a notice answered, all are meant."""
    if command.what is not None:
        chosen = finding.find(tx, asking.person, command.what)
        return (
            [school_desk.which(chosen, command.said, asking)]
            if len(chosen) > 1
            else _copied(tx, chosen, command, asking)
        )
    chosen = _answered(tx, asking) if _is_bare(command.which) else _meant(tx, command.which, asking)
    return _copied(tx, chosen, command, asking)


def _copied(tx: Session, chosen: list[File], command: Command, asking: Asking) -> list[Notice]:
    return school_desk.copy(tx, chosen, command.said, asking)


def _help(tx: Session, command: commands.Help, asking: Asking) -> list[Notice]:
    del command
    return [school_desk.help_for(tx, asking)]


def _verify(tx: Session, command: commands.Verify, asking: Asking) -> list[Notice]:
    """Without a receipt; for those that come with one see `proving`."""
    del tx, asking
    because = (
        "No receipt that we can read came with your message. "
        "Attach the file whose name ends in .json, or by email forward our mail that brought it."
    )
    return [notices.UnknownCommand(said=command.said, because=because)]


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
    chosen = _meant(tx, Which(numbers=command.numbers), asking)
    if not chosen:
        return [_which(command.said, asking)]
    if word == "history":
        return [school_desk.show_history(tx, chosen, asked, asking)]
    if word in ("recall", "withdraw"):
        return school_desk.recall(tx, chosen, asked, asking)
    if word == "copy":
        return school_desk.copy(tx, chosen, asked, asking)
    if asked == WRONG_FILE:
        return freezing.freeze(tx, chosen, asked, asking)
    numbers = " ".join(str(number) for number in command.numbers)
    said = f"{word} {numbers} {asked.partition(' ')[2]}".strip()
    again = commands.read_line(said, Context(today(asking), frozenset(), lambda _: False, True, True, False))  # noqa: FBT003
    return DO[type(again)](tx, again, asking) if isinstance(again, OFFICERS) else [_which(said, asking)]


def _receive(tx: Session, command: commands.Receive, asking: Asking) -> list[Notice]:
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


def _reject(tx: Session, command: commands.Reject, asking: Asking) -> list[Notice]:
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


def _move(tx: Session, command: commands.Move, asking: Asking) -> list[Notice]:
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
    if not _is_bare(which):
        return _meant(tx, which, asking)
    spoken = _answered(tx, asking)
    return spoken if len(spoken) == 1 else []


def _ask(tx: Session, command: Command, asking: Asking) -> list[Notice]:
    return [school_desk.which(_answered(tx, asking), command.said, asking)]


def _which(said: str, asking: Asking) -> Notice:
    return school_desk.which([], said, asking)


def _meant(tx: Session, which: Which, asking: Asking) -> list[File]:
    """The files of these references, numbers of the notice answered, or all of it; none that may not be seen."""
    spoken = finding.answered_files(tx, asking.person, asking.answered) if which.all or which.numbers else {}
    if which.all:
        return list(spoken.values())
    found = finding.mentioned_in(tx, asking.person, which.references)
    return [*found, *(spoken[number] for number in which.numbers if number in spoken)]


def _answered(tx: Session, asking: Asking) -> list[File]:
    return list(finding.answered_files(tx, asking.person, asking.answered).values())


def _is_bare(which: Which) -> bool:
    return which == Which()


DO: dict[type[Command], Callable[[Session, Any, Asking], list[Notice]]] = {
    commands.Status: _status,
    commands.History: _history,
    commands.Recall: _recall,
    taking_back.TakeBack: taking_back.take_back,
    commands.Freeze: _freeze,
    commands.Release: _release,
    commands.Copy: _copy,
    commands.Help: _help,
    commands.Verify: _verify,
    Undone: _undone,
    commands.Yes: _yes,
    commands.No: _no,
    commands.Pick: _pick,
    commands.Named: _named,
    commands.Receive: _receive,
    commands.Reject: _reject,
    commands.Move: _move,
    commands.Settle: settling.settle,
    settling.Unclear: settling.unclear,
}
"""Which desk does what."""
