"""A restart at any step repeats nothing and loses nothing: what was posted is found again by its metadata."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import inbox, outbox
from bot.ledger.tables import Surface
from bot.outbox import LEASE, OutboxWorker, Shown
from bot.parcels import Parcel
from bot.rules.lifecycle import Status
from handlers.app import office as build
from handlers.running import Serving
from handlers.slack.channel import PATH, SlackChannel
from handlers.slack.send import SlackCourier
from handlers.web.application import application
from handlers.web.pages import Pages
from tests.people import PLAN, SAM
from tests.slack import Conversation
from tests.slack_office import SlackOffice, open_slack_office

POST = "chat.postMessage"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    async with open_slack_office(tmp_path) as opened:
        first = opened.post.office
        yield opened
        if opened.post.office is not first:
            await stop(opened)


class Killed(BaseException):
    """The process is gone: nothing after this instruction happens."""


async def nothing(*_: object, **__: object) -> bool:
    """What is left undone because we died before it."""
    return True


async def stop(office: SlackOffice) -> None:
    """Listen no more, and say no more."""
    for channel in office.post.office.channels.values():
        await channel.stop()
    await office.post.office.close()


async def restart(office: SlackOffice) -> None:
    """Another process over the same database: whatever the first one held in memory is gone."""
    await stop(office)
    office.post.office = build(office.post.rooms)
    slack = office.post.office.channels["slack"]
    assert isinstance(slack, SlackChannel)
    settings = office.post.rooms.settings
    office.slack.use_asgi(application(settings, Pages(settings), slack.routes()), PATH)
    await office.post.rooms.ledger.write(inbox.recover)
    await office.post.rooms.ledger.write(outbox.recover)
    for channel in office.post.office.channels.values():
        await channel.start(office.post.office.inbox)


def where(office: SlackOffice, name: str) -> Conversation:
    """A direct message, a thread of a channel, or a channel."""
    return {"direct": office.dm("jo"), "thread": office.returns, "channel": office.sen}[name]


@pytest.mark.parametrize("place", ["direct", "thread", "channel"])
@pytest.mark.parametrize("chatter", [0, 450], ids=["quiet", "busy"])
async def test_what_was_posted_before_we_died_is_not_posted_again(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch, place: str, chatter: int
) -> None:
    died_at = where(office, place)
    monkeypatch.setattr(OutboxWorker, "_settle", nothing)
    jo, sent_to = office.people["jo"], office.returns if place == "thread" else office.dm("jo")
    said = await office.slack.post(jo, sent_to, files=[office.slack.world.file(jo, PLAN, b"PK")])
    await office.settle()
    monkeypatch.undo()
    (posted,) = office.answers(died_at)
    office.slack.subscribed = frozenset()
    speaker = office.people["sam" if place == "channel" else "jo"]
    for _ in range(chatter):
        await office.slack.post(speaker, died_at, "noise", thread=said.ts if place == "thread" else None)

    await restart(office)
    await office.settle()

    assert office.answers(died_at) == [posted]
    assert {item.state for item in office.post.told()} == {"sent"}
    (surface,) = [one for one in surfaces(office) if one.place == died_at.id]
    assert surface.stamp == posted.ts


@pytest.mark.parametrize("place", ["direct", "thread", "channel"])
async def test_what_was_posted_though_the_answer_was_lost_is_not_posted_again(office: SlackOffice, place: str) -> None:
    office.slack.trouble.drop(POST, after=True, channel=where(office, place).id)
    await office.send("jo", PLAN, where=office.returns if place == "thread" else None)

    office.post.clock.advance(minutes=1)
    await office.settle()

    assert len(office.answers(where(office, place))) == 1
    assert {item.state for item in office.post.told()} == {"sent"}


async def test_what_another_app_posted_in_its_likeness_is_not_taken_for_it(office: SlackOffice) -> None:
    office.slack.trouble.drop("chat.postMessage", times=2, channel=office.sen.id)
    await office.send("jo", PLAN)
    (card,) = office.answers(office.sen)
    likeness = replace(card, ts=office.slack.world.ts(), bot_id="B0OTHER")
    office.sen.messages.append(likeness)

    office.post.clock.advance(minutes=1)
    await office.settle()
    await office.post.email(SAM, text=f"receive {office.post.files()[0].reference}")

    assert "Received by Sam Hale" in card.words
    assert "Received by" not in likeness.words


async def test_what_was_not_posted_before_we_died_is_posted(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OutboxWorker, "_one", nothing)
    jo = office.people["jo"]
    await office.slack.post(jo, office.dm("jo"), files=[office.slack.world.file(jo, PLAN, b"PK")])
    await office.settle()
    monkeypatch.undo()
    assert {item.state for item in office.post.told()} == {"sending"}

    await restart(office)
    await office.settle()

    assert len(office.answers(office.dm("jo"))) == len(office.answers(office.sen)) == 1


async def test_a_message_that_was_stored_is_handled_by_the_next_process(office: SlackOffice) -> None:
    jo = office.people["jo"]
    await office.slack.post(jo, office.dm("jo"), files=[office.slack.world.file(jo, PLAN, b"PK")])

    await restart(office)
    await office.settle()

    assert [file.name for file in office.post.files()] == [PLAN]
    assert len(office.answers(office.dm("jo"))) == 1


async def test_a_redrawing_that_was_cut_short_is_done_again(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.send("jo", PLAN)

    async def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(SlackCourier, "redraw", die)
    await office.slack.press(office.people["sam"], office.answers(office.sen)[0], "Receive")
    with pytest.raises(Killed):
        await office.settle()
    monkeypatch.undo()
    assert "Received by" not in office.answers(office.sen)[0].words

    await restart(office)
    await office.settle()

    assert "Received by Sam Hale" in office.answers(office.sen)[0].words
    assert "Received by Sam Hale" in office.answers(office.dm("jo"))[0].words
    assert [one.next_at for one in surfaces(office) if one.next_at] == []


@pytest.mark.parametrize("patient", [True, False])
async def test_stopping_lets_what_is_being_told_be_told_and_waits_for_nobody_for_ever(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch, *, patient: bool
) -> None:
    monkeypatch.setattr("handlers.running.GRACE_SECONDS", 60 if patient else 0)
    await stop(office)
    serving = Serving(office.post.office)
    await serving.__aenter__()
    hanging = office.slack.trouble.hang(POST)
    await office.slack.post(office.people["jo"], office.dm("jo"), "status")
    await office.slack.until(lambda: hanging.waiting)

    leaving = asyncio.create_task(serving.__aexit__(None, None, None))
    await asyncio.sleep(0)
    if patient:
        hanging.release()
    await leaving
    hanging.release()

    assert {item.state for item in office.post.told()} == {"sent" if patient else "sending"}
    await restart(office)
    await office.settle()
    assert len(office.answers(office.dm("jo"))) == 1


async def test_buttons_of_before_a_restart_work(office: SlackOffice) -> None:
    await office.send("jo", "8302000 SENplan20260901.docx")
    (advice,) = office.answers(office.dm("jo"))
    await restart(office)
    await office.press("jo", advice, f"Send as {PLAN}")
    (card,) = office.answers(office.sen)
    await restart(office)
    await office.press("nadia", card, "Reject…")
    await restart(office)
    await office.slack.submit(office.people["nadia"], {"written": "Wrong child"})
    await office.settle()

    assert office.post.files()[0].status is Status.REJECTED
    assert "Rejected by Nadia Brook" in office.answers(office.sen)[0].words


async def test_two_workers_post_no_notice_twice(office: SlackOffice) -> None:
    jo = office.people["jo"]
    names = [f"8302000_SENplan{number}x20260901.docx" for number in range(1, 9)]
    await office.slack.post(jo, office.dm("jo"), files=[office.slack.world.file(jo, name, b"PK") for name in names])
    other = build(office.post.rooms)
    slack = other.channels["slack"]
    await slack.start(other.inbox)

    await asyncio.gather(office.settle(), other.settle(), office.settle(), other.settle())
    await slack.stop()
    await other.close()

    assert len(office.answers(office.dm("jo"))) == 1
    assert len(office.answers(office.sen)) == len(names)


async def test_a_lease_that_ran_out_is_taken_over_and_what_was_posted_is_found(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker that posted is stuck before it can say so; another takes over when its time is up."""
    other = build(office.post.rooms)
    stuck, go_on = asyncio.Event(), asyncio.Event()
    deliver = SlackCourier.deliver

    async def hang(self: SlackCourier, parcel: Parcel) -> Shown | None:
        shown = await deliver(self, parcel)
        if not stuck.is_set():
            stuck.set()
            await go_on.wait()
        return shown

    monkeypatch.setattr(SlackCourier, "deliver", hang)
    await office.slack.post(office.people["jo"], office.dm("jo"), "status")
    slow = asyncio.create_task(office.settle())
    await stuck.wait()
    office.post.clock.advance(seconds=(LEASE + timedelta(seconds=1)).total_seconds())
    await other.settle()
    go_on.set()
    await slow
    await other.close()

    assert len(office.answers(office.dm("jo"))) == 1
    assert len(surfaces(office)) == 1


async def test_pages_are_turned_after_a_restart(office: SlackOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.slack.render.BLOCKS_MAX", 4)
    await office.send("jo", PLAN)
    (receipt,) = office.answers(office.dm("jo"))
    assert "Page 2 of" in receipt.buttons[-1]
    await restart(office)

    await office.press("jo", receipt, receipt.buttons[-1])

    (turned,) = office.answers(office.dm("jo"))
    assert "◀ Back" in turned.buttons
    await office.press("jo", turned, "◀ Back")
    assert office.answers(office.dm("jo"))[0].words == receipt.words


def surfaces(office: SlackOffice) -> list[Surface]:
    """All that stands in Slack."""
    return office.post.rooms.ledger.read_now(lambda tx: list(tx.query(Surface)))
