"""Both queues are claimed under leases: by one worker at a time, and without a look at rows that are finished."""

import sqlite3
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bot import inbox
from bot.arrival import Arrival
from bot.inbox import claims as of_inbox
from bot.ledger import Ledger
from bot.ledger.entering import enter
from bot.ledger.prepared import driver_of
from bot.ledger.tables import InboxItem, InboxState, OutboxItem, OutboxState
from bot.outbox.claims import QUEUE, Claims

NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
LATE = NOW + inbox.LEASE + timedelta(seconds=1)
JO = "jo@school.example"
MAIL = Claims("email", in_order=False, accounts=False)
CHAT = Claims("slack", in_order=True, accounts=False)


def wait(tx: Session) -> None:
    """A message and two notices are due."""
    arrival = Arrival(channel="email", key="k", sender=JO, believed="DKIM").model_dump(mode="json")
    message = {"channel": "email", "key": "k", "sender": JO, "subject": "", "arrival": arrival, "object_id": "raw"}
    enter(tx, InboxItem, message | {"id": 1, "arrived_at": NOW, "next_at": NOW})
    for channel in ("email", "slack"):
        notice: dict[str, object] = {
            "id": channel,
            "token": channel,
            "kind": "help",
            "recipient": JO,
            "facts": {},
            "route": {},
        }
        enter(tx, OutboxItem, notice | {"channel": channel, "created_at": NOW, "next_at": NOW})


def claim(tx: Session, now: datetime, lease: str) -> list[int | str]:
    """What one worker of each kind has from now on."""
    messages = of_inbox.claim(tx, now, [], lease) if of_inbox.are_due(tx, now, []) else []
    notices = [one for channel in (MAIL, CHAT) for one in channel.claim(tx, now, lease)]
    return [*(one.id for one in messages), *(one.posted.id for one in notices)]


def test_one_worker_has_it_until_its_lease_ends_and_then_another(ledger: Ledger) -> None:
    ledger.write_now(wait)
    assert ledger.write_now(lambda tx: claim(tx, NOW, "first")) == [1, "email", "slack"]
    assert ledger.write_now(lambda tx: claim(tx, NOW, "second")) == []
    assert ledger.write_now(lambda tx: claim(tx, LATE, "second")) == [1, "email", "slack"]


def test_whose_lease_has_ended_writes_nothing(ledger: Ledger) -> None:
    ledger.write_now(wait)
    ledger.write_now(lambda tx: claim(tx, NOW, "first"))
    ledger.write_now(lambda tx: claim(tx, LATE, "second"))
    assert not ledger.write_now(lambda tx: QUEUE.settle(tx, "email", "first", OutboxState.SENT, {}))
    assert not ledger.write_now(lambda tx: of_inbox.QUEUE.settle(tx, 1, "first", InboxState.DONE, {}))
    assert ledger.write_now(lambda tx: QUEUE.settle(tx, "email", "second", OutboxState.SENT, {"error": ""}))
    assert ledger.read_now(lambda tx: tx.get_one(OutboxItem, "email").state) is OutboxState.SENT
    assert ledger.read_now(lambda tx: tx.get_one(InboxItem, 1).state) is InboxState.WORKING


def test_no_look_for_what_is_due_goes_through_a_whole_queue(ledger: Ledger) -> None:
    ledger.write_now(wait)

    def plans(tx: Session) -> dict[str, list[str]]:
        driver, asked = driver_of(tx), list[str]()
        driver.set_trace_callback(asked.append)
        try:
            claim(tx, NOW, "first")
        finally:
            driver.set_trace_callback(None)
        return {one: steps(driver, one) for one in asked}

    found = ledger.write_now(plans)
    assert sum(one.startswith("UPDATE") for one in found) == 6, "what is abandoned, and what is due, of each"
    scanned = [
        one for one, plan in found.items() if any(step.startswith(("SCAN inbox", "SCAN outbox")) for step in plan)
    ]
    assert scanned == []


def steps(driver: sqlite3.Connection, statement: str) -> list[str]:
    return [str(row[-1]) for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}")]
