"""Takes in files: each attachment is judged by itself and becomes Sent, Held or is refused; one answer tells of all.

docs/rules.md, «The filename convention» and «A file's life».
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot import notices, roster
from bot.announcing import announce
from bot.arrival import Attachment
from bot.judging import convention, findings, held_outcome, held_still, numbered, suggested, today
from bot.ledger import files
from bot.ledger.entering import new_file
from bot.ledger.prepared import Prepared
from bot.ledger.tables import File
from bot.notices import Finding, Outcome
from bot.rules import filename, reference
from bot.rules.filename import Convention, Verdict
from bot.rules.lifecycle import Act, Status
from bot.telling import Asking, facts

REFERENCE_BITS = 35
BEARING: Prepared[int] = Prepared(select(File.id).where(File.reference == bindparam("reference")))
FILES_MAX = 100
"""Files of one message: more than any school sends, and few enough to be judged and told of within a second."""


@dataclass(frozen=True)
class Letter:
    """What goes with the files of one message."""

    comment: str = ""
    tag: str = ""
    subject: str = ""
    """Of a mail that is no reply and asks for nothing by its subject: what it says may suggest a name."""


def take_in(tx: Session, attachments: Sequence[Attachment], letter: Letter, asking: Asking) -> notices.Outcomes:
    """Judge and store every attachment, announce what was Sent, and answer them all in one notice."""
    if len(attachments) > FILES_MAX:
        return _too_many(tx, attachments, asking)
    by = convention(tx, asking)
    names = _suggestions(attachments, letter, by, asking)
    taken = [_take(tx, one, letter, by, asking, names=names.get(one.part, ())) for one in attachments]
    announce(tx, [file for file, outcome in taken if file and outcome.verdict == "sent"], asking)
    return answer(numbered([outcome for _, outcome in taken]))


def answer(outcomes: Sequence[Outcome], remaining: Sequence[Outcome] = ()) -> notices.Outcomes:
    """The notice for these outcomes: the verdict is in its kind."""
    verdicts = {outcome.verdict for outcome in outcomes}
    kinds: dict[frozenset[str], type[notices.Outcomes]] = {
        frozenset({"sent"}): notices.Receipt,
        frozenset({"duplicate"}): notices.Duplicate,
        frozenset({"discarded"}): notices.Discarded,
        frozenset({"held"}): notices.Advice,
        frozenset({"refused"}): notices.Advice,
        frozenset({"held", "refused"}): notices.Advice,
    }
    kind = kinds.get(frozenset(verdicts), notices.Mixed)
    return kind(outcomes=tuple(outcomes), remaining=tuple(remaining))


def enter(tx: Session, file: File, verdict: Verdict, asking: Asking) -> Outcome:
    """What is told of a file that has become Sent; the same content still held under another name is discarded."""
    for other in files.held_of(tx, asking.person.id):
        if other.sha256 == file.sha256:
            files.change(
                tx, other, Act.DISCARDED, seen=None, by=asking.person.id, now=asking.now, channel=asking.channel,
                why=f"sent again as {file.name}",
            )  # fmt: skip
    before = files.earlier(tx, name=file.name, school=file.school or "", but=file.id)
    return Outcome(
        verdict="sent",
        given=file.given,
        file=facts(file, asking.settings),
        earlier=facts(before, asking.settings) if before else None,
        advice=findings(verdict.advice),
    )


def new_reference(tx: Session, asking: Asking) -> str:
    """A reference that no file bears."""
    while True:
        made = reference.make(asking.clock.number(REFERENCE_BITS))
        if BEARING.first(tx, {"reference": made}) is None:
            return made


def _take(
    tx: Session, attachment: Attachment, letter: Letter, by: Convention, asking: Asking, *, names: Sequence[str]
) -> tuple[File | None, Outcome]:
    verdict = suggested(filename.judge(attachment.name, by, today(asking)), names)
    refusals = _contents_faults(attachment, asking)
    if verdict.refused and not attachment.absent:  # its name is beside the point where there is no file
        refusals += findings(verdict.faults)
    if not by.schools:  # no name would be right, so none is asked for
        refusals = (Finding(fault="sends-for-none"),)
    if refusals:
        _drop(tx, attachment, "refused", asking)
        model = filename.model_file(by, today(asking), attachment.name)
        whole = bool(attachment.absent) and not attachment.name
        return None, Outcome(verdict="refused", given=attachment.name, findings=refusals, model=model, whole_mail=whole)
    known = _known(tx, attachment, verdict, asking)
    if known:
        _drop(tx, attachment, "duplicate", asking)
        if verdict.from_subject:
            known.choices = list(verdict.choices)  # it came again, with a subject that says more
        return known, _again(known, by, asking)
    file = _row(tx, attachment, letter, verdict, asking)
    act = Act.SENT if verdict.name else Act.HELD
    files.begin(tx, file, act, now=asking.now, channel=asking.channel, why=asking.believed)
    if verdict.name:
        return file, enter(tx, file, verdict, asking)
    return file, held_outcome(file, verdict, by, asking)


def _suggestions(
    attachments: Sequence[Attachment], letter: Letter, by: Convention, asking: Asking
) -> dict[str, tuple[str, ...]]:
    """What the subject suggests for each file whose own name says nothing, by the file's part of the mail."""
    if not letter.subject:
        return {}
    verdicts = [(one, filename.judge(one.name, by, today(asking))) for one in attachments]
    lost = [one for one, said in verdicts if not (said.name or said.meant or said.choices or said.refused)]
    alone = len(lost) == 1
    return {
        one.part: filename.composed(letter.subject, one.name, by, today(asking), part=None if alone else at)
        for at, one in enumerate(lost)
    }


def _too_many(tx: Session, attachments: Sequence[Attachment], asking: Asking) -> notices.Outcomes:
    for attachment in attachments:
        _drop(tx, attachment, "refused", asking)
    fault = Finding(fault="too-many", found=str(FILES_MAX))
    return answer([Outcome(verdict="refused", given=f"{len(attachments)} files", findings=(fault,))])


def _known(tx: Session, attachment: Attachment, verdict: Verdict, asking: Asking) -> File | None:
    """The file that this one would repeat."""
    sha256 = attachment.sha256
    if verdict.name is None:
        held = files.same_held(tx, sha256=sha256, given=verdict.given, sent_by=asking.person.id)
        if held or verdict.meant is None:
            return held
    whole = verdict.meant or str(verdict.name)
    return files.same(tx, sha256=sha256, name=whole, school=whole.partition("_")[0])


def _row(tx: Session, attachment: Attachment, letter: Letter, verdict: Verdict, asking: Asking) -> File:
    school = verdict.name.school if verdict.name else None
    columns = {
        "reference": new_reference(tx, asking),
        "school": school,
        "service": verdict.name.service if verdict.name else None,
        "name": str(verdict.name) if verdict.name else verdict.given,
        "given": verdict.given,
        "meant": verdict.meant,
        "choices": list(verdict.choices),
        "size": attachment.size,
        "sha256": attachment.sha256,
        "tag": letter.tag,
        "comment": letter.comment,
        "sent_by": asking.person.id,
        "object_id": attachment.object_id,
    }
    at = roster.establishment(tx, asking.person, school) if school else None
    return new_file(columns, sender=asking.person, establishment=at)


def _again(known: File, by: Convention, asking: Asking) -> Outcome:
    """What is told of a file that was here already: one that is held is offered once more."""
    if known.status is Status.HELD:
        return held_still(known, by, asking)
    return Outcome(verdict="duplicate", given=known.given, file=facts(known, asking.settings))


def _contents_faults(attachment: Attachment, asking: Asking) -> tuple[Finding, ...]:
    if attachment.absent:
        return (Finding(fault=attachment.absent, found=str(attachment.size)),)
    if attachment.size == 0:
        return (Finding(fault="empty"),)
    if attachment.size > asking.settings.files.attachment_bytes_max:
        return (Finding(fault="too-large", found=str(attachment.size)),)
    return ()


def _drop(tx: Session, attachment: Attachment, why: str, asking: Asking) -> None:
    if not attachment.absent:
        files.order_destruction(tx, attachment.object_id, why=why, now=asking.now)
