"""Contents that nobody received are destroyed at an administrator's word (docs/rules.md, «Retention»)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import notices, roster
from bot.ledger import files
from bot.ledger.tables import Contents, File, Person
from bot.notices import Notice
from bot.retention.due import Due
from bot.rules.calendar import spoken_date
from bot.rules.lifecycle import Act, Status
from bot.telling import Asking, facts, post


def destroy(tx: Session, chosen: Sequence[File], why: str, asking: Asking) -> list[Notice]:
    """Order the destruction of what is overdue; its sender hears who had it destroyed, and why."""
    done, answers = list[File](), list[Notice]()
    for file in chosen:
        if not roster.may(tx, asking.person, Act.DESTROYED, file):
            answers.append(notices.NotAuthorised(act="destroy", named=file.reference))
        elif because := _not_open(tx, file, asking):
            answers.append(notices.UnknownCommand(said=f"destroy {file.reference}", because=because))
        else:
            by, now = asking.person.id, asking.now
            files.order_destruction(tx, file.object_id, file_id=file.id, why=why, now=now, by=by)
            done.append(file)
    if done:
        _tell(tx, done, why, asking)
        answers.insert(0, _notice(done, why, asking))
    return answers


def _not_open(tx: Session, file: File, asking: Asking) -> str:
    """Why the word is not to be given; empty where it is."""
    due = Due(asking.settings, asking.now)
    if tx.scalar(select(File.id).where(due.overdue(), File.id == file.id)):
        return ""
    shown, until = file.reference, facts(file, asking.settings).kept_until
    if file.contents is Contents.DESTROYED:
        return f"The contents of {shown} are destroyed already."
    if files.is_to_be_destroyed(tx, file):
        return f"The contents of {shown} are to be destroyed already: postroom serve does it."
    if file.status is not Status.SENT or until is None:
        return f"{shown} is {file.status}: what becomes of its contents is settled without your word."
    return f"{shown} can still be received: its contents are kept until {spoken_date(until)}. Before that its school can recall it."


def _notice(done: Sequence[File], why: str, asking: Asking) -> notices.Destroyed:
    told = tuple(facts(file, asking.settings).elsewhere() for file in done)
    return notices.Destroyed(files=told, by=asking.person.name, why=why)


def _tell(tx: Session, done: Sequence[File], why: str, asking: Asking) -> None:
    """One mail to each sender; to the headteacher where the sender has left."""
    grouped: dict[tuple[int, Literal["sender", "headteacher"]], list[File]] = defaultdict(list)
    for file in done:
        if file.sender.left_at is None:
            grouped[file.sent_by, "sender"].append(file)
            continue
        for head in roster.headteachers(tx, file.school or ""):
            grouped[head.id, "headteacher"].append(file)
    for (number, reader), theirs in grouped.items():
        person = tx.get_one(Person, number)
        notice = _notice(theirs, why, asking).model_copy(update={"reader": reader})
        post(tx, notice, asking, to=person.email, person=person)
