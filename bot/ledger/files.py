"""Changing a file, and only here: compare-and-set on its version, history in the same transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from bot.ledger import history, surfaces
from bot.ledger.entering import enter_file
from bot.ledger.prepared import Prepared
from bot.ledger.tables import Contents, DestroyOrder, File, Table
from bot.rules import lifecycle
from bot.rules.lifecycle import Act, Status

_ORDER: Prepared[str] = Prepared(insert(Table.metadata.tables[DestroyOrder.__tablename__]).prefix_with("OR REPLACE"))
THAWED: dict[str, Any] = {"frozen_by": None, "frozen_at": None}


def begin(tx: Session, file: File, act: Act, *, now: datetime, channel: str, why: str = "") -> File:
    """Enter a new file, whose life begins with this act of its sender. `why`: they were believed to be who they are."""
    file.status, file.version, file.sent_at = lifecycle.BEGINS[act], 1, now
    file.contents, file.ever_received = Contents.KEPT, False
    enter_file(tx, file)
    history.record(tx, file, act, by=file.sent_by, now=now, why=why, channel=channel)
    surfaces.outdate(tx, file, now)
    return file


def change(
    tx: Session, file: File, act: Act, *, seen: int | None, by: int | None, now: datetime, channel: str,
    why: str = "", **columns: Any,
) -> bool:  # fmt: skip
    """Apply an act to the version of the file that was seen (None: the file as it is).

    False: the act is not open, or another act won; the file is as it now stands, and its history says who did what.
    """
    version = file.version if seen is None else seen
    after = leads_to(file, act)
    still = update(File).where(File.id == file.id, File.version == version)
    changed = still.values(status=after, version=version + 1, **_marks(act, by, now, why), **columns)
    if act in lifecycle.NEEDS_CONTENTS and is_to_be_destroyed(tx, file):
        after = None
    won = after is not None and tx.execute(changed.returning(File.id)).first() is not None
    tx.refresh(file)
    if won:
        history.record(tx, file, act, by=by, now=now, why=why, channel=channel)
        surfaces.outdate(tx, file, now)
        if act in lifecycle.DESTROYS:
            order_destruction(tx, file.object_id, file_id=file.id, why=act.value, now=now)
    return won


def leads_to(file: File, act: Act) -> Status | None:
    """Where the act leads from where the file stands, whoever does it; None where it is not open."""
    kept, frozen = file.contents is Contents.KEPT, file.frozen_at is not None
    return lifecycle.after(file.status, act, contents=kept, ever_received=file.ever_received, frozen=frozen)


def _marks(act: Act, by: int | None, now: datetime, why: str) -> dict[str, Any]:
    """What an act writes on the file besides its status."""
    marks: dict[Act, dict[str, Any]] = {
        Act.ACCEPTED: {"sent_at": now},
        Act.RECEIVED: {"received_by": by, "received_at": now, "ever_received": True},
        Act.REJECTED: {"rejected_by": by, "rejected_at": now, "reason": why},
        Act.RECALLED: {"recalled_by": by, "recalled_at": now, **THAWED},
        Act.FROZEN: {"frozen_by": by, "frozen_at": now},
        Act.RELEASED: THAWED,
        Act.MOVED: {"received_by": None, "received_at": None},
    }
    return marks.get(act, {})


def note(tx: Session, file: File, act: Act, *, by: int | None, now: datetime, channel: str, why: str = "") -> None:
    """Record what changes nothing about where the file stands, such as a download."""
    file.version += 1
    tx.flush()
    history.record(tx, file, act, by=by, now=now, why=why, channel=channel)


def destroyed(tx: Session, file: File, *, now: datetime, why: str, by: int | None = None) -> None:
    """The key of the contents is gone: say so. `by`: who ordered it, where that was nobody's act before."""
    file.contents = Contents.DESTROYED
    file.frozen_by, file.frozen_at = None, None  # there is nothing left to keep from anybody
    note(tx, file, Act.DESTROYED, by=by, now=now, channel="postroom", why=why)
    surfaces.outdate(tx, file, now)


def order_destruction(
    tx: Session, object_id: str, *, why: str, now: datetime, file_id: int | None = None, by: int | None = None
) -> None:
    """Give the word that contents must go; the vault carries it out after the commit. `by`: a person's own word."""
    order = {
        "object_id": object_id,
        "file_id": file_id,
        "why": why,
        "ordered_at": now,
        "ordered_by": by,
        "done_at": None,
    }
    _ORDER.change(tx, order)


def destroy_again(tx: Session, object_id: str, *, now: datetime) -> None:
    """What was destroyed has a key again, for an old copy of the key file was put in place: that is to go once more. Who
    gave the word at first, and when it was carried out, stays as it was."""
    before = tx.get(DestroyOrder, object_id)
    if before is None:
        order_destruction(tx, object_id, why="its key came back", now=now)
    else:
        before.done_at = None


def is_to_be_destroyed(tx: Session, file: File) -> bool:
    """Whether the word has been given, though the key may still be there."""
    return tx.get(DestroyOrder, file.object_id) is not None


LIVE = (Status.HELD, Status.CHECKING, Status.SENT, Status.RECEIVED)


# The ids are looked for first: mostly there are none, and a file comes with all who have acted on it.
_LIVE = select(File.id).where(
    File.sha256 == bindparam("sha256"), File.status.in_(LIVE), File.contents == Contents.KEPT
).order_by(File.id).limit(1)  # fmt: skip
_SAME: Prepared[int] = Prepared(_LIVE.where(
    File.status != Status.HELD, File.school == bindparam("school"), File.name == bindparam("name")
))  # fmt: skip
_SAME_HELD: Prepared[int] = Prepared(_LIVE.where(
    File.status == Status.HELD, File.given == bindparam("given"), File.sent_by == bindparam("sent_by")
))  # fmt: skip
_EARLIER: Prepared[int] = Prepared(select(File.id).where(
    File.school == bindparam("school"), File.name == bindparam("name"), File.id != bindparam("but"),
    File.status.in_((Status.SENT, Status.RECEIVED)),
).order_by(File.id.desc()).limit(1))  # fmt: skip
_HELD: Prepared[int] = Prepared(
    select(File.id).where(File.status == Status.HELD, File.sent_by == bindparam("sent_by")).order_by(File.id)
)


def same(tx: Session, *, sha256: str, name: str, school: str) -> File | None:
    """The file of which a rightly named one would be a duplicate: same content, name and school, still live."""
    return _first(tx, _SAME, sha256=sha256, name=name, school=school)


def same_held(tx: Session, *, sha256: str, given: str, sent_by: int) -> File | None:
    """The held file of which a misnamed one would be a duplicate: same content, same name, same sender."""
    return _first(tx, _SAME_HELD, sha256=sha256, given=given, sent_by=sent_by)


def earlier(tx: Session, *, name: str, school: str, but: int | None = None) -> File | None:
    """The newest settled file of that name from that school, whatever its contents."""
    return _first(tx, _EARLIER, name=name, school=school, but=but or 0)


def held_of(tx: Session, person_id: int) -> list[File]:
    """All that waits for this sender's word, oldest first."""
    ids = [number for (number,) in _HELD.rows(tx, {"sent_by": person_id})]
    return list(tx.scalars(select(File).where(File.id.in_(ids)).order_by(File.id))) if ids else []


def _first(tx: Session, ids: Prepared[int], **values: object) -> File | None:
    found = ids.first(tx, values)
    return tx.get_one(File, found) if found else None


def by_reference(tx: Session, reference: str) -> File | None:
    """The file of this reference, in its shown form."""
    return tx.scalar(select(File).where(File.reference == reference))
