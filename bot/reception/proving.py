"""`verify`: which of the receipts that came with a message are genuine, and of what. A receipt is never a return."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from bot import notices, roster
from bot.arrival import Attachment, Opened
from bot.ledger import files
from bot.notices import Checked, Compared, FileFacts, Notice, Proven, Receipted
from bot.preparing import Brought
from bot.rules import commands
from bot.rules.authority import Sight
from bot.rules.commands import Command, Reading, Which
from bot.telling import Asking, facts

RECEIPTS_MAX = 10
"""Receipts of one message that are told of: each may be of many files."""
COMPARED_MAX = 100
"""Files of one message that are held against them."""


def is_asked(reading: Reading, opened: Opened) -> bool:
    """Whether the receipts of a message are to be checked: it says so, or it brings and says nothing else."""
    said = any(isinstance(command, commands.Verify) for command in reading.commands)
    return said or not (reading.commands or opened.attachments)


def without(reading: Reading) -> Reading:
    """What else a message asks for."""
    others = tuple(command for command in reading.commands if not isinstance(command, commands.Verify))
    return replace(reading, commands=others)


def aimed(reading: Reading, receipts: Sequence[Brought], asking: Asking) -> Reading:
    """An alarm beside a receipt, in no reply, is about the receipt's files: for those whom that tells of a wrong file."""
    documents = [one.judged.document for one in receipts[:RECEIPTS_MAX] if one.judged.document]
    about = Which(references=tuple(file.reference for document in documents for file in document.files))
    if asking.answered or about == Which():
        return reading

    def aim(command: Command) -> Command:
        if isinstance(command, commands.Freeze) and command.which == Which():
            return replace(command, which=about)
        return command

    return replace(reading, commands=tuple(aim(one) for one in reading.commands))


def verified(
    tx: Session, receipts: Sequence[Brought], others: Sequence[Attachment], asking: Asking, *, comment: str
) -> Notice:
    """The answer. Other files are held against the receipts by their hash and then destroyed: they are no returns.

    `comment`: what else they wrote, which may be a plea.
    """
    for attachment in (one for one in others if not one.absent):
        files.order_destruction(tx, attachment.object_id, why="only compared", now=asking.now)
    checked = tuple(_checked(tx, one, asking) for one in receipts[:RECEIPTS_MAX])
    proven = {file.then.sha256: file.then.reference for one in checked for file in one.files}
    compared = [Compared(name=one.name, reference=proven.get(one.sha256, "")) for one in others[:COMPARED_MAX]]
    left_out = len(receipts) - len(checked) + len(others) - len(compared)
    unread = bool(comment) and not commands.is_courtesy(comment)
    return notices.Verified(receipts=checked, compared=tuple(compared), left_out=left_out, unread=unread)


def _checked(tx: Session, brought: Brought, asking: Asking) -> Checked:
    verdict, document = brought.judged.verdict, brought.judged.document
    if document is None:
        return Checked(name=brought.name, verdict=verdict)
    return Checked(
        name=brought.name,
        verdict=verdict,
        issuer=document.authority.name,
        issued_at=document.issued_at,
        files=tuple(Proven(then=file, now=_now(tx, file, asking)) for file in document.files),
    )


def _now(tx: Session, then: Receipted, asking: Asking) -> FileFacts | None:
    """What became of a file; nothing to whoever may not see it, nor where the record has another file of that reference."""
    file = files.by_reference(tx, then.reference)
    if file is None or file.sha256 != then.sha256 or not roster.may(tx, asking.person, Sight.SEE, file):
        return None
    return facts(file, asking.settings)
