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


async def answered_meanwhile(office: SlackOffice, name: str) -> None:
    """Work, and wait for nothing that is slow, until this member has an answer."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not office.answers(office.dm(name)):
            for worker in office.post.office.workers:
                await worker.step()


async def test_others_are_answered_and_see_what_is_done_while_slack_is_slow_in_one_conversation(
    office: SlackOffice,
) -> None:
    await office.send("jo", PLAN)
    (receipt,) = office.answers(office.dm("jo"))
    posting = office.slack.trouble.hang("chat.postMessage", channel=office.sen.id)
    drawing = office.slack.trouble.hang("chat.update", channel=office.sen.id)
    await office.slack.press(office.people["sam"], office.answers(office.sen)[0], "Receive")
    await office.slack.post(office.people["tom"], office.dm("tom"), "status")
    await office.slack.post(office.people["priya"], office.dm("priya"), files=[])

    await answered_meanwhile(office, "tom")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while "Received by Sam Hale" not in receipt.words:
            for worker in office.post.office.workers:
                await worker.step()

    posting.release()
    drawing.release()
    await office.settle()
    assert "Received by Sam Hale" in office.answers(office.sen)[0].words


async def test_others_are_answered_while_a_file_is_still_being_fetched(office: SlackOffice) -> None:
    jo, tom = office.people["jo"], office.people["tom"]
    fetching = office.slack.trouble.hang("download")
    await office.slack.post(jo, office.dm("jo"), files=[office.slack.world.file(jo, PLAN, b"PK")])
    await office.post.office.inbox_worker.step()
    await office.slack.until(lambda: fetching.waiting)

    await office.slack.post(tom, office.dm("tom"), "status")
    await answered_meanwhile(office, "tom")

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
