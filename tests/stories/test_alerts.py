"""Whatever happens, administrators get a few mails an hour, the first at once; of the rest nothing is lost."""

from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot import telling
from bot.ledger.tables import OutboxItem
from bot.watching import Trouble, Watchman
from tests.office import Answer, Opener, TestOffice, one_line
from tests.people import ALEX, JO, PLAN

DIGEST = "more alerts"


def alerts(post: TestOffice) -> list[Answer]:
    """What the administrator was told."""
    return [mail for mail in post.inbox_of(ALEX) if mail.kind == "alert"]


async def happens(post: TestOffice, what: str, *, times: int = 1) -> None:
    """Something needs a person, so often."""
    for number in range(times):
        tell = partial(_alert, post, what, f"{what}, number {number}")
        await post.rooms.ledger.write(tell)
    await post.settle()


def _alert(post: TestOffice, what: str, line: str, tx: Session) -> None:
    telling.alert(tx, what, [line], post.rooms.occasion())


async def test_the_first_is_told_at_once_and_a_flood_is_counted_in_one_mail(post: TestOffice) -> None:
    await happens(post, "The roof leaks")
    assert [mail.subject for mail in alerts(post)] == ["Please look: The roof leaks"]

    await happens(post, "The roof leaks", times=415)
    assert len(alerts(post)) == 4
    post.clock.advance(minutes=59)
    await post.settle()
    assert len(alerts(post)) == 4
    post.clock.advance(minutes=1)
    await post.settle()
    *_, digest = alerts(post)
    assert len(alerts(post)) == 5
    assert digest.subject == "Please look: 412 more alerts"
    assert "The roof leaks: 412 since 09:00 on 1 September 2026" in one_line(digest)
    assert "The roof leaks, number 3" in one_line(digest)


async def test_something_new_is_told_at_once_beside_a_flood(post: TestOffice) -> None:
    await happens(post, "The roof leaks", times=100)
    await happens(post, "The disk is nearly full")
    assert alerts(post)[-1].subject == "Please look: The disk is nearly full"


async def test_a_flood_of_different_things_is_bounded_too_and_tells_each_apart(post: TestOffice) -> None:
    for number in range(60):
        await happens(post, f"Pipe {number} leaks")
    assert len(alerts(post)) == 6
    post.clock.advance(hours=1)
    await post.settle()
    digest = alerts(post)[-1]
    assert digest.subject == "Please look: 54 more alerts"
    assert "Pipe 6 leaks: 1 since" in one_line(digest)
    assert "Other alerts: 25 since" in one_line(digest)


async def test_day_after_day_of_it_brings_a_bounded_number_of_mails_and_counts_all(post: TestOffice) -> None:
    for _ in range(48):
        await happens(post, "The roof leaks", times=20)
        post.clock.advance(minutes=30)
    post.clock.advance(hours=2)
    await post.settle()
    told = [mail.subject.removeprefix("Please look: ") for mail in alerts(post)]
    counted = sum(int(subject.split()[0]) if DIGEST in subject else 1 for subject in told)
    assert counted == 48 * 20
    assert len(told) <= 24 * 5 + 2


async def test_a_mail_server_that_is_back_after_a_day_brings_no_flood(post: TestOffice) -> None:
    post.mailboxes.refusal = "451 4.3.0 not now"
    for number in range(24):
        await happens(post, f"Pipe {number} leaks", times=10)
        post.clock.advance(hours=1)
    post.mailboxes.refusal = None
    post.clock.advance(hours=2)
    await post.settle()
    assert len(alerts(post)) <= 8
    last = alerts(post)[-1]
    assert "Pipe 23 leaks" in last.text


async def test_a_clock_that_was_ahead_and_is_set_back_silences_nothing(post: TestOffice) -> None:
    post.clock.advance(days=400)
    await happens(post, "The roof leaks", times=12)
    await told_once_a_day(post, "The lift stands still")
    post.clock.advance(hours=2)
    await post.settle()
    post.clock.advance(days=-400)
    before = len(alerts(post))
    await happens(post, "The roof leaks")
    await told_once_a_day(post, "The lift stands still")
    assert [mail.subject for mail in alerts(post)[before:]] == [
        "Please look: The roof leaks", "Please look: The lift stands still",
    ]  # fmt: skip


async def test_what_lasts_is_told_again_a_day_later_though_the_clock_was_ahead_at_first(post: TestOffice) -> None:
    rooms, leak = post.rooms, Trouble("The roof leaks", ("It rains in.",))
    watchman = Watchman(rooms.ledger, post.clock, rooms.settings, [lambda: [leak]])
    told = []
    for days, minutes in ((400, 0), (-400, 1), (0, 60), (1, 0)):
        post.clock.advance(days=days, minutes=minutes)
        told.append(await watchman.step())
    assert told == [True, True, False, True]


async def told_once_a_day(post: TestOffice, what: str) -> None:
    """It needs a person, and goes on."""
    day = timedelta(days=1)
    await post.rooms.ledger.write(lambda tx: telling.alert_once(tx, what, [what], post.rooms.occasion(), within=day))
    await post.settle()


async def test_how_many_an_hour_is_configured(post_with: Opener) -> None:
    async with post_with({"POSTROOM__EMAIL__ALERTS_PER_HOUR": "1"}) as post:
        for number in range(10):
            await happens(post, f"Pipe {number} leaks")
        assert len(alerts(post)) == 1
        post.clock.advance(minutes=50)
        await happens(post, "The roof leaks")
        post.clock.advance(minutes=11)
        await post.settle()
        await happens(post, "The disk is nearly full")
        assert [mail.subject for mail in alerts(post)[1:]] == [
            "Please look: 10 more alerts", "Please look: The disk is nearly full",
        ], "what tells of the others does not keep the next from being told"  # fmt: skip


async def test_the_later_mail_comes_an_hour_after_the_first_and_not_after_what_it_tells_of(post: TestOffice) -> None:
    await happens(post, "The roof leaks", times=4)
    post.clock.advance(minutes=50)
    await happens(post, "The roof leaks")
    post.clock.advance(minutes=10)
    await post.settle()
    assert alerts(post)[-1].subject == "Please look: 1 more alert"


async def test_what_is_told_once_within_a_time_is_not_told_again_for_being_in_the_later_mail(post: TestOffice) -> None:
    for number in range(6):
        await happens(post, f"Pipe {number} leaks")
    for _ in range(5):
        await told_once_a_day(post, "Once")
    post.clock.advance(hours=1)
    await post.settle()
    assert "Once: 1 since" in one_line(alerts(post)[-1])
    await told_once_a_day(post, "Once")
    assert "Once" not in alerts(post)[-1].subject


async def test_an_outgoing_server_that_refuses_everybody_is_told_a_few_times(post: TestOffice) -> None:
    post.mailboxes.refused[JO] = "550 5.1.1 No such mailbox"
    for number in range(12):
        await post.email(JO, attach={PLAN: b"%d" % number})
        post.clock.advance(minutes=1)
    assert 0 < len(alerts(post)) <= 6


async def test_a_mail_that_was_tried_is_not_changed_any_more(post: TestOffice) -> None:
    await happens(post, "The roof leaks", times=10)
    post.mailboxes.refusal = "451 4.3.0 not now"
    post.clock.advance(hours=1, seconds=1)
    await post.settle()
    (tried,) = [item for item in post.told() if item.facts.get("more")]
    await happens(post, "The roof leaks", times=10)
    waiting = [item for item in post.told() if item.facts.get("more")]
    assert [_count(item) for item in waiting] == [6 + 6]
    assert waiting[0].id != tried.id


def _count(item: OutboxItem) -> int:
    return sum(int(one["count"]) for one in item.facts["more"])
