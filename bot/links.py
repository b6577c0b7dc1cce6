"""One-time links: each made for one person, one file as it stands and one purpose, and opened once.

What makes a link unguessable is nowhere stored: its token is its id and an HMAC of that under a key of its own, so that
neither a copy of the database nor a row read by mistake opens anything (docs/decisions/0005).
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.ledger import history
from bot.ledger.entering import enter
from bot.ledger.kinds import Purpose
from bot.ledger.tables import File, Link
from bot.rules.somebody import Somebody

SESSION = timedelta(minutes=15)
"""How long whoever opened a link may go on, and begin an interrupted download again."""


class Standing(Enum):
    """Where a link stands for the browser that shows it."""

    OPEN = auto()
    """Not used yet."""
    IN_SESSION = auto()
    """This browser opened it, and may go on."""
    ELSEWHERE = auto()
    """Another browser opened it just now."""
    USED = auto()
    EXPIRED = auto()
    OUTDATED = auto()
    """The file has changed since the link was made."""


@dataclass(frozen=True)
class Visit:
    """Somebody's browser with a link."""

    token: str
    browser: str | None
    """What this browser was given to keep, by which it is known again."""


def make(
    tx: Session, purpose: Purpose, person: Somebody, files: Iterable[File], *, clock: Clock, now: datetime, days: int
) -> dict[str, str]:
    """A link for this person to each file: the id of each by the file's reference."""
    made = {file.reference: clock.token() for file in files}
    until = now + timedelta(days=days)
    rows = [
        {
            "id": made[file.reference], "purpose": purpose, "person_id": person.id, "file_id": file.id,
            "version": file.version, "made_at": now, "expires_at": until,
        }
        for file in files
    ]  # fmt: skip
    enter(tx, Link, *rows)
    return made


def standing(tx: Session, link: Link, browser: str | None, now: datetime) -> Standing:
    """Where the link stands. `browser`: what the one that shows it was given to keep, if anything."""
    if link.opened_at is not None:
        if link.session_until is None or link.session_until <= now:
            return Standing.USED
        ours = browser is not None and hmac.compare_digest(link.session or b"", _kept(browser))
        return Standing.IN_SESSION if ours else Standing.ELSEWHERE
    if link.expires_at <= now:
        return Standing.EXPIRED
    return Standing.OUTDATED if history.changed_since(tx, link.file, link.version) else Standing.OPEN


def begin_session(tx: Session, link: Link, browser: str, now: datetime) -> None:
    """The link is used, by this browser; only the first can do so."""
    unused = update(Link).where(Link.id == link.id, Link.opened_at.is_(None))
    tx.execute(unused.values(opened_at=now, session=_kept(browser), session_until=now + SESSION))
    tx.refresh(link)


def _kept(browser: str) -> bytes:
    return hashlib.sha256(browser.encode("utf-8", "replace")).digest()
