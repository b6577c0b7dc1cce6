"""Whether every part works: `/healthz` for the process, `/readyz` for its parts."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.inbox import InboxWorker
from bot.outbox import OutboxWorker
from bot.readiness import LOOKS, MISSES, WorkerMonitor
from bot.retention import Shredder
from handlers.running import Serving
from tests.office import Answer, HandWoundClock, TestOffice, open_office
from tests.people import ALEX
from tests.watching import FAR, asked, measured


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[TestOffice]:
    """An office at work."""
    async with open_office(tmp_path) as post:
        for channel in post.office.channels.values():
            await channel.stop()
        async with Serving(post.office):
            await until_stepped(post)
            yield post


async def until_stepped(post: TestOffice) -> None:
    """Every worker has taken a step."""
    while not all(worker.pulse.stepped_at for worker in post.office.workers):  # noqa: ASYNC110 - only to let them run
        await asyncio.sleep(0)


async def failing(post: TestOffice) -> dict[str, str]:
    """The parts that do not work; each is looked at anew."""
    post.clock.advance(seconds=11)
    found = await asked(post, "/readyz")
    told = found.json()["failing"]
    assert isinstance(told, dict)
    assert found.status_code == (503 if told else 200)
    return told


def alerts(post: TestOffice) -> list[Answer]:
    """What the administrator was told."""
    return [mail for mail in post.inbox_of(ALEX) if mail.kind == "alert"]


async def test_a_sound_office_is_ready(served: TestOffice) -> None:
    assert (await asked(served, "/healthz", by=FAR)).text == "ok\n"
    assert await failing(served) == {}
    parts = (await asked(served, "/readyz")).json()["parts"]
    assert {"ledger", "vault", "keys", "disk", "email", "worker inbox", "worker outbox email"} <= set(parts)


async def test_whoever_is_far_is_told_yes_or_no_and_no_more(served: TestOffice) -> None:
    assert (await asked(served, "/readyz", by=FAR)).json() == {"ready": True}
    (served.directory / "keys.db").rename(served.directory / "elsewhere.db")
    served.clock.advance(seconds=11)
    answer = await asked(served, "/readyz", by=FAR)
    assert (answer.status_code, answer.json()) == (503, {"ready": False})


async def test_each_part_that_fails_is_named(served: TestOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    (served.directory / "vault").rename(served.directory / "elsewhere")
    assert await failing(served) == {"vault": "it is not there"}
    (served.directory / "elsewhere").rename(served.directory / "vault")

    monkeypatch.setattr("bot.space.free_bytes", lambda _: 0)
    assert await failing(served) == {"disk": "less is free than free_bytes_min of [vault]"}
    monkeypatch.undo()

    await served.office.channels["email"].stop()
    assert await failing(served) == {"email": "smtp does not listen"}


async def test_a_record_that_cannot_be_written_is_not_ready(served: TestOffice) -> None:
    served.rooms.ledger.close()
    assert await failing(served) == {"ledger": "nothing can be written: Later"}


async def test_a_writer_that_is_held_up_keeps_nobody_waiting_for_long(
    served: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.readiness.WRITE_SECONDS", 0.05)
    go_on = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(_: object) -> None:
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()

    held = asyncio.create_task(served.rooms.ledger.write(hold))
    await asyncio.sleep(0)
    try:
        assert "nothing could be written within" in (await failing(served))["ledger"]
    finally:
        go_on.set()
        await held


async def test_however_often_it_is_asked_little_is_written(served: TestOffice) -> None:
    await failing(served)
    before = (await measured(served))["postroom_ledger_writes_total"]
    await asyncio.gather(*(asked(served, "/readyz", by=FAR) for _ in range(50)))
    assert (await measured(served))["postroom_ledger_writes_total"] == before


async def test_a_worker_that_fails_shows_is_told_and_holds_up_no_other(
    served: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = asyncio.Event()

    async def fails(_: OutboxWorker) -> bool:
        failed.set()
        raise RuntimeError("Wren")

    with capture_logs() as logs, monkeypatch.context() as broken:
        broken.setattr(InboxWorker, "step", fails)
        await served.rooms.ledger.write(lambda _: None)
        await failed.wait()
        await asyncio.sleep(0)
        served.clock.advance(minutes=3)
        assert (await failing(served))["worker inbox"] == "it has failed for 3 minutes: RuntimeError"
        assert (await measured(served))['postroom_worker_faults_total{worker="inbox"}'] >= 1
        served.clock.advance(minutes=10)
        async with served.mailboxes.arrived:
            await served.mailboxes.arrived.wait_for(lambda: bool(alerts(served)))
    assert alerts(served)[0].subject == "Please look: A part of Postroom does not work: inbox"
    assert "Wren" not in alerts(served)[0].text
    assert {"worker": "inbox", "event": "a worker's step failed"}.items() <= logs[0].items()


async def test_a_worker_that_hangs_shows(served: TestOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hangs(_: InboxWorker) -> bool:
        begun.set()
        await go_on.wait()
        return False

    monkeypatch.setattr(InboxWorker, "step", hangs)
    await begun.wait()
    served.clock.advance(minutes=5)
    try:
        assert (await failing(served))["worker inbox"].startswith("no step of it has ended for 5 minutes")
    finally:
        go_on.set()


async def test_a_clock_that_leaps_makes_no_worker_hang(served: TestOffice) -> None:
    for _ in range(5):
        served.clock.advance(days=1)
        await until_stepped(served)
        await served.settle()
    assert alerts(served) == []


def test_a_worker_that_hangs_is_told_of_once_it_was_looked_at_often_enough() -> None:
    clock = HandWoundClock()
    worker = Shredder(None, None, clock)  # type: ignore[arg-type] # it never takes a step
    monitor = WorkerMonitor([worker], clock)
    worker.pulse.beat(clock.now())
    clock.advance(minutes=20)
    assert [list(monitor.troubles()) for _ in range(LOOKS)] == [[]] * LOOKS
    (trouble,) = monitor.troubles()
    assert trouble.what == "A part of Postroom does not work: shredder"
    assert "For 20 minutes. It hangs." in trouble.lines


def test_a_worker_that_failed_once_before_the_clock_leapt_is_told_of_once_it_fails_again_and_again() -> None:
    clock = HandWoundClock()
    worker = Shredder(None, None, clock)  # type: ignore[arg-type] # it never takes a step
    monitor = WorkerMonitor([worker], clock)
    worker.pulse.miss(clock.now(), OSError())
    clock.advance(minutes=20)
    for _ in range(MISSES - 1):
        assert list(monitor.troubles()) == []
        worker.pulse.miss(clock.now(), OSError())
    (trouble,) = monitor.troubles()
    assert "Every step has failed since then: OSError." in " ".join(trouble.lines)
