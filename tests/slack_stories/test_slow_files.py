"""A file that takes long to fetch from Slack holds up nobody else."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.people import PLAN
from tests.slack_office import SlackOffice, open_slack_office

PATIENCE_SECONDS = 30


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    async with open_slack_office(tmp_path) as opened:
        yield opened


async def test_others_are_answered_while_a_file_is_still_being_fetched(office: SlackOffice) -> None:
    jo, tom = office.people["jo"], office.people["tom"]
    fetching = office.slack.trouble.hang("download")
    await office.slack.post(jo, office.dm("jo"), files=[office.slack.world.file(jo, PLAN, b"PK")])
    await office.post.office.inbox_worker.step()
    await office.slack.until(lambda: fetching.waiting)

    await office.slack.post(tom, office.dm("tom"), "status")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not office.answers(office.dm("tom")):
            for worker in office.post.office.workers:
                await worker.step()

    assert not office.answers(office.dm("jo"))
    fetching.release()
    await office.settle()
    assert [file.name for file in office.post.files()] == [PLAN]


async def test_what_arrives_is_stored_however_many_files_are_still_being_fetched(office: SlackOffice) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
    fetching = office.slack.trouble.hang("download", times=4)
    for name in ("jo", "tom", "priya", "beth"):
        user = office.people[name]
        file = office.slack.world.file(user, f"8302000_SEN{name}20260901.docx", b"PK")
        await office.slack.post(user, office.dm(name), files=[file])
    await office.post.office.inbox_worker.step()
    await office.slack.until(lambda: fetching.waiting)

    async with asyncio.timeout(PATIENCE_SECONDS):
        said = await office.slack.post(office.people["sam"], office.dm("sam"), "status")

    assert said.ack.in_time
    fetching.release()
    await office.settle()


async def test_a_file_that_trickles_is_begun_again_before_anybody_else_takes_it_up(office: SlackOffice) -> None:
    jo, worker = office.people["jo"], office.post.office.inbox_worker
    file = office.slack.world.file(jo, PLAN, b"PK plan")
    file.trickles = asyncio.Semaphore(1)
    await office.slack.post(jo, office.dm("jo"), files=[file])
    await worker.step()
    await office.slack.until(lambda: office.slack.downloads)

    office.post.clock.advance(minutes=9)
    file.trickles.release()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await worker.finish()

    assert [(item.state, item.tries) for item in office.post.waiting()] == [("waiting", 0)]
    file.trickles = None
    office.post.clock.advance(minutes=10)
    await office.settle()
    assert [one.name for one in office.post.files()] == [PLAN]
