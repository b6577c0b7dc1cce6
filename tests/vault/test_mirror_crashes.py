"""The key file and its mirror, cut off between any two steps that are durable: what counted stays, what is gone stays gone."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.vault import BadMasterKey, Keys, MasterKey, Unavailable, Unpaired, compare, mirror, rotate, successor_of
from bot.vault import keys as keys_module
from bot.vault.keyfile import KeyFile
from tests.vault import octets

NAMES = st.lists(st.sampled_from([f"o{number}" for number in range(8)]), min_size=1, max_size=3, unique=True)
CUTS = st.one_of(st.none(), st.integers(1, 14))
"""Before or after which durable step it is cut off; None, or one that is never reached: it is not."""
DURABLE: list[tuple[type, str]] = [(KeyFile, "commit"), (KeyFile, "empty_log"), (Path, "replace"), (Path, "unlink")]
NOON = datetime(2026, 9, 1, 11, 0, tzinfo=UTC)


class PowerCut(BaseException):
    """Nothing is done any more."""


class Disks(RuleBasedStateMachine):
    """Two disks, and what somebody who relies on them believes."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = self.after_cut = Path()
        self.folders = (Path(tempfile.mkdtemp(prefix=f"keys-{number}-")) for number in count())
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(keys_module, "_CHECKPOINT_WAIT_SECONDS", 0)
        for owner, name in DURABLE:
            self.patch.setattr(owner, name, self.watched(getattr(owner, name)))
        self.left: int | None = None
        self.counted: dict[str, bytes] = {}
        self.open_question: set[str] = set()
        self.gone: list[bytes] = []

    def watched(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def act_unless_cut(*given: Any, **named: Any) -> Any:
            self.pass_by()
            result = act(*given, **named)
            self.pass_by()
            return result

        return act_unless_cut

    def pass_by(self) -> None:
        if self.left is not None:
            self.left -= 1
            if not self.left:
                self.left = None
                shutil.copytree(self.folder, self.after_cut, dirs_exist_ok=True)
                raise PowerCut

    @contextmanager
    def cut(self, after: int | None) -> Iterator[None]:
        """What is left of a process that is cut off are its files as they were at that moment."""
        self.after_cut, self.left = next(self.folders), after
        try:
            yield
        except PowerCut:
            self.keys.close()
            shutil.rmtree(self.folder)
            self.folder = self.after_cut
            self.open()
        else:
            self.left = None
            shutil.rmtree(self.after_cut)

    @property
    def places(self) -> tuple[Path, Path]:
        return self.folder / "one" / "keys.db", self.folder / "two" / "keys.db"

    @property
    def key_file(self) -> Path:
        return self.folder / "master.key"

    @property
    def away(self) -> bool:
        return not (self.folder / "two").exists()

    @initialize()
    def begin(self) -> None:
        self.folder = next(self.folders)
        (self.folder / "one").mkdir()
        (self.folder / "two").mkdir()
        mirror(*self.places, MasterKey.generate(self.key_file))
        self.open()

    def open(self) -> None:
        path, second = self.places
        try:
            self.keys = Keys(path, MasterKey.load(self.key_file), mirror=second)
        except BadMasterKey:
            assert successor_of(self.key_file).exists(), "only a change of the master key may need to be ended by hand"
            self.change_the_master_key()
            self.keys = Keys(path, MasterKey.load(self.key_file), mirror=second)

    @rule(names=NAMES, after=CUTS)
    def store(self, names: list[str], after: int | None) -> None:
        with self.cut(after):
            found = [self.keys.find_or_make(name) for name in names]
            self.open_question |= set(names) - self.counted.keys()
            try:
                self.keys.keep(found)
            except Unavailable:
                assert self.away
                return
            assert not self.away
            self.counted |= {one.object_id: one.secret for one in found}
            self.open_question -= set(names)

    @rule(names=NAMES, after=CUTS)
    def destroy(self, names: list[str], after: int | None) -> None:
        with self.cut(after):
            found = [one.wrapped for one in map(self.keys.find, names) if one]
            if not self.away:
                for name in names:
                    self.counted.pop(name, None)
                    self.open_question.add(name)
            try:
                self.keys.erase(names)
            except Unavailable:
                assert self.away
                return
            assert not self.away
            self.open_question -= set(names)
            self.gone += found

    @rule()
    def start_anew(self) -> None:
        self.keys.close()
        self.open()

    @precondition(lambda self: not self.away)
    @rule()
    def take_the_second_disk_away(self) -> None:
        (self.folder / "two").rename(self.folder / "away")

    @precondition(lambda self: self.away)
    @rule()
    def bring_the_second_disk_back(self) -> None:
        (self.folder / "away").rename(self.folder / "two")

    @precondition(lambda self: not self.away)
    @rule(which=st.sampled_from(["one", "two"]), after=CUTS)
    def lose_a_disk(self, which: str, after: int | None) -> None:
        self.keys.close()
        shutil.rmtree(self.folder / which)
        (self.folder / which).mkdir()
        if which == "one":
            with pytest.raises(Unpaired, match="postroom keys mirror"):
                Keys(self.places[0], MasterKey.load(self.key_file), mirror=self.places[1])
        try:
            self.after_cut, self.left = next(self.folders), after
            mirror(*self.places, MasterKey.load(self.key_file))
        except PowerCut:
            shutil.rmtree(self.folder)
            self.folder = self.after_cut
            mirror(*self.places, MasterKey.load(self.key_file))
        self.left = None
        self.open()

    @precondition(lambda self: not self.away)
    @rule(after=CUTS)
    def rotate(self, after: int | None) -> None:
        old = self.key_file.read_bytes()
        sealed = [one.wrapped for one in map(self.keys.find, self.counted) if one]
        self.keys.close()
        with self.cut(after):
            self.change_the_master_key()
            assert self.key_file.read_bytes() != old
            self.gone += [*sealed, old]
            self.open()

    def change_the_master_key(self) -> None:
        rotate(*self.places, self.key_file, now=NOON, announce=lambda _: None, tell=lambda _: None)

    @invariant()
    def what_counted_is_there_and_nothing_of_what_is_gone(self) -> None:
        if not hasattr(self, "keys"):
            return
        for name, secret in self.counted.items():
            found = self.keys.find(name)
            assert found, name
            assert found.secret == secret
        assert set(self.keys.object_ids()) <= self.counted.keys() | self.open_question
        everything = octets(self.folder)
        assert not any(piece in everything for piece in self.gone)

    @invariant()
    def the_two_are_equal_once_one_step_is_done(self) -> None:
        if hasattr(self, "keys") and not self.away:
            self.keys.erase([])
            assert compare(*self.places) == 0
            assert not self.keys.mirror_trouble

    def teardown(self) -> None:
        self.patch.undo()
        if hasattr(self, "keys"):
            self.keys.close()
            shutil.rmtree(self.folder)


TestDisks = Disks.TestCase
