"""A file's history: a chain of entries, each sealed with an HMAC over the one before.

An entry holds the salted digest of free text, not the text, in what is sealed: erasing words does not break the chain.
`faults` checks that each chain is whole and that each file's row is what its history implies. That no newest entry, and no
whole file, was taken away is known by the checkpoints over them (`bot.ledger.checkpoints`).
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session, object_session

from bot.ledger.entering import enter
from bot.ledger.sealing import Sealing
from bot.ledger.tables import Entry, File, Removal
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
    entry = {
        "file_id": file.id, "sequence": file.version, "at": now, "act": act, "person_id": by, "channel": channel, "why": why,
        "salt": salt, "digest": digest(salt, why), "implies": {column: _plain(getattr(file, column)) for column in IMPLIED},
    }  # fmt: skip
    before = last_seal(tx, file.id) if file.version > 1 else BEGINNING
    enter(tx, Entry, entry | {"seal": seal(tx.info["key"], before, entry)})


def _plain(value: object) -> object:
    """As it can stand in an entry: a moment in UTC, all else as it is."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def digest(salt: bytes, words: str) -> bytes:
    """What stands for free text in the chain."""
    return hashlib.sha256(salt + words.encode()).digest()


def seal(key: bytes, before: bytes, entry: Mapping[str, Any]) -> bytes:
    """The entry's seal over all that must never change of it, by its columns."""
    fixed: list[Any] = [
        entry["file_id"], entry["sequence"], entry["at"].isoformat(), entry["act"].value, entry["person_id"],
        entry["channel"], entry["salt"].hex(), entry["digest"].hex(), entry["implies"],
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


def remove(tx: Session, file: File, *, now: datetime, why: str) -> None:
    """Remove a file's history, whose years are over, and leave the trace by which its absence is known to be lawful.

    The caller then deletes the file's row, in the same transaction.
    """
    trace = Removal(reference=file.reference, at=now, why=why, sequence=file.version, head=last_seal(tx, file.id))
    trace.seal = seal_of_removal(tx.info["key"], trace)
    tx.add(trace)
    tx.execute(delete(Entry).where(Entry.file_id == file.id))


def seal_of_removal(key: bytes, trace: Removal) -> bytes:
    """What nobody can write who has no key."""
    fixed = ["removed", trace.reference, trace.at.isoformat(), trace.why, trace.sequence, trace.head.hex()]
    return hmac.digest(key, json.dumps(fixed).encode(), "sha256")


def sealing_of(tx: Session) -> Sealing:
    """What verifies one chain, or whatever else was sealed at a known time, from the first key on."""
    return Sealing(tx.info["retired"], tx.info["key"])


_ENTRIES = select(*Entry.__table__.columns).order_by(Entry.file_id, Entry.sequence)
_FILES = select(File.id, File.version, *(getattr(File, column) for column in IMPLIED)).order_by(File.id)
_AT_ONCE = 1000


def faults(tx: Session) -> Iterator[str]:
    """Whatever in the record is not as its seals say, in words for the administrator: each chain, and each file's row."""
    histories = groupby(tx.execute(_ENTRIES).yield_per(_AT_ONCE), lambda entry: int(entry.file_id))
    waiting = next(histories, None)
    for file in tx.execute(_FILES).yield_per(_AT_ONCE):
        while waiting and waiting[0] < file.id:
            yield _without_row(list(waiting[1]))
            waiting = next(histories, None)
        entries: list[Row[Any]] = []
        if waiting and waiting[0] == file.id:
            entries, waiting = list(waiting[1]), None
        yield from (f"{file.reference}: {fault}" for fault in _faults_of(sealing_of(tx), file, entries))
        waiting = waiting or next(histories, None)
    while waiting:
        yield _without_row(list(waiting[1]))
        waiting = next(histories, None)


def _without_row(entries: list[Row[Any]]) -> str:
    return f"{entries[-1].implies.get('reference')}: its history is there, and the row of the file is gone"


def _faults_of(sealing: Sealing, file: Row[Any], entries: list[Row[Any]]) -> Iterator[str]:
    before = BEGINNING
    for place, entry in enumerate(entries, start=1):
        if entry.sequence != place:
            yield f"entry {place} of its history is missing"
            return
        if not sealing.genuine(entry.seal, entry.at, partial(seal, before=before, entry=entry._asdict())):
            yield f"entry {place} of its history ({entry.act}) was altered"
        if entry.why and not hmac.compare_digest(entry.digest, digest(entry.salt, entry.why)):
            yield f"the words of entry {place} of its history ({entry.act}) were altered"
        before = entry.seal
    yield from _row_faults(file, entries)


def _row_faults(file: Row[Any], entries: list[Row[Any]]) -> Iterator[str]:
    if file.version != len(entries):
        yield f"its row is at version {file.version}, its history has {len(entries)} entries"
    if not entries:
        return
    for column in IMPLIED:
        said = entries[-1].implies.get(column)  # an entry older than the column says that it was empty
        found = _plain(getattr(file, column))
        if found != said:
            yield f"its row says {column} = {found}, its history says {said}"
