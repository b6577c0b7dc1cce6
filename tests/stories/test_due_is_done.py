"""What `postroom retention due --on DATE` lists is what the service does on that day, in offices of a random past."""

import random
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from bot.ledger.tables import Contents, Entry, File, InboxState
from bot.retention import listing
from bot.retention.listing import Fate
from bot.rules.lifecycle import Act, Status
from tests.office import MORNING, Opener, TestOffice
from tests.people import JO, SAM

SHORT = {
    f"POSTROOM__RETENTION__{key}": str(days)
    for key, days in {
        "CONTENTS_DAYS": 20,
        "GRACE_DAYS": 4,
        "HELD_DAYS": 3,
        "WARN_DAYS": 9,
        "QUARANTINE_DAYS": 5,
    }.items()
}
SENT_DAYS, DAYS = 16, 45
HOURS = (time(7, 1), time(14), time(22, 58))
"""When the service looks besides midnight, in UTC: London is an hour ahead until 25 October."""

Happened = dict[Fate, set[str]]


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_listed_for_a_day_is_what_is_done_on_it(post_with: Opener, seed: int) -> None:
    chance, done = random.Random(seed), set[Fate]()
    async with post_with(SHORT) as post:
        for day in range(DAYS):
            date = (MORNING + timedelta(days=day)).date()
            if day < SENT_DAYS:
                await traffic(post, chance, day)
            await until(post, datetime.combine(date, time(22, 59), UTC))  # the last minute in London
            listed, before, evening = due(post, day + 1), standing(post), post.clock.now()
            await the_next_day(post, day + 1)
            happened = {fate: after - before[fate] for fate, after in standing(post).items()}
            happened[Fate.WARN] = warned_since(post, evening)
            assert happened == {fate: listed[fate] for fate in happened}, date
            assert listed[Fate.DECIDE] <= {file.reference for file in post.files() if file.contents is Contents.KEPT}
            done |= {fate for fate, which in listed.items() if which}
        assert done == set(Fate)


async def traffic(post: TestOffice, chance: random.Random, day: int) -> None:
    """Something is sent, and at times something becomes of what was sent before."""
    await until(post, datetime.combine((MORNING + timedelta(days=day)).date(), time(9, chance.randrange(60)), UTC))
    name = f"8302000_SENplan{day}x20260901.docx"
    misnamed, machine = name.replace("_", " "), {"Auto-Submitted": "auto-generated"}
    acts: list[Callable[[], Awaitable[object]]] = [
        lambda: post.email(JO, attach=name),
        lambda: post.email(JO, attach=name),
        lambda: post.email(JO, attach=misnamed),
        lambda: post.email(JO, attach=name, headers=machine),
    ]
    await chance.choice(acts)()
    sent = [file for file in post.files() if file.status in {Status.SENT, Status.RECEIVED}]
    if sent and chance.random() < 0.5:
        reference = chance.choice(sent).reference
        words = {f"receive {reference}": SAM, f"reject {reference} Wrong child": SAM, f"freeze {reference}": JO}
        word = chance.choice(list(words))
        await post.email(words[word], text=word)


async def until(post: TestOffice, moment: datetime) -> None:
    if moment > post.clock.now():
        post.clock.advance(seconds=(moment - post.clock.now()).total_seconds())
        await post.settle()


async def the_next_day(post: TestOffice, day: int) -> None:
    """From midnight in London to its last minute but one."""
    date = (MORNING + timedelta(days=day)).date()
    await until(post, datetime.combine(date - timedelta(days=1), time(23, 1), UTC))
    for hour in HOURS:
        await until(post, datetime.combine(date, hour, UTC))


def due(post: TestOffice, day: int) -> Happened:
    """What is listed for that day, by what becomes of it."""
    settings, date = post.rooms.settings, (MORNING + timedelta(days=day)).date()
    at = listing.moment(settings, post.clock.now(), date)
    found = defaultdict[Fate, set[str]](set)
    for line in post.rooms.ledger.read_now(lambda tx: list(listing.due_lines(tx, settings, at))):
        found[line.what].add(line.reference)
    return found


def standing(post: TestOffice) -> Happened:
    """All that has been destroyed and discarded by now."""
    files = post.files()
    discarded = {file.reference for file in files if file.status is Status.DISCARDED}
    expired = {str(item.id) for item in post.waiting() if item.state is InboxState.DISCARDED}
    gone = {file.reference for file in files if file.contents is Contents.DESTROYED}
    return {Fate.DESTROY: gone - discarded, Fate.DISCARD: discarded | expired}


def warned_since(post: TestOffice, moment: datetime) -> set[str]:
    """The files of which history says that it was told since then that nobody received them."""
    told = (
        select(File.reference).join(Entry, Entry.file_id == File.id).where(Entry.act == Act.WARNED, Entry.at > moment)
    )
    return post.rooms.ledger.read_now(lambda tx: set(tx.scalars(told)))
