"""A term of thirty schools, and what time brings after it: the books balance, and what is due to be gone is gone."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.ledger import history
from bot.ledger.tables import Contents, InboxItem, InboxState, OutboxItem, OutboxState
from handlers.cli.files.finding import file_of
from handlers.rooms import open_rooms
from tests.office import MORNING, Answer
from tests.people import ALEX
from tests.term.books import OFFICERS, PLACES, Return
from tests.term.traffic import DAYS
from tests.term.working import Term

AFTER = timedelta(days=DAYS + 100)
"""From the first day to when the contents of the last file are due."""
WARNED_AT = (60, 67, 74, 81, 88, *range(95, 200, 7))
"""So many days after it was sent it is said that nobody has received a file."""
LONDON = ZoneInfo("Europe/London")
BROUGHT_BY_TIME = {"unreceived", "alert", "quarantine", "expiring"}
"""Kinds of notices that nobody's act brings."""


async def test_after_a_term_the_books_balance_and_what_is_due_is_gone(tmp_path: Path) -> None:  # lived once: it is long
    term = Term(tmp_path, seed=1)
    await term.run(MORNING + AFTER)
    everybody_was_told_once_of_each_thing_that_somebody_did(term)
    each_notice_left_once(term)
    every_file_has_come_to_the_end_that_its_people_gave_it(term)
    every_message_is_done_with(term)
    nobody_receives_a_file_unseen(term)
    what_is_due_is_nowhere_and_all_else_is_there(term)


def everybody_was_told_once_of_each_thing_that_somebody_did(term: Term) -> None:
    told = Counter(one for answer in term.delivered if answer.kind not in BROUGHT_BY_TIME for one in _told(answer))
    missing, excess = term.books.due - told, told - term.books.due
    assert not missing, list(missing.items())[:20]
    assert not excess, list(excess.items())[:20]


def each_notice_left_once(term: Term) -> None:
    ids = Counter(str(answer.message["Message-ID"]) for answer in term.delivered)
    assert [found for found, count in ids.items() if count > 1] == []
    with open_rooms(term.settings, term.clock) as rooms:
        states = rooms.ledger.read_now(lambda tx: Counter(tx.scalars(select(OutboxItem.state))))
    assert states == {OutboxState.SENT: len(term.delivered)}


def every_file_has_come_to_the_end_that_its_people_gave_it(term: Term) -> None:
    with open_rooms(term.settings, term.clock) as rooms:
        for file in term.books.files:
            stored = rooms.ledger.read_now(partial(file_of, text=file.reference))
            kept = Contents.KEPT if file.waits else Contents.DESTROYED
            service = None if file.status == "Discarded" else file.service  # its name was never settled
            assert (stored.status, stored.service, stored.contents) == (file.status, service, kept), file
        assert rooms.ledger.read_now(lambda tx: list(history.faults(tx))) == []


def every_message_is_done_with(term: Term) -> None:
    with open_rooms(term.settings, term.clock) as rooms:
        states = rooms.ledger.read_now(lambda tx: Counter(tx.scalars(select(InboxItem.state))))
    assert set(states) == {InboxState.DONE, InboxState.DISCARDED}
    assert states[InboxState.DISCARDED] == term.photocopied > 0


def nobody_receives_a_file_unseen(term: Term) -> None:
    told = Counter(
        (answer.recipient, reference, _age(term, reference, answer))
        for answer in term.delivered
        if answer.kind == "unreceived"
        for reference in answer.references
    )
    expected = Counter(
        (reader, file.reference, age)
        for file in term.books.files
        for age in _warned_at(file, term.clock.now())
        for reader in {*OFFICERS[file.service], *PLACES.get(file.service, ()), ALEX}
    )
    assert told == expected


def what_is_due_is_nowhere_and_all_else_is_there(term: Term) -> None:
    everything = {path: path.read_bytes() for path in term.directory.rglob("*") if path.is_file()}
    assert any(path.name.endswith("-wal") for path in everything) or term.directory / "ledger.db" in everything
    kept = [file for file in term.books.files if file.waits]
    assert kept
    for path, octets in everything.items():
        found = set(re.findall(rb"canary [0-9a-f]{32}", octets))
        assert not found, f"clear contents in {path}"
        gone = [file for file in term.books.files if not file.waits and file.wrapped in octets]
        assert not gone, f"keys of what is destroyed in {path}"
    with open_rooms(term.settings, term.clock) as rooms:
        assert sorted(rooms.vault.object_ids()) == sorted(file.object_id for file in kept)
        assert all(b"".join(rooms.vault.read(file.object_id)) == file.contents for file in kept)


def _told(answer: Answer) -> Iterator[tuple[str, str, str]]:
    for reference in answer.references or [""]:
        yield answer.recipient, answer.kind, reference


def _age(term: Term, reference: str, answer: Answer) -> int:
    """Days by the authority's clocks since the file was sent, when this was written."""
    (file,) = [one for one in term.books.files if one.reference == reference]
    written: datetime = answer.message["Date"].datetime
    return (written.astimezone(LONDON).date() - file.came_at.astimezone(LONDON).date()).days


def _warned_at(file: Return, now: datetime) -> Iterator[int]:
    """The ages at which it must have been said that nobody has received it."""
    ended = file.received_at or file.destroyed_at or now
    if file.received_at or file.status == "Sent":
        days = (ended.astimezone(LONDON).date() - file.came_at.astimezone(LONDON).date()).days
        yield from (age for age in WARNED_AT if age <= days)
