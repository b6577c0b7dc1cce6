"""What Slack brings is stored before it is acknowledged, and has one effect however often it comes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.vault import Unavailable, Vault
from tests.people import PLAN
from tests.slack import Delivery
from tests.slack_office import SlackOffice, open_slack_office


@pytest.fixture(params=["http", "socket"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SlackOffice]:
    """The same over HTTP and over Socket Mode."""
    async with open_slack_office(tmp_path, mode=request.param) as opened:
        yield opened


class Disk:
    """Takes nothing while it is full."""

    def __init__(self, office: SlackOffice, monkeypatch: pytest.MonkeyPatch) -> None:
        self._slack, self._monkeypatch = office.slack, monkeypatch

    def fill(self) -> None:
        """From now on nothing can be stored; by Socket Mode nobody waits long for an acknowledgement that does not come."""

        def finish(*_: object) -> None:
            raise Unavailable("the disk is full")

        self._monkeypatch.setattr(Vault, "finish", finish)
        self._slack.patience_seconds = 0.3

    def clear(self) -> None:
        """It has room again."""
        self._monkeypatch.undo()
        self._slack.patience_seconds = 15


@pytest.fixture
def disk(office: SlackOffice, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Where everything is stored."""
    return Disk(office, monkeypatch)


def brought(office: SlackOffice, what: str) -> Delivery:
    """The newest delivery of this sort."""
    return next(one for one in reversed(office.slack.deliveries) if one.what == what)


async def test_what_cannot_be_stored_is_not_acknowledged_and_comes_again(office: SlackOffice, disk: Disk) -> None:
    disk.fill()
    jo, file = office.people["jo"], office.slack.world.file(office.people["jo"], PLAN, b"PK plan")
    said = await office.slack.post(jo, office.dm("jo"), files=[file])
    assert not said.ack.ok
    assert office.post.waiting() == []

    disk.clear()
    (ack,) = await office.slack.retry()
    await office.settle()

    assert ack.ok
    assert [file.name for file in office.post.files()] == [PLAN]
    assert len(office.answers(office.dm("jo"))) == 1


async def test_a_press_a_form_and_a_command_are_not_acknowledged_either(office: SlackOffice, disk: Disk) -> None:
    await office.send("jo", PLAN)
    (card,) = office.answers(office.sen)
    await office.press("nadia", card, "Reject…")
    disk.fill()

    pressed = await office.slack.press(office.people["sam"], card, "Receive")
    sent = await office.slack.submit(office.people["nadia"], {"written": "Wrong child"})
    typed = await office.slack.command(office.people["jo"], office.dm("jo"), "/postroom", "status")

    assert (pressed.ok, sent.ok, typed.ok) == (False, False, False)
    assert office.slack.modal(office.people["nadia"]), "the form stays, to be sent again"
    disk.clear()
    await office.settle()
    assert office.post.files()[0].status == "Sent"


async def test_an_event_whose_acknowledgement_was_lost_has_no_second_effect(office: SlackOffice) -> None:
    await office.send("jo", PLAN)

    (ack,) = await office.slack.retry(brought(office, "event"))
    await office.settle()

    assert ack.ok
    assert len(office.post.files()) == len(office.answers(office.dm("jo"))) == len(office.answers(office.sen)) == 1


async def test_the_same_message_under_another_event_id_has_no_second_effect(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    again = next(one for one in office.slack.deliveries if one.what == "event").payload["event"]

    assert (await office.slack.bring_anything(again)).ok
    await office.settle()

    assert len(office.post.files()) == len(office.answers(office.dm("jo"))) == 1


async def test_a_mention_and_the_message_that_holds_it_are_one(office: SlackOffice) -> None:
    mention = office.slack.world.bot.mention
    await office.send("jo", PLAN, text=f"{mention} here it is", where=office.returns)

    types = [one.payload["event"]["type"] for one in office.slack.deliveries if one.what == "event"]
    assert {"message", "app_mention"} <= set(types)
    assert len(office.post.files()) == len(office.answers(office.returns)) == 1


async def test_a_press_that_is_brought_twice_acts_once(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    (card,) = office.answers(office.sen)
    await office.press("sam", card, "Receive")
    told = list(office.slack.world.ephemerals[office.people["sam"].id])

    ack = await office.slack.deliver(brought(office, "interactive"))
    await office.settle()

    assert ack.ok
    assert office.slack.world.ephemerals[office.people["sam"].id] == told
    assert [one.kind for one in office.post.told()].count("received") == 1


async def test_pressing_again_says_that_it_was_done_before(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    card = office.slack.photo(office.answers(office.sen)[0])
    await office.press("sam", card, "Receive")
    await office.press("sam", card, "Receive")

    (_, again) = office.slack.world.ephemerals[office.people["sam"].id]
    assert "You have received" in again.words
    assert [one.kind for one in office.post.told()].count("received") == 1


async def test_a_form_that_is_brought_twice_acts_once(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    await office.press("sam", office.answers(office.sen)[0], "Reject…")
    await office.slack.submit(office.people["sam"], {"written": "Wrong child"})
    await office.settle()
    told = len(office.post.told())

    assert (await office.slack.deliver(brought(office, "interactive"))).ok
    await office.settle()

    assert len(office.post.told()) == told


async def test_a_command_that_is_brought_twice_is_answered_once(office: SlackOffice) -> None:
    await office.slack.command(office.people["jo"], office.dm("jo"), "/postroom", "status")
    assert (await office.slack.deliver(brought(office, "command"))).ok
    await office.settle()

    assert len(office.answers(office.dm("jo"))) == 1
