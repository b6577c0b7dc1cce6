"""A conversation that Slack wants left alone is left alone for as long as it asks; all others go on, and nothing is lost."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.people import ALEX, PLAN
from tests.slack import Conversation
from tests.slack_office import SlackOffice, open_slack_office

POST = "chat.postMessage"
OTHER = "8302000_SENreview20260901.docx"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    async with open_slack_office(tmp_path) as opened:
        yield opened


def posts(office: SlackOffice, where: Conversation) -> int:
    """How often it was tried to post there."""
    return len([call for call in office.slack.calls_of(POST) if call.args["channel"] == where.id])


async def test_a_conversation_is_left_alone_for_as_long_as_slack_asks_and_the_others_are_told(
    office: SlackOffice,
) -> None:
    office.slack.trouble.limit(POST, retry_after=90, channel=office.sen.id)

    await office.send("jo", PLAN)
    assert len(office.answers(office.dm("jo"))) == 1
    office.post.clock.advance(seconds=89)
    await office.settle()
    assert (posts(office, office.sen), office.answers(office.sen)) == (1, [])

    office.post.clock.advance(seconds=1)
    await office.settle()
    assert len(office.answers(office.sen)) == 1
    assert not [item for item in office.post.told() if item.state != "sent"]


@pytest.mark.parametrize("asked", ["limit", "fail", "refuse", "refuse and fail", "drop"])
async def test_what_is_put_off_is_told_before_what_was_posted_after_it(office: SlackOffice, asked: str) -> None:
    trouble = office.slack.trouble
    {
        "limit": lambda: trouble.limit(POST, retry_after=30, channel=office.sen.id),
        "fail": lambda: trouble.fail(POST, status=503, channel=office.sen.id),
        "refuse": lambda: trouble.refuse(POST, "internal_error", channel=office.sen.id),
        "refuse and fail": lambda: trouble.refuse(POST, "channel_not_found", status=503, channel=office.sen.id),
        "drop": lambda: trouble.drop(POST, after=False, channel=office.sen.id),
    }[asked]()

    await office.send("jo", PLAN, OTHER)
    office.post.clock.advance(seconds=5)
    await office.send("jo", "8302000_SENlater20260901.docx")
    assert office.answers(office.sen) == []

    office.post.clock.advance(seconds=30)
    await office.settle()
    names = [message.words.split()[4] for message in office.answers(office.sen)]
    assert names == [PLAN, OTHER, "8302000_SENlater20260901.docx"]
    looked_for = office.slack.calls_of("conversations.history")
    assert asked != "limit" or not looked_for, "what Slack did not let us post was not posted"


async def test_what_slack_can_never_take_stands_aside_for_what_follows_it(office: SlackOffice) -> None:
    office.slack.trouble.fail(POST, times=4, channel=office.sen.id)
    await office.send("jo", PLAN, OTHER)

    for _ in range(4):
        office.post.clock.advance(minutes=5)
        await office.settle()

    assert sorted(message.words.split()[4] for message in office.answers(office.sen)) == sorted([PLAN, OTHER])


@pytest.mark.parametrize("failures", [1, 2, 3, 4])
async def test_after_three_tries_again_what_fails_holds_up_nothing(office: SlackOffice, failures: int) -> None:
    fails = office.slack.trouble.fail(POST, times=99, channel=office.sen.id)
    await office.send("jo", PLAN)
    while fails.times > 99 - failures:
        office.post.clock.advance(minutes=5)
        await office.settle()
    fails.times = 0

    await office.send("jo", OTHER)

    assert bool(office.answers(office.sen)) == (failures > 3)


async def test_what_is_put_off_in_one_place_holds_up_nothing_for_the_same_person_elsewhere(office: SlackOffice) -> None:
    office.slack.trouble.fail(POST, times=99, channel=office.dm("jo").id)
    await office.send("jo", PLAN)

    await office.send("jo", text=f"{office.slack.world.bot.mention} help", where=office.returns)

    assert office.answers(office.dm("jo")) == []
    assert len(office.whispers("jo")) == 1


async def test_what_hangs_is_put_off_and_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.slack.channel.CALL_SECONDS", 1)
    async with open_slack_office(tmp_path) as office:
        hanging = office.slack.trouble.hang(POST, channel=office.sen.id)
        await office.send("jo", PLAN)
        assert (len(office.answers(office.dm("jo"))), office.answers(office.sen)) == (1, [])

        hanging.release()
        await office.slack.until(lambda: office.answers(office.sen))  # nobody waits for the answer any more
        office.post.clock.advance(minutes=1)
        await office.settle()
        assert len(office.answers(office.sen)) == 1


async def test_gaps_grow_while_slack_is_in_trouble_and_nothing_is_lost(office: SlackOffice) -> None:
    office.slack.trouble.fail(POST, times=3, channel=office.dm("jo").id)
    await office.send("jo", PLAN)

    tried = [posts(office, office.dm("jo"))]
    for _ in range(8):
        office.post.clock.advance(seconds=25)
        await office.settle()
        tried.append(posts(office, office.dm("jo")))

    assert tried == [1, 2, 2, 3, 3, 3, 3, 4, 4]
    assert len(office.answers(office.dm("jo"))) == 1


async def test_a_card_is_not_redrawn_before_slack_allows_it_and_then_shows_the_state_of_that_moment(
    office: SlackOffice,
) -> None:
    await office.send("jo", PLAN)
    office.slack.trouble.limit("chat.update", retry_after=40, channel=office.sen.id)
    await office.press("sam", office.answers(office.sen)[0], "Receive")
    assert "Received by" not in office.answers(office.sen)[0].words
    assert "Received by" in office.answers(office.dm("jo"))[0].words

    office.post.clock.advance(seconds=39)
    await office.post.email(
        "nadia.brook@derbyshire.example", text=f"reject {office.post.files()[0].reference} Wrong child"
    )
    assert "Rejected by" not in office.answers(office.sen)[0].words

    office.post.clock.advance(seconds=1)
    await office.settle()
    assert "Rejected by Nadia Brook" in office.answers(office.sen)[0].words


async def test_a_limit_on_asking_who_somebody_is_makes_their_message_wait(office: SlackOffice) -> None:
    office.slack.trouble.limit("users.info", retry_after=20)
    await office.send("jo", PLAN)
    assert office.post.files() == []

    office.post.clock.advance(seconds=21)
    await office.settle()
    assert len(office.post.files()) == len(office.answers(office.dm("jo"))) == 1


async def test_a_wait_that_slack_does_not_name_is_half_a_minute(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = office.slack.trouble.limit(POST, channel=office.sen.id)
    monkeypatch.setattr(limit, "retry_after", "soon")
    await office.send("jo", PLAN)

    office.post.clock.advance(seconds=29)
    await office.settle()
    assert posts(office, office.sen) == 1
    office.post.clock.advance(seconds=1)
    await office.settle()
    assert len(office.answers(office.sen)) == 1


@pytest.mark.parametrize("asked", ["1000000000", "9" * 5000])
async def test_no_wait_that_slack_names_is_believed_beyond_ten_minutes(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    for method in ("users.info", POST):
        monkeypatch.setattr(office.slack.trouble.limit(method), "retry_after", asked)

    await office.send("jo", PLAN)
    for _ in range(4):
        office.post.clock.advance(minutes=10)
        await office.settle()

    assert len(office.answers(office.dm("jo"))) == len(office.answers(office.sen)) == 1


@pytest.mark.parametrize("asked", ["0", "-5", "²"])
async def test_no_wait_that_slack_names_makes_us_ask_again_at_once(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    limit = office.slack.trouble.limit(POST, times=9, channel=office.sen.id)
    monkeypatch.setattr(limit, "retry_after", asked)

    await office.send("jo", PLAN)

    assert posts(office, office.sen) == 1


async def test_a_limit_on_deleting_copies_holds_up_nobody(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path, delete_copy=True) as office:
        office.slack.trouble.limit("files.delete", retry_after=300)
        await office.send("jo", PLAN)

        await office.send("tom", text="help")

        assert len(office.answers(office.dm("tom"))) == 1


async def test_whoever_presses_many_buttons_is_still_answered_when_they_write(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    for _ in range(office.post.rooms.settings.email.replies_per_hour + 1):
        await office.press("sam", office.answers(office.sen)[0], "History")

    await office.send("sam", text="status")

    assert len(office.answers(office.dm("sam"))) == 1
    assert not office.post.inbox_of(ALEX)
