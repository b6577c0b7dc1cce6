"""Puts a backup back on a clean machine, step by step; the record gets its name last, so that a restore cut off is begun again.

Nothing destroyed comes back: the keys are the live ones, or their live mirror, never part of a backup. Nobody gets anything
by an old link, and nothing is told a second time without an administrator's word.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot import telling, verifying
from bot.backup.loss import Loss, settle
from bot.backup.manifest import CONFIG, LEDGER, VAULT, BackupFailed, Generation, Manifest, generations, strangers
from bot.ledger import Ledger, files, upkeep
from bot.ledger.checkpoints import SigningKeys
from bot.ledger.tables import Contents, File, Link, OutboxItem, OutboxState, Proof
from bot.ledger.upkeep import Chore
from bot.receipts import KEY_FILE
from bot.rules.lifecycle import Act, Status
from bot.settings import Settings
from bot.telling import Occasion
from bot.vault import MasterKey, Vault, mirror
from bot.vault.disk import sync_path

UNSETTLED = (Status.HELD, Status.CHECKING)
AT = "%-d %B %Y at %H:%M UTC"


@dataclass(frozen=True)
class Restored:
    """What is different from what the backup says, and what is lost."""

    destroyed: tuple[str, ...]
    """References of files whose key was destroyed after the backup."""
    came_back: tuple[str, ...]
    """References of files that were destroyed, and whose keys were here: these are an old copy."""
    missing: tuple[str, ...]
    """Of files that have their key, and whose sealed contents are neither in the backup nor here."""
    held_back: int
    """Notices that were waiting, and perhaps have been delivered since."""
    links_ended: int
    rests_until: datetime
    """Before this nothing is destroyed for its age."""
    loss: Loss


def chosen(place: Path, name: str | None) -> Generation:
    """The generation of this name, or the newest one, whole. Raises `BackupFailed`."""
    there = generations(place)
    if not there:
        raise BackupFailed(
            f"There is no complete backup in {place}. Name the folder that was given to postroom backup."
        )
    found = there[-1] if name is None else next((one for one in there if one.name == name), None)
    if found is None:
        raise BackupFailed(f"There is no {name} in {place}. There are: {', '.join(one.name for one in there)}.")
    if strange := next(strangers(place), None):
        raise BackupFailed(f"{strange}, and is not read. See who else writes there, move it away and type it again.")
    if damages := list(found.damages()):
        others = [one.name for one in there if one is not found]
        remedy = f"Try --generation with one of {', '.join(others)}" if others else "There is no other in this folder"
        raise BackupFailed(f"The backup {found.name} is damaged: {'; '.join(damages)}. {remedy}.")
    return found


def put_configuration(generation: Generation, directory: Path) -> list[Path]:
    """The configuration, where there is none; and `receipts.pub`, which proves receipts of the past. What was put there."""
    directory.mkdir(mode=0o755, parents=True, exist_ok=True)
    is_configured = any(directory.glob("*.toml"))
    put = []
    for name in sorted(generation.manifest.parts):
        into = directory / Path(name).name
        if Path(name).parent != Path(CONFIG) or not (into.suffix == ".toml" or into.name == KEY_FILE):
            continue
        if not into.exists() and not (is_configured and into.suffix == ".toml"):
            generation.copy(name, into)
            put.append(into)
    return put


def check_ours(generation: Generation, keys: SigningKeys) -> None:
    """Raises `BackupFailed` where somebody else wrote it, who may have put anybody on the list of people."""
    if not generation.manifest.is_ours(keys):
        raise BackupFailed(
            f"The backup {generation.name} was not sealed with this master key, nor with an earlier one of these keys: "
            "somebody else wrote it, or changed it since. Nothing of it is put back. Try another generation. If you know "
            "better who wrote it, say --unsealed, and look at all people and settings before you start Postroom."
        )


def check_apart(settings: Settings, place: Path) -> None:
    """Raises `BackupFailed` where the configuration, which may have come from the backup, would have its seal judged by a master
    key that lies in it: whoever wrote the one wrote the other."""
    if settings.keys.master_key is None and place.resolve() in settings.keys.master_key_file.resolve().parents:
        raise BackupFailed(
            f"The configuration names a master key within the backup, {settings.keys.master_key_file}, and no backup holds "
            f"one. See who else writes there; name the real one in {settings.directory}, in master_key_file of [keys]."
        )


def check_clean(settings: Settings) -> None:
    """Raises `BackupFailed` where there is a record already."""
    if settings.ledger.file.exists():
        raise BackupFailed(
            f"There is a record at {settings.ledger.file} already, and it is not overwritten. If it is to be given up, "
            "stop Postroom and move it away, with its -wal and -shm files."
        )


def put_keys(settings: Settings, given: Path | None, master: MasterKey, *, all_destroyed: bool = False) -> Path:
    """See that the keys are in their place; from where they are. `all_destroyed`: where there are none, they begin empty.
    Raises `BackupFailed`."""
    path = settings.keys.path
    if path.exists():
        if given:
            raise BackupFailed(f"There are keys at {path} already: leave --keys out, or move them away.")
        return path
    source = given or settings.keys.mirror
    if given is None and all_destroyed and not (source and source.exists()):
        return _begun(settings, master)
    if source is None or not source.is_file():
        raise BackupFailed(
            f"There are no keys at {path}{f' nor at {source}' if source else ''}. They are in no backup. Put the live "
            "key database back there from its disk, or name it, or its mirror, with --keys. Never use an old copy: it "
            "would bring back what has been destroyed since. Without keys no contents can be read: if they are lost for good, "
            "say --all-destroyed, and the record alone is put back."
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.restoring")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", (str(part),))
    sync_path(part)
    part.rename(path)
    sync_path(path.parent)
    return source


def _begun(settings: Settings, master: MasterKey) -> Path:
    path, second = settings.keys.path, settings.keys.mirror
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if second:
        mirror(path, second, master)
    return path


def put_contents(place: Path, vault: Vault) -> int:
    """All that the backup has and whose key is here; how many there were."""
    return vault.copy_from(place / VAULT).new


def put_record(generation: Generation, settings: Settings) -> Path:
    """The record beside where it is to be, under a name that nothing opens; that name."""
    path = settings.ledger.file
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.restoring")
    for old in path.parent.glob(f"{part.name}*"):
        old.unlink()
    part.touch(mode=0o600)
    generation.copy(LEDGER, part)
    sync_path(part)
    return part


def complete(part: Path, settings: Settings) -> None:
    """Give the record its name: from now on it can be served."""
    sync_path(part)
    part.rename(settings.ledger.file)
    sync_path(part.parent)


def check_keys(ledger: Ledger, vault: Vault) -> None:
    """Raises `BackupFailed` where not one of the files can be read: then these are hardly the right keys."""
    kept = set(
        ledger.read_now(lambda tx: tx.scalars(select(File.object_id).where(File.contents == Contents.KEPT)).all())
    )
    if kept and not kept.intersection(vault.with_keys()):
        raise BackupFailed(
            f"The keys are those of none of the {len(kept)} files whose contents this backup says are kept. Put the "
            "right key database in place. If all of them have been destroyed since, say --all-destroyed."
        )


def bring_up_to_date(ledger: Ledger, vault: Vault, manifest: Manifest, occasion: Occasion) -> Restored:
    """Bring the record up to what has happened since, as far as that can be known. What must still be destroyed is
    ordered, and not yet done."""
    with_keys, on_shelf = set(vault.with_keys()), set(vault.on_shelf())
    return ledger.write_now(lambda tx: _brought_up(tx, with_keys, on_shelf, manifest.taken_at, occasion))


def _brought_up(
    tx: Session, with_keys: set[str], on_shelf: set[str], backup_at: datetime, occasion: Occasion
) -> Restored:
    rests_until = occasion.now + timedelta(days=occasion.settings.retention.rest_days_after_restore)
    upkeep.note(tx, Chore.RETENTION_RESTS, rests_until)
    upkeep.note(tx, Chore.BACKED_UP, backup_at)
    restored = Restored(
        destroyed=tuple(_say_destroyed(tx, with_keys, backup_at, occasion.now)),
        came_back=tuple(_destroy_again(tx, with_keys, occasion.now)),
        missing=tuple(_missing(tx, with_keys - on_shelf)),
        held_back=_hold_back(tx, backup_at),
        links_ended=_end_links(tx, occasion.now),
        rests_until=rests_until,
        loss=settle(tx, with_keys, backup_at),
    )
    telling.alert(tx, "A backup was put back", list(lines(restored, backup_at)), occasion)
    return restored


def _say_destroyed(tx: Session, with_keys: set[str], backup_at: datetime, now: datetime) -> Iterator[str]:
    why = f"its key was destroyed after the backup of {backup_at:{AT}}, which was put back"
    for number, reference in list(verifying.unreadable(tx, with_keys)):
        file = tx.get_one(File, number)
        if file.status in UNSETTLED:
            files.change(tx, file, Act.DISCARDED, seen=None, by=None, now=now, channel="postroom", why=why)
        else:
            files.destroyed(tx, file, now=now, why=why)
        yield reference


def _destroy_again(tx: Session, with_keys: set[str], now: datetime) -> Iterator[str]:
    for reference, object_id in list(verifying.returned(tx, with_keys)):
        files.destroy_again(tx, object_id, now=now)
        yield reference


def _missing(tx: Session, without_contents: set[str]) -> Iterator[str]:
    kept = select(File.reference, File.object_id).where(File.contents == Contents.KEPT).order_by(File.id)
    return (reference for reference, object_id in tx.execute(kept) if object_id in without_contents)


def _hold_back(tx: Session, backup_at: datetime) -> int:
    """Whether these were delivered since is not known: an administrator has them sent, or leaves them."""
    waiting = OutboxItem.state.in_((OutboxState.WAITING, OutboxState.SENDING))
    count = tx.scalar(select(func.count()).select_from(OutboxItem).where(waiting)) or 0
    why = f"it waited when the backup of {backup_at:{AT}} was taken, which was put back: perhaps it was delivered since"
    held = update(OutboxItem).where(waiting).values(state=OutboxState.FAILED, error=why, lease=None, leased_until=None)
    tx.execute(held)
    return count


def _end_links(tx: Session, now: datetime) -> int:
    """One that has been used since would open once more: whoever presses an old one is mailed a new one."""
    unused = (Link.opened_at.is_(None)) & (Link.expires_at > now)
    count = tx.scalar(select(func.count()).select_from(Link).where(unused)) or 0
    tx.execute(update(Link).where(unused).values(expires_at=now))
    tx.execute(update(Link).where(Link.session_until > now).values(session_until=now))
    tx.execute(update(Proof).where(Proof.used_at.is_(None), Proof.expires_at > now).values(expires_at=now))
    return count


def lines(restored: Restored, backup_at: datetime) -> Iterator[str]:
    """What an administrator must know of it, and do."""
    loss = restored.loss
    known = (
        f"At least {loss.messages} messages that were acknowledged after that are lost."
        if loss.messages
        else "No message is known to be lost that came after that; but one that was handled may have left no trace."
    )
    yield f"The record stands as it was on {backup_at:{AT}}. {known} Ask the schools to send again what they have sent since."
    for one in loss.finished:
        yield f"Message {one.id} from {one.sender} ({one.subject}) was handled after it, and what became of it is lost."
    if restored.destroyed:
        yield f"Destroyed after it, and marked so: {', '.join(restored.destroyed)}."
    if restored.came_back:
        yield (
            f"The keys are an old copy: they had those of what had been destroyed before: {', '.join(restored.came_back)}. "
            "These are destroyed once more. What was destroyed since that copy was made and after the backup has come back: "
            "put the newest keys in place, and destroy that copy."
        )
    if restored.missing:
        yield f"Their contents are in neither the backup nor the vault: {', '.join(restored.missing)}."
    if restored.held_back:
        yield (
            f"{restored.held_back} notices waited then and have perhaps been delivered since. They are not sent: see "
            "postroom outbox list --state failed, and have those sent that are still owed with postroom outbox retry."
        )
    yield (
        "People who left after it may act again until they are removed: import the newest list of people before "
        "Postroom is started. Links from before it are ended; an old link mails its owner a new one."
    )
    yield f"Until {restored.rests_until:{AT}} nothing is destroyed for its age: rest_days_after_restore in [retention]."
