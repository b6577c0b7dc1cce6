"""What is told to somebody whose message asks for nothing that is understood."""

from collections.abc import Sequence
from textwrap import shorten

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import finding, notices, roster, school_desk
from bot.arrival import MAIL, Opened
from bot.intake import offers
from bot.judging import convention, today
from bot.ledger.tables import File, Mention
from bot.notices import Finding, Notice
from bot.rules import commands, filename, reference
from bot.rules.commands import Reading
from bot.rules.lifecycle import ASKED_BY, Act, Status
from bot.telling import Asking, facts

SAID_CHARACTERS_MAX = 200
"""So much of their own words is shown to them again."""


def advice(tx: Session, reading: Reading, opened: Opened, asking: Asking) -> Notice | None:
    """What to tell them; nothing to a mere «thanks»."""
    thanks = asking.answered and _is_thanks(reading.comment, asking)
    plea = asking.answered and opened.only_old and _may_be_a_plea(tx, asking)
    if reading.nearest or plea or (asking.answered and not thanks):
        return _with_missing(tx, _not_understood(tx, reading, asking), opened, asking)
    if asking.answered:
        return None
    if not roster.schools_of(tx, asking.person):
        return school_desk.help_for(tx, asking)
    return _nothing_attached(tx, opened, asking)


def missing(opened: Opened) -> tuple[Finding, ...]:
    """Why more may have been meant to come than did."""
    return tuple(Finding(fault=fault) for fault in opened.missing)


def _with_missing(tx: Session, notice: Notice, opened: Opened, asking: Asking) -> Notice:
    """Says besides why a file may be missing: what they wrote may be a plea all the same."""
    if not opened.missing or not roster.schools_of(tx, asking.person):
        return notice
    if isinstance(notice, notices.Outcomes | notices.UnknownCommand):
        return notice.model_copy(update={"missing": missing(opened)})
    return _nothing_attached(tx, opened, asking)


def _nothing_attached(tx: Session, opened: Opened, asking: Asking) -> Notice:
    model = filename.model_file(convention(tx, asking), today(asking))
    return notices.NothingAttached(only_pictures=opened.only_pictures, model=model, missing=missing(opened))


def _not_understood(tx: Session, reading: Reading, asking: Asking) -> Notice:
    """Nothing has been done, and what to write about the files of which the notice spoke that they answered."""
    said, nearest = reading.nearest or (shorten(reading.comment, SAID_CHARACTERS_MAX, placeholder="…"), "")
    named = finding.mentioned_in(tx, asking.person, reference.find(said)) if nearest else []
    if asking.answered and not named and offers.offered(tx, asking):
        return offers.unsettled(tx, asking, said)
    about = named or list(finding.answered_files(tx, asking.person, asking.answered).values())
    if not about and not nearest:
        return school_desk.help_for(tx, asking)
    return words_for(tx, about, said, asking, nearest)


def nothing_waits(tx: Session, said: str, asking: Asking) -> Notice:
    """The answer to a word that settles what waits, where nothing does: what became of the notice's files."""
    about = list(finding.answered_files(tx, asking.person, asking.answered).values())
    theirs = [file for file in about if file.sent_by == asking.person.id]
    if not theirs and _is_anothers(tx, asking):
        return notices.NotAuthorised(act="settle", senders_alone=True)
    if not theirs:
        return words_for(tx, about, said, asking) if about else notices.Which(asked=said)
    still = any(roster.can(tx, asking.person, Act.RECALLED, file) for file in theirs)
    return notices.Settled(files=tuple(facts(file, asking.settings) for file in theirs), said=said, recallable=still)


def _is_anothers(tx: Session, asking: Asking) -> bool:
    """Whether in a chat they answer what somebody else is asked, before their eyes. In mail nobody else is shown that."""
    if asking.answered is None or asking.answered.channel == MAIL:
        return False
    waits = select(File.id).join(Mention, Mention.file_id == File.id).where(Mention.notice_id == asking.answered.id)
    return tx.scalar(waits.where(File.status == Status.HELD, File.sent_by != asking.person.id).limit(1)) is not None


def words_for(tx: Session, about: Sequence[File], said: str, asking: Asking, nearest: str = "") -> Notice:
    """Nothing has been done, and by which words this reader can change these files."""
    return notices.UnknownCommand(
        said=said,
        nearest=nearest,
        files=tuple(facts(file, asking.settings) for file in about),
        can=tuple(
            word for act, word in ASKED_BY.items() if any(roster.can(tx, asking.person, act, file) for file in about)
        ),
    )


def _may_be_a_plea(tx: Session, asking: Asking) -> bool:
    """Whether a mail in which nothing is new answers what spoke of files: below what it quotes anything may stand, for many
    programs do not mark that (lesson L18)."""
    return (
        asking.answered is not None
        and asking.answered.channel == MAIL
        and bool(finding.answered_files(tx, asking.person, asking.answered))
    )


def _is_thanks(comment: str, asking: Asking) -> bool:
    """Whether it says nothing but thanks, whoever signed it by their own name."""
    own_name = frozenset(asking.person.name.casefold().split())
    lines = [line for line in comment.splitlines() if not own_name.issuperset(line.casefold().split())]
    return commands.is_courtesy("\n".join(lines))
