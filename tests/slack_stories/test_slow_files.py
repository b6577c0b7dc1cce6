"""A file that takes long to fetch from Slack holds up nobody else."""

import asyncio
from collections.abc import AsyncIterator
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
