"""A file's history: a chain of entries, each sealed with an HMAC over the one before.

An entry holds the salted digest of free text, not the text, in what is sealed: erasing words does not break the chain.
`faults` checks that the chain is whole and that the file's row is what its history implies.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from bot.ledger.entering import enter
from bot.ledger.tables import Entry, File
from bot.rules import lifecycle
from bot.rules.lifecycle import Act

BEGINNING = b"\0" * 32
SALT_BYTES = 16

IMPLIED = (
    "reference", "status", "school", "service", "name", "given", "sha256", "size", "object_id", "sent_by", "sent_at",
    "received_by", "received_at", "ever_received", "rejected_by", "rejected_at", "recalled_by", "recalled_at",
    "moved_from", "contents", "frozen_by", "frozen_at",
)  # fmt: skip
"""The columns of a file that its last entry records."""


def record(
    tx: Session, file: File, act: Act, *, by: int | None, now: datetime, why: str = "", channel: str = "postroom"
) -> None:
    """Append what befell the file at its present version. `by`: a person's id, None for Postroom itself."""
    salt = secrets.token_bytes(SALT_BYTES)
    entry = Entry(
        file_id=file.id, sequence=file.version, at=now, act=act, person_id=by, channel=channel, why=why,
        salt=salt, digest=digest(salt, why), implies={column: _plain(getattr(file, column)) for column in IMPLIED},
    )  # fmt: skip
    before = last_seal(tx, file.id) if file.version > 1 else BEGINNING
    entry.seal = seal(tx.info["key"], before, entry)
    enter(tx, entry)


def _plain(value: object) -> object:
    """As it can stand in an entry: a moment in UTC, all else as it is."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def digest(salt: bytes, words: str) -> bytes:
    """What stands for free text in the chain."""
    return hashlib.sha256(salt + words.encode()).digest()


def seal(key: bytes, before: bytes, entry: Entry) -> bytes:
    """The entry's seal over all that must never change of it."""
    fixed: list[Any] = [
        entry.file_id, entry.sequence, entry.at.isoformat(), entry.act.value, entry.person_id, entry.channel,
        entry.salt.hex(), entry.digest.hex(), entry.implies,
    ]  # fmt: skip
    return hmac.digest(key, before + json.dumps(fixed, sort_keys=True).encode(), "sha256")


def last_seal(tx: Session, file_id: int) -> bytes:
    """The seal that the next entry is chained to."""
    newest = select(Entry.seal).where(Entry.file_id == file_id).order_by(Entry.sequence.desc()).limit(1)
    return tx.scalar(newest) or BEGINNING


def of(tx: Session, file: File) -> list[Entry]:
    """All that befell a file, oldest first."""
    return list(tx.scalars(select(Entry).where(Entry.file_id == file.id).order_by(Entry.sequence)))


def first(tx: Session, file: File) -> Entry:
    """How a file's life began."""
    return tx.get_one(Entry, (file.id, 1))


def last(file: File, act: Act) -> Entry | None:
    """When this last befell a file, and through whom: None where it never did."""
    tx = object_session(file)
    done = select(Entry).where(Entry.file_id == file.id, Entry.act == act).order_by(Entry.sequence.desc()).limit(1)
    return tx.scalar(done) if tx else None


def changed_since(tx: Session, file: File, version: int) -> bool:
    """Whether anything befell the file after that version that changed where it stands; a download, say, does not."""
    changing = {act for _, act in lifecycle.LEADS_TO} - lifecycle.LEAVES_STANDING
    later = select(Entry.sequence).where(Entry.file_id == file.id, Entry.sequence > version, Entry.act.in_(changing))
    return tx.scalar(later.limit(1)) is not None


def faults(tx: Session) -> Iterator[str]:
    """Whatever in the record is not as its seals say, in words for the administrator."""
    for file in tx.scalars(select(File).order_by(File.id)).yield_per(500):
        yield from (f"{file.reference}: {fault}" for fault in _faults_of(tx, file))


def _faults_of(tx: Session, file: File) -> Iterator[str]:
    before, entries = BEGINNING, of(tx, file)
    for place, entry in enumerate(entries, start=1):
        if entry.sequence != place:
            yield f"entry {place} of its history is missing"
            return
        if not hmac.compare_digest(entry.seal, seal(tx.info["key"], before, entry)):
            yield f"entry {place} of its history ({entry.act}) was altered"
        if entry.why and not hmac.compare_digest(entry.digest, digest(entry.salt, entry.why)):
            yield f"the words of entry {place} of its history ({entry.act}) were altered"
        before = entry.seal
    yield from _row_faults(file, entries)


def _row_faults(file: File, entries: list[Entry]) -> Iterator[str]:
    if file.version != len(entries):
        yield f"its row is at version {file.version}, its history has {len(entries)} entries"
    if not entries:
        return
    for column in IMPLIED:
        said = entries[-1].implies.get(column)  # an entry older than the column says that it was empty
        found = _plain(getattr(file, column))
        if found != said:
            yield f"its row says {column} = {found}, its history says {said}"
