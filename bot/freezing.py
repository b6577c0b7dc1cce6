"""«Wrong file!»: from that word on nobody gets the contents, and all who must know of it do (docs/rules.md, «A freeze»).

Nothing is destroyed by it: that takes the school's own word `recall`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import announcing, notices, roster
from bot.ledger import files, history
from bot.ledger.tables import File, Mention, OutboxItem, Person
from bot.notices import Notice
from bot.notices.freezing import Readers, Tidings
from bot.rules.lifecycle import Act
from bot.rules.somebody import Somebody
from bot.telling import Asking, alert_once, facts, post, told_the_same

WORDS_CHARACTERS_MAX = 500
"""So much of what they wrote is kept in the history and told."""
TOLD_AN_HOUR_MAX = 6
"""So often within an hour each is told of one file: who freezes and releases it again and again is a machine, or no friend."""
HOUR = timedelta(hours=1)
REPEATED = timedelta(days=1)
"""Who wants a file back that somebody has had asks again, and Outlook with them: the same is told once a day."""
HAVING = frozenset({Act.RECEIVED, Act.DOWNLOADED, Act.COPIED, Act.EXPORTED})
"""What befalls a file when somebody has its contents."""


@dataclass
class Reader:
    """One person who is told, of which files, and why."""

    person: Somebody
    why: Readers
    files: list[File] = field(default_factory=list)
    had: bool = False


def freeze(tx: Session, chosen: Sequence[File], words: str, asking: Asking) -> list[Notice]:
    """Let nobody have these files any more, and tell everybody whom it concerns; what is frozen already stays so."""
    words = words[:WORDS_CHARACTERS_MAX]
    done, answers, already = list[File](), list[Notice](), list[File]()
    for file in chosen:
        if not roster.may(tx, asking.person, Act.FROZEN, file):
            answers.append(notices.NotAuthorised(act="freeze", named=file.reference))
        elif _change(tx, file, Act.FROZEN, asking, words):
            done.append(file)
        elif file.frozen_at:
            already.append(file)
        else:
            if file.ever_received:
                warn(tx, file, asking)
            told = facts(file, asking.settings)
            answers.append(notices.TooLate(file=told, act="freeze", already=not file.ever_received))
    _tell(tx, done, "frozen", asking, words)
    if frozen := [*done, *already]:
        answers.insert(0, notices.Frozen(
            files=tuple(facts(file, asking.settings) for file in frozen), had=_had(tx, frozen),
            already=tuple(file.reference for file in already),
        ))  # fmt: skip
    return answers


def release(tx: Session, chosen: Sequence[File], said: str, asking: Asking) -> list[Notice]:
    """The files are right after all: they can be had again, and all who heard of the freeze hear of that."""
    done, answers = list[File](), list[Notice]()
    for file in chosen:
        if not roster.may(tx, asking.person, Act.RELEASED, file):
            answers.append(notices.NotAuthorised(act="release", named=file.reference))
        elif _change(tx, file, Act.RELEASED, asking, ""):
            done.append(file)
    _tell(tx, done, "released", asking)
    if done:
        answers.insert(0, notices.Released(files=tuple(facts(file, asking.settings) for file in done)))
    return answers or [notices.UnknownCommand(said=said, because="None of these files is frozen.")]


def recalled(tx: Session, frozen: Sequence[File], asking: Asking) -> None:
    """What was frozen has been taken back: all who heard of the freeze hear that it is over."""
    _tell(tx, frozen, "recalled", asking)


def warn(tx: Session, file: File, asking: Asking) -> None:
    """Somebody has had what is wanted back: it may be a breach. All whom a freeze concerns hear of it; what can be frozen is."""
    if roster.may(tx, asking.person, Act.FROZEN, file):
        _change(tx, file, Act.FROZEN, asking, "wanted back")
    _tell(tx, [file], "wanted", asking)


def _change(tx: Session, file: File, act: Act, asking: Asking, why: str) -> bool:
    """Do it to the file as it is, however often somebody else is quicker: a freeze must not lose a race."""
    while files.leads_to(file, act):
        if files.change(tx, file, act, seen=None, by=asking.person.id, now=asking.now, channel=asking.channel, why=why):
            return True
    return False


def _tell(tx: Session, chosen: Sequence[File], what: Tidings, asking: Asking, words: str = "") -> None:
    """One mail to each, of all the files that concern them."""
    readers: dict[int, Reader] = {}
    for file in chosen:
        for one in concerned(tx, file):
            if one.person.id != asking.person.id and one.person.left_at is None:
                reader = readers.setdefault(one.person.id, one)
                if file not in reader.files:
                    reader.files.append(file)
                reader.had = reader.had or one.had
    had, endless = _had(tx, chosen), False
    for reader in readers.values():
        tired = _told_enough(tx, reader, asking) if what in ("frozen", "released") else frozenset()
        endless = endless or bool(tired)
        told = tuple(facts(file, asking.settings) for file in reader.files if file.id not in tired)
        notice = notices.WrongFile(
            files=told, what=what, by=asking.person.name, words=words, reader=reader.why, reader_had=reader.had,
            had={one.reference: had[one.reference] for one in told if one.reference in had},
        )  # fmt: skip
        if told and not (what == "wanted" and told_the_same(tx, reader.person.email, notice, asking.now - REPEATED)):
            post(tx, notice, asking, to=reader.person.email, person=reader.person)
    if endless:
        line = "Who is told of freezes is not told of every one within this hour. Ask them what they need."
        alert_once(
            tx, f"{asking.person.name} freezes and releases the same file again and again", [line], asking, within=HOUR
        )


def _told_enough(tx: Session, reader: Reader, asking: Asking) -> frozenset[int]:
    """Of which files they have heard so often within the hour that once more would only drown what else they are told."""
    theirs = (OutboxItem.recipient == reader.person.email) & (OutboxItem.created_at > asking.now - HOUR)
    about = Mention.file_id.in_([file.id for file in reader.files]) & (OutboxItem.kind == notices.WrongFile.kind)
    heard = select(Mention.file_id).join(OutboxItem, OutboxItem.id == Mention.notice_id).where(theirs, about)
    often = heard.group_by(Mention.file_id).having(func.count(Mention.notice_id.distinct()) >= TOLD_AN_HOUR_MAX)
    return frozenset(tx.scalars(often))


def concerned(tx: Session, file: File) -> Iterator[Reader]:
    """Whoever has had it, who takes it in, who leads the school, and the administrators."""
    school = file.school or ""
    for person in havers(tx, file).values():
        yield Reader(person, "headteacher" if roster.on_the_list(person, school) else "officer", had=True)
    yield from (Reader(person, "officer") for person in announcing.readers(tx, file))
    yield from (Reader(person, "headteacher") for person in roster.headteachers(tx, school))
    yield from (Reader(person, "administrators") for person in roster.administrators(tx))


def havers(tx: Session, file: File) -> Mapping[int, Person]:
    """Whoever has had the contents since they came."""
    entries = (entry for entry in history.of(tx, file) if entry.act in HAVING)
    return {entry.person.id: entry.person for entry in entries if entry.person}


def _had(tx: Session, chosen: Sequence[File]) -> dict[str, tuple[str, ...]]:
    found = {file.reference: tuple(one.name for one in havers(tx, file).values()) for file in chosen}
    return {reference: names for reference, names in found.items() if names}
