"""Many threads and several processes use one vault."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.vault import FRAME, Keys, MasterKey, Unavailable, Vault, Writing
from tests.vault import contents, noise, on_shelf, store


def finished_together(vault: Vault, *writings: Writing) -> tuple[list[BaseException | None], int]:
    """Finish each by a thread of its own, all waiting at once; what each ended with, and how many commits that took."""
    keys, commits = vault._keys, list[str]()
    keys._database.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    with ThreadPoolExecutor(len(writings)) as threads, keys._lock:
        ends = [threads.submit(vault.finish, writing) for writing in writings]
        while len(keys._waiting) < len(writings):
            pass
    keys._database.set_trace_callback(None)
    return [end.exception() for end in ends], len(commits)


def test_what_many_threads_store_at_once_is_all_there(vault: Vault, tmp_path: Path) -> None:
    def one(number: int) -> bytes | None:
        size = (10, 2000, FRAME + 1)[number % 3]
        return store(vault, f"n{number}", noise(size, seed=number), inline_max=1000).inline

    with ThreadPoolExecutor(12) as threads:
        inlines = list(threads.map(one, range(60)))

    for number, inline in enumerate(inlines):
        assert contents(vault, f"n{number}", inline) == noise((10, 2000, FRAME + 1)[number % 3], seed=number)
    assert len(on_shelf(tmp_path)) == 40


def test_all_threads_that_wait_share_one_commit(vault: Vault) -> None:
    writings = [vault.begin(f"n{number}", inline_max=1000) for number in range(6)]
    ends, commits = finished_together(vault, *writings)

    assert (ends, commits) == ([None] * 6, 1)
    assert all(vault.holds(f"n{number}") for number in range(6))


def test_of_two_first_writings_at_once_one_ends_and_the_other_tries_again(vault: Vault) -> None:
    first, second, other = (vault.begin(name) for name in ("a", "a", "other"))
    first.write(b"first")
    second.write(b"second")
    vault.finish(first)

    ends, _ = finished_together(vault, second, other)

    assert isinstance(ends[0], Unavailable)
    assert ends[1] is None, "nobody else is troubled"
    assert contents(vault, "a") == b"first"
    store(vault, "a", b"second")
    assert contents(vault, "a") == b"second"


def test_when_the_shared_commit_fails_nobody_is_promised_anything(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    writings = [vault.begin(f"n{number}", inline_max=1000) for number in range(4)]
    with monkeypatch.context() as patch:
        patch.setattr(Keys, "_inserted", lambda *_: 1 / 0)
        ends, _ = finished_together(vault, *writings)

    assert sorted(type(end).__name__ for end in ends) == ["Unavailable"] * 3 + ["ZeroDivisionError"]
    assert not any(vault.holds(f"n{number}") for number in range(4))
    store(vault, "n0", b"contents")
    assert contents(vault, "n0") == b"contents"


def test_storing_and_destroying_at_once_leaves_each_object_whole_or_gone(vault: Vault) -> None:
    def one(number: int) -> None:
        store(vault, f"n{number}", noise(500, seed=number))
        if number % 2:
            vault.destroy([f"n{number}"])

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(one, range(40)))

    assert {f"n{number}" for number in range(0, 40, 2)} == set(vault.object_ids())
    assert all(contents(vault, f"n{number}") == noise(500, seed=number) for number in range(0, 40, 2))


def test_two_processes_store_at_once(tmp_path: Path, master: MasterKey, vault: Vault) -> None:
    command = [sys.executable, "-m", "tests.vault.child", str(tmp_path), "beside"]
    children = [subprocess.Popen([*command, name]) for name in ("one", "two")]
    for number in range(40):
        store(vault, f"mine-{number}", noise(1000, seed=number))
    assert [child.wait(60) for child in children] == [0, 0]

    for number in range(40):
        names = (f"one-{number}", f"two-{number}") if number % 4 else (f"shared-{number}",)
        for name in (*names, f"mine-{number}"):
            assert contents(vault, name) == noise(1000, seed=number)


def test_two_processes_may_open_a_new_vault_at_once(tmp_path: Path, master: MasterKey) -> None:
    command = [sys.executable, "-m", "tests.vault.child", str(tmp_path), "beside"]
    children = [subprocess.Popen([*command, name]) for name in ("one", "two", "three")]

    assert [child.wait(60) for child in children] == [0, 0, 0]


def test_who_reads_or_makes_up_a_new_name_does_not_wait_for_a_commit(vault: Vault) -> None:
    inline = store(vault, "a", b"contents", inline_max=1000).inline

    with ThreadPoolExecutor(1) as threads, vault._keys._lock:  # as while a commit waits for the disk
        reading = threads.submit(contents, vault, "a", inline)
        assert reading.result(timeout=20) == b"contents"
        beginning = threads.submit(vault.begin, "b", is_new=True)
        assert beginning.result(timeout=20).key.fresh


def test_an_object_that_was_closed_before_is_finished_once(vault: Vault) -> None:
    writing = vault.begin("a")
    writing.write(b"contents")
    writing.close()
    vault.finish(writing)

    assert contents(vault, "a") == b"contents"
    with pytest.raises(ValueError, match="ended twice"):
        vault.finish(writing)


def test_a_name_that_is_new_only_by_mistake_does_not_take_the_place_of_what_bears_it(vault: Vault) -> None:
    store(vault, "a", b"contents")

    with pytest.raises(Unavailable):
        vault.finish(vault.begin("a", is_new=True))

    assert contents(vault, "a") == b"contents"
