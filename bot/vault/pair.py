"""The key file and its mirror, a second live copy on another disk: every step is done to both, or counts for neither.

The two commit one after the other, and a crash may come in between. What is stored is committed to the mirror first, what is
destroyed is deleted from the key file first, and each file counts its steps. So after a crash one may be a step ahead, and
that one is right: the other is made equal to it before anything else is done. A stored key is then in both, though nobody
was told so; a deleted key is in neither (docs/decisions/0013).
"""

import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bot.vault.disk import Unavailable, disk_errors
from bot.vault.equalising import make_equal
from bot.vault.keyfile import KeyFile, State
from bot.vault.master import BadMasterKey


class Unpaired(Unavailable):
    """The key file and its mirror do not belong together as they are; says what to do. Nothing was changed."""


class Pair:
    """The open key file, with its mirror where there is one. For one thread at a time."""

    def __init__(self, path: Path, mirror: Path | None, masters: Sequence[str], *, busy_seconds: float = 5.0) -> None:
        """`masters`: fingerprints of the master keys, the present one first, with which the keys may be sealed.

        A key file without a mirror is made if it is missing; where a mirror is configured, neither is ever made here: a
        disk that is not mounted looks like a folder without one. A mirror that cannot be had leaves what is in the key
        file to be read, and is `trouble`. Raises Unavailable, Unpaired and BadMasterKey.
        """
        self.path, self.mirror_path, self._masters, self._busy = path, mirror, masters, busy_seconds
        self._mirror: KeyFile | None = None
        self.trouble = ""
        """Why the mirror could not be had when it was last wanted; empty where it could."""
        self._missing = NO_MIRROR.format(mirror=mirror)
        if mirror and not _is_there(path):
            raise Unpaired(NO_KEY_FILE.format(path=path, mirror=mirror))
        opener: Callable[..., KeyFile] = KeyFile if mirror else KeyFile.make
        self.primary = opener(path, busy_seconds=busy_seconds)
        try:
            self._begin_or_check()
        except BaseException:
            self.close()
            raise

    def _begin_or_check(self) -> None:
        with disk_errors(f"opening {self.path}"):
            if self.primary.state() is None:
                begun(self.primary, self._masters[0])
        try:
            self.settle()
        except (Unpaired, BadMasterKey):
            raise
        except Unavailable:
            if not self.trouble:
                raise
        self.check_master(self.state().master)

    def trouble_now(self) -> str:
        """Why the mirror cannot be had, as far as can be told at a glance; empty where all is well. From any thread."""
        if self.mirror_path and not _is_there(self.mirror_path):
            return self._missing
        return "" if self.trouble == self._missing else self.trouble

    def close(self) -> None:
        """Close both."""
        self.primary.close()
        self._drop_mirror()

    def state(self) -> State:
        """What the key file says of itself. Raises Unavailable."""
        with disk_errors(f"reading {self.path}"):
            state = self.primary.state()
        if state is None:
            raise Unavailable(f"{self.path}: it was never finished")
        return state

    def check_master(self, fingerprint: str) -> None:
        """Raises BadMasterKey where this is not the fingerprint of a master key that was given."""
        if fingerprint not in self._masters:
            raise BadMasterKey(
                f"{self.path}: its keys were made with master key {fingerprint}, but the one given is "
                f"{self._masters[0]}. Put the right master key file back. {IF_CUT_OFF}"
            )

    @contextmanager
    def step(self, doing: str, *, removing: bool = False) -> Iterator[Sequence[sqlite3.Connection]]:
        """Change both by one step, durable in both when it ends; what is done to one is to be done to the other.

        Raises Unavailable: it counts for neither, or (after a crash or a failing disk between the two) it is carried
        through before the next one begins. Raises BadMasterKey where the master key was changed meanwhile.
        """
        files = self._begun(doing)
        try:
            before = self.state()
            self.check_master(before.master)
            yield [file.database for file in files]
            state = replace(self.state(), steps=before.steps + 1)
            for file in files if removing else files[::-1]:
                with self._errors(file, doing):
                    file.say(state)
                    file.commit()
        except BaseException:
            self._roll_back(files)
            self._drop_mirror()  # whatever was wrong, it is opened anew
            raise
        self.trouble = ""

    def settle(self) -> None:
        """Carry through a step that only one of the two has. Raises Unavailable and Unpaired."""
        if (mirror := self.mirror()) is None:
            return
        with self._errors(mirror, "comparing"):
            theirs = mirror.state()
        ours = self.state()
        if theirs is None or theirs.pair != ours.pair:
            raise Unpaired((UNFINISHED if theirs is None else FOREIGN).format(path=self.path, mirror=mirror.path))
        if abs(ours.steps - theirs.steps) > 1:
            old, new = sorted((self.path, mirror.path), key=lambda path: (ours if path == self.path else theirs).steps)
            raise Unpaired(OUTDATED.format(old=old, new=new))
        if ours != theirs:
            self._carry_through(mirror, ours, theirs)

    def _carry_through(self, mirror: KeyFile, ours: State, theirs: State) -> None:
        ahead = ours if ours.steps > theirs.steps else theirs
        if ours.steps == theirs.steps or ahead.master not in self._masters:
            raise BadMasterKey(CUT_OFF.format(path=self.path, mirror=mirror.path, one=ours.master, other=theirs.master))
        with self._errors(mirror, "carrying through what was cut off"):
            source, copy = (self.primary, mirror) if ahead is ours else (mirror, self.primary)
            make_equal(source, copy)
            copy.empty_log()  # whoever ordered the deletion had no answer, and orders it again

    def empty_logs(self) -> bool:
        """Leave nothing of what was deleted in either log. False: another process still needs one."""
        emptied = []
        for file in filter(None, (self.primary, self.mirror())):
            with self._errors(file, "destroying keys"):
                emptied.append(file.empty_log())
        return all(emptied)

    def _begun(self, doing: str) -> list[KeyFile]:
        """Both, each with a step begun, and neither ahead."""
        try:
            self.settle()
        except Unpaired as fault:
            self.trouble = str(fault)
            raise
        mirror = self.mirror()
        files = [self.primary, mirror] if mirror else [self.primary]
        try:
            states = [self._state_once_begun(file, doing) for file in files]
        except BaseException:
            self._roll_back(files)
            raise
        if states[0] != states[-1]:
            self._roll_back(files)
            raise Unavailable(f"{doing}: another process was cut off just now, which is still to be carried through")
        return files

    def _state_once_begun(self, file: KeyFile, doing: str) -> State | None:
        with self._errors(file, doing):
            file.begin()
            return file.state()

    def _roll_back(self, files: Sequence[KeyFile]) -> None:
        for file in files:
            file.roll_back()

    def mirror(self) -> KeyFile | None:
        """The mirror, opened anew where it was lost; None where none is configured. Raises Unavailable."""
        if self.mirror_path is None:
            return None
        if self._mirror and not self._mirror.is_in_place():
            self._drop_mirror()
        if self._mirror is None:
            if not _is_there(self.mirror_path):
                self.trouble = self._missing
                raise Unavailable(self.trouble)
            try:
                self._mirror = KeyFile(self.mirror_path, busy_seconds=self._busy)
            except Unavailable as fault:
                self.trouble = str(fault)
                raise
        return self._mirror

    def _drop_mirror(self) -> None:
        if self._mirror:
            self._mirror.close()
            self._mirror = None

    @contextmanager
    def _errors(self, file: KeyFile, doing: str) -> Iterator[None]:
        try:
            with disk_errors(f"{doing} in {file.path}"):
                yield
        except Unavailable as fault:
            if file is not self.primary:
                self.trouble = str(fault)
            raise


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except OSError:  # a disk that fails is as good as none
        return False
    return True


def begun(file: KeyFile, master: str) -> None:
    """Let a file that was only just made say what it is; one of an earlier version has keys already. Raises sqlite3's
    errors."""
    file.begin()
    try:
        if file.state() is None:
            row = file.database.execute("SELECT master FROM keys LIMIT 1").fetchone()
            file.say(State(secrets.token_hex(8), 0, row[0] if row else master))
        file.commit()
    finally:
        file.roll_back()


NO_KEY_FILE = (
    "There is no key file at {path}. Is its disk mounted? If it is lost, or this is a new post office, run: "
    "postroom keys mirror. Where there is a mirror at {mirror}, that makes the key file from it"
)
NO_MIRROR = (
    "There is no mirror of the keys at {mirror}, and nothing can be stored or destroyed without it. Is its disk mounted? If "
    "the mirror is lost, or there never was one, run: postroom keys mirror"
)
UNFINISHED = "{mirror}: the mirror of the keys was never finished. Run: postroom keys mirror"
FOREIGN = (
    "{mirror} is not a mirror of {path}, but belongs to another key file. Put the right one in its place; or move this one "
    "away and run: postroom keys mirror"
)
OUTDATED = (
    "{old} is an older copy of {new}. Put the right one in its place; or make it equal to the newer one: "
    "postroom keys mirror"
)
DIFFERENT = "{path} and its mirror {mirror} do not hold the same keys. Make them equal: postroom keys mirror"
IF_CUT_OFF = "If a change of the master key was cut off, run: postroom keys rotate"
CUT_OFF = (
    "{path} is sealed with master key {one} and its mirror {mirror} with {other}. "
    f"{IF_CUT_OFF}. Else move away the one that the right master key does not open, and run: postroom keys mirror"
)
