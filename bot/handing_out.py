"""Who may have a file's contents, and the record that they had them."""

from sqlalchemy.orm import Session

from bot import roster
from bot.ledger.tables import Contents, File, Person
from bot.rules.lifecycle import DESTROYS, LEADS_TO, Act, Status

GONE = frozenset(LEADS_TO[step] for step in LEADS_TO if step[1] in DESTROYS)
"""Where a file stands whose contents are destroyed, or about to be."""


def are_there(file: File) -> bool:
    """Whether anybody can still have the contents."""
    return file.contents is Contents.KEPT and file.status not in GONE


def way(tx: Session, person: Person, file: File) -> Act | None:
    """How this person may have the contents: a school's copies them, an officer downloads what is received.

    None: not at all (docs/rules.md, «Actors» and «A file's life»).
    """
    if roster.may(tx, person, Act.COPIED, file):
        return Act.COPIED
    if file.status is Status.RECEIVED and roster.may(tx, person, Act.DOWNLOADED, file):
        return Act.DOWNLOADED
    return None


def may_receive(tx: Session, person: Person, file: File) -> bool:
    """Whether they may have them once they receive the file."""
    return file.status is Status.SENT and roster.may(tx, person, Act.RECEIVED, file)
