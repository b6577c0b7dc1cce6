"""One writer, one commit for all who wait: each is undone by itself, and nobody hears «done» before it is durable."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from bot.ledger import Later, Ledger, file_of
from bot.ledger.tables import School

Work = Callable[[Session], object]


@pytest.fixture(autouse=True)
def _a_slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """May take as long as it likes: what shares a commit is then settled by who waits."""
    monkeypatch.setattr("bot.ledger.writing.SHARED_COMMIT_SECONDS", 60)


def enter(number: str, name: str = "") -> Work:
    return lambda tx: tx.add(School(number=number, name=name))


def enter_and_fail(number: str) -> Work:
    def work(tx: Session) -> None:
        tx.add(School(number=number, name=""))
        tx.flush()
        raise KeyError(number)

    return work


def open_files() -> set[str]:
    """What this process has open."""
    found = set()
    for file in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the one by which it was listed
            found.add(str(file.readlink()))
    return found


def schools(ledger: Ledger) -> list[str]:
    return ledger.read_now(lambda tx: list(tx.scalars(select(School.number).order_by(School.number))))


async def together(ledger: Ledger, *works: Work) -> list[object]:
    """Have these share one commit with one that keeps the writer busy until all of them wait."""
    begun, go = threading.Event(), threading.Event()

    def hold(_: Session) -> None:
        begun.set()
        go.wait()

    busy = asyncio.ensure_future(ledger.write(hold))
    await asyncio.to_thread(begun.wait)
    waiting = [asyncio.ensure_future(ledger.write(work)) for work in works]
    await asyncio.sleep(0)
    go.set()
    return (await asyncio.gather(busy, *waiting, return_exceptions=True))[1:]


async def test_functions_that_wait_share_one_commit(ledger: Ledger) -> None:
    commits: list[AbstractSet[str]] = []
    ledger.on_change(commits.append)
    await together(ledger, *(enter(f"830{at}") for at in range(20)))
    assert len(schools(ledger)) == 20
    assert [set(tables) for tables in commits] == [{"schools"}]


async def test_one_that_fails_undoes_only_itself(ledger: Ledger) -> None:
    first, second, third = await together(ledger, enter("1"), enter_and_fail("2"), enter("3"))
    assert (first, third) == (None, None)
    assert isinstance(second, KeyError)
    assert schools(ledger) == ["1", "3"]


async def test_one_that_breaks_a_constraint_undoes_only_itself(ledger: Ledger) -> None:
    first, second, third = await together(ledger, enter("1"), enter("1"), enter("3"))
    assert (first, third) == (None, None)
    assert isinstance(second, IntegrityError)
    assert schools(ledger) == ["1", "3"]


async def test_what_one_that_fails_had_not_written_yet_is_not_written_by_the_next(ledger: Ledger) -> None:
    def begin_and_fail(tx: Session) -> None:
        tx.add(School(number="1", name=""))
        raise KeyError

    await together(ledger, begin_and_fail, enter("2"))
    assert schools(ledger) == ["2"]


async def test_what_one_function_read_the_next_reads_anew(ledger: Ledger) -> None:
    ledger.write_now(enter("1", "Leys"))
    read: list[School] = []

    def keep(tx: Session) -> None:
        read.append(tx.get_one(School, "1"))

    await together(ledger, keep, lambda tx: tx.execute(text("UPDATE schools SET name = 'Hill'")), keep)
    assert [school.name for school in read] == ["Leys", "Hill"]


async def test_whoever_is_told_of_a_commit_and_fails_ends_neither_the_writer_nor_an_answer(ledger: Ledger) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError

    heard: list[AbstractSet[str]] = []
    for tell in (fail, heard.append):
        ledger.on_change(tell)
    ledger.on_commit(fail)
    async with asyncio.timeout(10):
        await ledger.write(enter("1"))
        await ledger.write(enter("2"))
    assert schools(ledger) == ["1", "2"]
    assert heard == [{"schools"}, {"schools"}]


def test_pages_that_may_have_to_be_put_back_lie_in_no_file_but_the_database(ledger: Ledger) -> None:
    """Names of people lie in them, and nobody would wipe such a file."""
    ledger.write_now(lambda tx: tx.add_all([School(number=str(at), name="x" * 2000) for at in range(200)]))

    def change(tx: Session) -> set[str]:
        tx.execute(text("UPDATE schools SET name = 'y'"))
        return open_files()

    assert not [file for file in ledger.write_now(change) if "etilqs" in file]


async def test_each_sees_what_those_before_it_did(ledger: Ledger) -> None:
    seen: list[int] = []

    def count(tx: Session) -> None:
        seen.append(len(tx.scalars(select(School.number)).all()))

    await together(ledger, count, enter("1"), count, enter_and_fail("2"), count)
    assert seen == [0, 1, 1]


async def test_a_full_disk_takes_the_whole_commit_and_all_who_had_a_part_in_it_are_told_later(ledger: Ledger) -> None:
    ledger.write_now(lambda tx: tx.execute(text("PRAGMA max_page_count=1")))
    outcomes = await together(ledger, enter("1"), enter("2", name="x" * 1_000_000), enter("3"))
    assert [type(outcome) for outcome in outcomes] == [Later, Later, type(None)]
    assert schools(ledger) == ["3"]  # which was not begun yet, and there is room for it
    ledger.write_now(lambda tx: tx.execute(text("PRAGMA max_page_count=1000000")))
    ledger.write_now(enter("4"))
    assert schools(ledger) == ["3", "4"]


async def test_a_commit_that_fails_is_later_for_all_who_shared_it(ledger: Ledger) -> None:
    fails = "PRAGMA defer_foreign_keys=ON"
    orphan = "INSERT INTO identities (channel, value, person_id) VALUES ('email', 'x', 77)"

    def leave_an_orphan(tx: Session) -> None:
        tx.execute(text(fails))
        tx.execute(text(orphan))

    outcomes = await together(ledger, enter("1"), leave_an_orphan, enter("3"))
    assert [type(outcome) for outcome in outcomes] == [Later] * 3
    assert schools(ledger) == []
    ledger.write_now(enter("4"))
    assert schools(ledger) == ["4"]


async def test_nobody_is_answered_before_the_commit(ledger: Ledger) -> None:
    path = file_of(ledger.url)
    assert path is not None
    seen_by_others: list[int] = []

    def look(_: Session) -> None:
        with sqlite3.connect(path) as other:
            seen_by_others.append(other.execute("SELECT count(*) FROM schools").fetchone()[0])

    await together(ledger, enter("1"), look)
    assert seen_by_others == [0]
    assert schools(ledger) == ["1"]


async def test_whoever_stops_waiting_does_not_stop_the_writer(ledger: Ledger) -> None:
    go = threading.Event()
    busy = asyncio.ensure_future(ledger.write(lambda _: go.wait()))
    await asyncio.sleep(0)
    impatient = asyncio.ensure_future(ledger.write(enter("1")))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    go.set()
    await busy
    await asyncio.wait_for(ledger.write(enter("2")), 5)
    assert "2" in schools(ledger)


def test_a_reader_cannot_write(ledger: Ledger) -> None:
    with pytest.raises(OperationalError, match="readonly"):
        ledger.read_now(lambda tx: tx.execute(text("INSERT INTO schools VALUES ('1', '', '', '', '')")))
    assert schools(ledger) == []


async def test_what_is_being_written_is_not_read(ledger: Ledger) -> None:
    begun, go = threading.Event(), threading.Event()

    def slowly(tx: Session) -> None:
        tx.add(School(number="1", name=""))
        tx.flush()
        begun.set()
        go.wait()

    writing = asyncio.ensure_future(ledger.write(slowly))
    await asyncio.to_thread(begun.wait)
    assert schools(ledger) == []
    go.set()
    await writing
    assert schools(ledger) == ["1"]


def test_every_commit_is_synced_and_foreign_keys_hold(ledger: Ledger) -> None:
    settings = {"synchronous": 2, "foreign_keys": 1, "journal_mode": "wal"}
    found = {
        name: ledger.write_now(lambda tx, name=name: tx.execute(text(f"PRAGMA {name}")).scalar())  # type: ignore[misc]
        for name in settings
    }
    assert found == settings


async def test_what_somebody_outside_waits_for_goes_before_what_can_wait(ledger: Ledger) -> None:
    begun, go, order = threading.Event(), threading.Event(), list[str]()

    def hold(_: Session) -> None:
        begun.set()
        go.wait()

    def write(name: str, *, urgent: bool = False) -> asyncio.Future[None]:
        return asyncio.ensure_future(ledger.write(lambda _: order.append(name), urgent=urgent))

    busy = asyncio.ensure_future(ledger.write(hold))
    await asyncio.to_thread(begun.wait)
    waiting = [write("one"), write("two"), write("urgent", urgent=True)]
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(busy, *waiting)
    assert order == ["urgent", "one", "two"]


async def test_no_commit_takes_in_so_much_that_the_next_is_late(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.ledger.writing.SHARED_COMMIT_SECONDS", -1)
    commits: list[AbstractSet[str]] = []
    ledger.on_change(commits.append)
    await together(ledger, *(enter(f"830{at}") for at in range(5)))
    assert len(schools(ledger)) == 5
    assert len(commits) == 6


async def test_whoever_comes_when_it_is_closed_is_told_to_try_later(ledger: Ledger) -> None:
    ledger.close()
    with pytest.raises(Later):
        await ledger.write(enter("8301"))
    with pytest.raises(Later):
        ledger.write_now(enter("8301"))


@pytest.mark.parametrize("fault", [None, KeyError()])
async def test_nothing_that_one_notes_in_the_session_is_left_to_those_after_it(
    ledger: Ledger, fault: Exception | None
) -> None:
    """The numbers of all files ever entered gathered there, and were gone through for each notice."""

    def note(tx: Session) -> None:
        tx.info["noted"] = {"PR-7K3Q-M2XD": 1}
        if fault:
            raise fault

    with suppress(KeyError):
        await ledger.write(note)
    assert await ledger.write(lambda tx: tx.info.get("noted")) is None
