"""Makes the mirror of a key file, or brings one of the two back from the other: only ever because somebody asks for it."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.vault.disk import disk_errors, give_like
from bot.vault.equalising import differences, make_equal
from bot.vault.keyfile import KeyFile, State
from bot.vault.keylock import KeyLock
from bot.vault.master import BadMasterKey, MasterKey
from bot.vault.pair import FOREIGN, Unpaired, begun


@dataclass(frozen=True)
class Mirrored:
    """What was done to make the two equal."""

    source: Path
    copy: Path
    made: bool
    """The copy was not there before."""
    keys: int
    """How many each of them holds now."""
    changed: int
    """How many of the copy's were another, missing, or there and should not be."""


def mirror(path: Path, mirror_path: Path, master: MasterKey) -> Mirrored:
    """Make the one that is missing, or bring the older one up to the newer; if neither is there, both begin empty.

    Raises Unavailable, Unpaired where they belong to different post offices, and BadMasterKey where the one that would
    be copied was made with another master key.
    """
    for place in (path, mirror_path):
        if not place.parent.is_dir():
            raise Unpaired(NO_FOLDER.format(folder=place.parent))
    # only a mirror that nobody has yet is made while others are at work
    with KeyLock(path, alone=mirror_path.exists()):
        there = {place for place in (path, mirror_path) if place.exists()}
        with closing(KeyFile.make(path)) as primary, closing(KeyFile.make(mirror_path)) as second:
            return _copied(primary, second, there, master)


def compare(path: Path, mirror_path: Path) -> int:
    """In how many keys the two differ. Raises Unavailable."""
    with disk_errors("comparing keys"), closing(KeyFile(path)) as one, closing(KeyFile(mirror_path)) as other:
        return differences(one, other)


def _copied(primary: KeyFile, second: KeyFile, there: set[Path], master: MasterKey) -> Mirrored:
    with disk_errors("mirroring the keys"):
        if primary.state() is None and second.state() is None:
            begun(primary, master.fingerprint)
        ours, theirs = primary.state(), second.state()
        source, copy = (second, primary) if _steps(theirs) > _steps(ours) else (primary, second)
        _check(source, copy, master)
        give_like(copy.path, source.path)
        changed = differences(source, copy)
        make_equal(source, copy)
        copy.empty_log()
        count = int(source.database.execute("SELECT count(*) FROM keys").fetchone()[0])
    return Mirrored(source.path, copy.path, made=copy.path not in there, keys=count, changed=changed)


def _steps(state: State | None) -> int:
    return state.steps if state else -1


def _check(source: KeyFile, copy: KeyFile, master: MasterKey) -> None:
    right, wrong = source.state(), copy.state()
    if right and wrong and right.pair != wrong.pair:
        raise Unpaired(FOREIGN.format(path=source.path, mirror=copy.path))
    if right and right.master != master.fingerprint:
        raise BadMasterKey(
            f"{source.path}: its keys were made with master key {right.master}, but the one given is "
            f"{master.fingerprint}. Put the right master key file back."
        )


NO_FOLDER = (
    "There is no folder {folder}. Is its disk mounted? If it is, make the folder, for Postroom's user alone: "
    "install -d -m 700 -o postroom {folder}"
)
