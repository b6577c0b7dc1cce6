"""Checkpoints: once a minute, what the newest entries of all histories are, signed over the checkpoint before.

Each file's history is a chain of its own, so the seal of its newest entry stands for all before it; a checkpoint names that
entry for each file that has new ones. What is cut off the end of a history, a file that is gone with all its history, a
chain put in place of another, are missed by the checkpoint that knew them. A record that is removed when its years are over
leaves a sealed trace (`history.remove`), which the next checkpoint signs: only such an absence is no fault.

Which entries are new is written beside each of them and not counted by time or place, so none is passed over that was
committed late. Somebody who may write to the whole database can take it back to an older state, checkpoints and all: that
is seen only from outside, by the number and seal that the log and every backup keep (`known_since`).
"""

import hmac
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Select, select, tuple_, update
from sqlalchemy.orm import Session

from bot.ledger import history
from bot.ledger.history import BEGINNING, seal_of_removal
from bot.ledger.tables import Checkpoint, Entry, File, Removal

ENTRIES_MAX = 5_000
"""Entries signed by one checkpoint at the most: bounds how long its write takes."""
AT = "%-d %B %Y at %H:%M UTC"


@dataclass(frozen=True)
class SigningKeys:
    """The keys of checkpoints, by the fingerprints of the master keys from which they were derived."""

    present: str
    """Of the master key with which new ones are signed."""
    known: Mapping[str, bytes] = field(repr=False)
    """The present one's, and those of earlier master keys: what they signed stays verifiable."""


def newest(tx: Session) -> Checkpoint | None:
    """The last one made."""
    return tx.scalar(select(Checkpoint).order_by(Checkpoint.id.desc()).limit(1))


def is_wanting(tx: Session) -> bool:
    """Is there something that no checkpoint has signed?"""
    unsigned = (select(Entry.sequence).where(Entry.checkpoint_id.is_(None)), _removals(unsigned=True))
    return any(tx.execute(one.limit(1)).first() for one in unsigned)


def make(tx: Session, keys: SigningKeys, now: datetime) -> Checkpoint:
    """Sign what is new, as far as one checkpoint may go; one without anything new only says that nothing was."""
    before, entries = newest(tx), list(tx.execute(_UNSIGNED))
    removed = list(tx.scalars(_removals(unsigned=True)))
    made = Checkpoint(
        id=before.id + 1 if before else 1, at=now, entries=len(entries), master=keys.present,
        heads={entry.reference: [entry.sequence, entry.seal.hex()] for entry in entries},
        removals={trace.reference: trace.seal.hex() for trace in removed},
    )  # fmt: skip
    made.seal = seal(keys.known[keys.present], before.seal if before else BEGINNING, made)
    tx.add(made)
    if entries:
        last = (entries[-1].file_id, entries[-1].sequence)
        signed = Entry.checkpoint_id.is_(None) & (tuple_(Entry.file_id, Entry.sequence) <= last)
        tx.execute(update(Entry).where(signed).values(checkpoint_id=made.id))
    for trace in removed:
        trace.checkpoint_id = made.id
    return made


_UNSIGNED = (
    select(File.reference, Entry.file_id, Entry.sequence, Entry.seal)
    .join(File, File.id == Entry.file_id)
    .where(Entry.checkpoint_id.is_(None))
    .order_by(Entry.file_id, Entry.sequence)
    .limit(ENTRIES_MAX)
)


def _removals(*, unsigned: bool) -> Select[Removal]:
    found = select(Removal)
    return found.where(Removal.checkpoint_id.is_(None)) if unsigned else found


def seal(key: bytes, before: bytes, one: Checkpoint) -> bytes:
    """What nobody can write who has no key."""
    fixed = [one.id, one.at.astimezone(UTC).isoformat(), one.entries, one.heads, one.removals, one.master]
    return hmac.digest(key, before + json.dumps(fixed, sort_keys=True).encode(), "sha256")


def known_since(tx: Session, number: int, sealed: str) -> bool:
    """Whether this record is a continuation of the one that had the checkpoint of this number with this seal."""
    found = tx.get(Checkpoint, number)
    return found is not None and hmac.compare_digest(found.seal.hex(), sealed)


@dataclass
class _Known:
    """What all checkpoints together say was there."""

    heads: dict[str, list[tuple[int, str, datetime]]] = field(default_factory=lambda: defaultdict(list))
    """By reference: number and seal of an entry, and when it was signed."""
    removals: dict[str, str] = field(default_factory=dict)


_Found = tuple[bytes, int | None]
"""The seal of an entry, and the checkpoint that it says signed it."""


def faults(tx: Session, keys: SigningKeys) -> Iterator[str]:
    """Whatever the checkpoints know and the record does not have, in words for the administrator."""
    known = _Known()
    yield from _chain_faults(tx, keys, known)
    removed = dict[str, Removal]()
    for trace in tx.scalars(_removals(unsigned=False)):
        if history.sealing_of(tx).genuine(trace.seal, trace.at, partial(seal_of_removal, trace=trace)):
            removed[trace.reference] = trace
        else:
            yield f"{trace.reference}: the note that its record was removed is forged or altered"
    yield from _missing(tx, known, removed)


def _chain_faults(tx: Session, keys: SigningKeys, known: _Known) -> Iterator[str]:
    before, expected = BEGINNING, 1
    for one in tx.scalars(select(Checkpoint).order_by(Checkpoint.id)).yield_per(100):
        if one.id != expected:
            yield f"checkpoint {expected} is missing" + (
                f", and all up to {one.id - 1}" if one.id - 1 > expected else ""
            )
        elif (key := keys.known.get(one.master)) is None:
            yield f"checkpoint {one.id} was signed under master key {one.master}, which is not known here"
        elif not hmac.compare_digest(one.seal, seal(key, before, one)):
            yield f"checkpoint {one.id} of {one.at:{AT}} was altered"
        before, expected = one.seal, one.id + 1
        known.removals |= one.removals
        for reference, (sequence, sealed) in one.heads.items():
            known.heads[reference].append((sequence, sealed, one.at))
    if (beyond := tx.scalar(select(Entry.checkpoint_id).where(Entry.checkpoint_id >= expected).limit(1))) is not None:
        yield f"checkpoint {beyond} is missing: entries of histories say that it signed them"


def _missing(tx: Session, known: _Known, removed: Mapping[str, Removal]) -> Iterator[str]:
    entries = select(File.reference, Entry.sequence, Entry.seal, Entry.checkpoint_id).join(
        File, File.id == Entry.file_id
    )
    found: dict[str, dict[int, _Found]] = defaultdict(dict)
    for reference, sequence, sealed, checkpoint_id in tx.execute(entries).yield_per(1000):
        found[reference][sequence] = (sealed, checkpoint_id)
    for reference, heads in known.heads.items():
        if reference not in removed and (fault := _fault_of(found[reference], heads)):
            yield f"{reference}: {fault}"
    for reference, theirs in found.items():
        if reference in removed:
            yield f"{reference}: its record was removed, and is there"
        signed = max((sequence for sequence, _, _ in known.heads.get(reference, ())), default=0)
        if early := min((one for one, (_, claims) in theirs.items() if claims and one > signed), default=0):
            yield f"{reference}: entry {early} of its history says that it was signed, and no checkpoint did"
    gone = known.removals.keys() - removed.keys()
    yield from (f"{reference}: the note that its record was removed is gone" for reference in sorted(gone))


def _fault_of(entries: Mapping[int, _Found], heads: list[tuple[int, str, datetime]]) -> str:
    """The first thing that is missing of a file."""
    for sequence, sealed, at in heads:
        if not entries:
            return f"the file and its whole history are gone; it had {heads[-1][0]} entries on {heads[-1][2]:{AT}}"
        if sequence not in entries:
            last = max(heads)
            return f"its history was cut off: {last[0]} entries were there on {last[2]:{AT}}, {max(entries)} are"
        if not hmac.compare_digest(entries[sequence][0].hex(), sealed):
            return (
                f"its history was put in place of another: entry {sequence} is not the one that was signed on {at:{AT}}"
            )
    return ""
