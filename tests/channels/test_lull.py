"""What arrives goes before what has arrived, but not for ever (goals 2 and 3: whoever sends waits for us)."""

import asyncio
from email import policy
from pathlib import Path

import aiosmtplib

from bot.inbox import LULL_SECONDS, LULL_SECONDS_MAX
from tests.channels.loop_clock import Clock
from tests.office import RETURNS, TestOffice, open_office
from tests.people import JO, PLAN


async def arrive(post: TestOffice) -> None:
    """A mail is taken in; nothing is done with it."""
    octets = post.compose(JO, attach=PLAN).as_bytes(policy=policy.SMTP)
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=post.port) as client:
        await client.sendmail(JO, [RETURNS], octets)


async def is_over(lull: "asyncio.Task[None]") -> bool:
    """Whether work may go on; so many turns as it takes to notice that the clock was put forward."""
    for _ in range(10):
        await asyncio.sleep(0)
    return lull.done()


async def test_work_waits_until_no_more_has_come_for_a_moment(tmp_path: Path, clock: Clock) -> None:
    async with open_office(tmp_path) as post:
        await post.office.inbox.lull()
        await arrive(post)
        await arrive(post)
        lull = asyncio.create_task(post.office.inbox.lull())
        assert not await is_over(lull)
        clock.advance(LULL_SECONDS)
        await lull


async def test_one_that_comes_alone_is_worked_on_at_once(tmp_path: Path, clock: Clock) -> None:
    async with open_office(tmp_path) as post:
        for _ in range(2):
            await arrive(post)
            assert await is_over(asyncio.create_task(post.office.inbox.lull()))
            clock.advance(LULL_SECONDS)


async def test_work_waits_for_what_is_on_its_way_beside_the_first(tmp_path: Path, clock: Clock) -> None:
    async with open_office(tmp_path) as post:
        coming = post.office.inbox.begin()
        await arrive(post)
        lull = asyncio.create_task(post.office.inbox.lull())
        assert not await is_over(lull)
        clock.advance(LULL_SECONDS)
        await lull
        coming.abandon()


async def test_work_takes_turns_with_what_goes_on_coming(tmp_path: Path, clock: Clock) -> None:
    async with open_office(tmp_path) as post:
        await arrive(post)
        await arrive(post)
        lull = asyncio.create_task(post.office.inbox.lull())
        await is_over(lull)
        clock.advance(LULL_SECONDS_MAX)
        await arrive(post)
        await arrive(post)
        await lull
        assert await is_over(asyncio.create_task(post.office.inbox.lull()))  # it is the turn of what has come
        clock.advance(LULL_SECONDS_MAX)
        await arrive(post)
        await arrive(post)
        assert not await is_over(asyncio.create_task(post.office.inbox.lull()))
