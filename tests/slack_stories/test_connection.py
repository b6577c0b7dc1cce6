"""The connection by which Slack reaches us in mode socket: lost, refused, renewed and closed, with nothing lost by it."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.inbox import Inbox
from handlers.slack.channel import SlackChannel
from tests.people import JO, PLAN
from tests.slack_office import SlackOffice, open_slack_office


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is looked after more often than in life."""
    monkeypatch.setattr("handlers.slack.socket.PING_SECONDS", 0.1)
    monkeypatch.setattr("handlers.slack.socket.CONNECT_AGAIN_SECONDS", 0.05)


@pytest.fixture
async def office(tmp_path: Path, impatient: None) -> AsyncIterator[SlackOffice]:
    async with open_slack_office(tmp_path, mode="socket") as opened:
        yield opened


async def post(office: SlackOffice) -> bool:
    """Jo posts a file; whether it was acknowledged."""
    jo = office.people["jo"]
    said = await office.slack.post(jo, office.dm("jo"), files=[office.slack.world.file(jo, PLAN, b"PK plan")])
    return said.ack.ok


async def taken(office: SlackOffice) -> None:
    """Wait until nothing is owed to us; do what follows."""
    await office.slack.until(lambda: office.slack.socket.sockets and not office.slack.owed)
    await office.slack.settle()
    await office.settle()
    assert [file.name for file in office.post.files()] == [PLAN]
    assert len(office.answers(office.dm("jo"))) == len(office.answers(office.sen)) == 1


async def test_slack_may_ask_us_to_connect_anew(office: SlackOffice) -> None:
    before = office.slack.socket.sockets[-1]
    await office.slack.socket.disconnect()
    await office.slack.until(lambda: any(one is not before for one in office.slack.socket.sockets))

    assert await post(office)
    await taken(office)


@pytest.mark.parametrize("properly", [True, False], ids=["closed", "broken off"])
async def test_a_connection_that_ends_is_replaced_and_what_came_meanwhile_comes_again(
    office: SlackOffice, *, properly: bool
) -> None:
    if properly:
        await office.slack.socket.close()
    else:
        office.slack.socket.drop()

    assert not await post(office)
    await taken(office)


async def test_a_connection_is_renewed_though_the_first_try_is_turned_away(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack's address of a connection is good for one use: the next try needs another."""
    tickets, ticket = iter(["a ticket that is spent already"]), office.slack.socket.ticket
    monkeypatch.setattr(office.slack.socket, "ticket", lambda: next(tickets, None) or ticket())
    office.slack.socket.drop()

    assert not await post(office)
    await taken(office)
    assert next(tickets, None) is None


async def test_mail_works_while_slack_cannot_be_reached_and_slack_is_connected_to_later(office: SlackOffice) -> None:
    slack = office.post.office.channels["slack"]
    await slack.stop()
    await slack.close()
    away = office.slack.trouble.drop("apps.connections.open", after=False, times=10**6)
    await slack.start(office.post.office.inbox)
    await office.slack.until(lambda: len(office.slack.calls_of("apps.connections.open")) > 3)

    await office.post.email(JO, attach=PLAN)
    assert office.post.expect(JO, "receipt")
    assert not office.slack.socket.sockets

    away.times = 0
    await office.slack.until(lambda: office.slack.socket.sockets)
    assert (await office.slack.post(office.people["jo"], office.dm("jo"), "status")).ack.ok
    await office.settle()
    assert PLAN in office.answers(office.dm("jo"))[0].words


async def test_stopping_finishes_what_is_being_stored_and_acknowledges_it(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept, reached, go_on = Inbox.accept, asyncio.Event(), asyncio.Event()

    async def slow(self: Inbox, *args: object) -> bool:
        reached.set()
        await go_on.wait()
        return await partial(accept, self)(*args)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(Inbox, "accept", slow)
    posting = asyncio.create_task(post(office))
    await reached.wait()
    slack = office.post.office.channels["slack"]
    assert isinstance(slack, SlackChannel)
    stopping = asyncio.create_task(slack.stop())
    await asyncio.sleep(0)
    go_on.set()

    assert await posting
    await stopping
    await office.settle()
    assert [item.state for item in office.post.waiting()] == ["done"]
