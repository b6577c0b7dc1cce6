"""Who may have a file's contents, and in which way."""

from sqlalchemy.orm import Session

from bot import roster
from bot.ledger.tables import Contents, File
from bot.rules.lifecycle import DESTROYS, LEADS_TO, Act, Status
from bot.rules.somebody import Somebody

GONE = frozenset(LEADS_TO[step] for step in LEADS_TO if step[1] in DESTROYS)
"""Where a file stands whose contents are destroyed, or about to be."""


def are_there(file: File) -> bool:
    """Whether anybody can still have the contents."""
    return file.contents is Contents.KEPT and file.status not in GONE


def may_have(tx: Session, person: Somebody, file: File, way: Act) -> bool:
    """Whether they may have the contents in this way: a school's copies them, an officer downloads what is received.

    docs/rules.md, «Actors» and «A file's life».
    """
    is_open = file.frozen_at is None and (way is Act.COPIED or file.status is Status.RECEIVED)
    return is_open and roster.may(tx, person, way, file)


def way(tx: Session, person: Somebody, file: File) -> Act | None:
    """How this person may have the contents; None: not at all."""
    return next((one for one in (Act.COPIED, Act.DOWNLOADED) if may_have(tx, person, file, one)), None)


def may_receive(tx: Session, person: Somebody, file: File) -> bool:
    """Whether they may have them once they receive the file."""
    return file.status is Status.SENT and file.frozen_at is None and roster.may(tx, person, Act.RECEIVED, file)
