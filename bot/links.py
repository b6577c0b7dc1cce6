"""One-time links: each made for one person, one file as it stands and one purpose, and opened once.

What makes a link unguessable is nowhere stored: its token is its id and an HMAC of that under a key of its own, so that
neither a copy of the database nor a row read by mistake opens anything (docs/decisions/0005).
"""

import base64
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
from bot.ledger.tables import File, Link, Person

SESSION = timedelta(minutes=15)
"""How long whoever opened a link may go on, and begin an interrupted download again."""
ID_CHARACTERS = 26
MAC_OCTETS = 16
"""Octets of the HMAC in a token: as hard to guess as the id (RFC 2104, section 5)."""


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


class LinkKey:
    """Makes the tokens of links, and knows its own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def token(self, link_id: str) -> str:
        """What stands in the address: lower-case letters and digits, which no mail program breaks."""
        return f"{link_id}{self._mac(link_id)}"

    def read(self, token: str) -> str | None:
        """The id in a token of ours; None for any other text."""
        link_id, mac = token[:ID_CHARACTERS], token[ID_CHARACTERS:]
        genuine = hmac.compare_digest(mac.encode("utf-8", "replace"), self._mac(link_id).encode())
        return link_id if genuine else None

    def form(self, token: str, browser: str) -> str:
        """What a form shown to this browser brings back, and no other page can know."""
        return hmac.digest(self._secret, f"form {token} {browser}".encode("utf-8", "replace"), "sha256").hex()

    def _mac(self, link_id: str) -> str:
        mac = hmac.digest(self._secret, f"link {link_id}".encode("utf-8", "replace"), "sha256")[:MAC_OCTETS]
        return base64.b32encode(mac).decode().rstrip("=").lower()


def make(
    tx: Session, purpose: Purpose, person: Person, files: Iterable[File], *, clock: Clock, now: datetime, days: int
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
