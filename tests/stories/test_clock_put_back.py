"""What was put off while the clock was days ahead does not wait for days once it is put back."""

from collections.abc import AsyncIterator

import pytest

from bot.vault import Unavailable, Vault
from tests.office import Opener, TestOffice
from tests.people import JO, PLAN

TEAM = "senteam@derbyshire.example"


@pytest.fixture
async def batching(post_with: Opener) -> AsyncIterator[TestOffice]:
    """Places are told of what came within a quarter of an hour."""
    async with post_with(announce_minutes=15) as opened:
        yield opened


async def test_an_announcement_that_was_to_wait_is_sent_soon_after(batching: TestOffice) -> None:
    post = batching
    post.clock.advance(days=10)
    await post.email(JO, attach=PLAN)
    assert not post.inbox_of(TEAM)
    post.clock.advance(days=-10)
    await post.settle()
    post.clock.advance(minutes=2)
    await post.settle()
    assert post.expect(TEAM, "new-files")


async def test_a_message_that_was_to_be_tried_again_is_handled_soon_after(
    post: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise Unavailable("the disk is away")

    post.clock.advance(days=10)
    with monkeypatch.context() as patched:
        patched.setattr(Vault, "read", away)
        await post.email(JO, attach=PLAN)
        assert not post.inbox_of(JO)
    post.clock.advance(days=-10)
    await post.settle()
    post.clock.advance(minutes=2)
    await post.settle()
    assert post.expect(JO, "receipt")


async def test_what_is_put_off_as_it_should_be_waits(batching: TestOffice) -> None:
    post = batching
    await post.email(JO, attach=PLAN)
    for _ in range(7):
        post.clock.advance(minutes=2)
        await post.settle()
    assert not post.inbox_of(TEAM)
    post.clock.advance(minutes=2)
    await post.settle()
    assert post.expect(TEAM, "new-files")
