"""A scrape stays cheap however much is on record: what it asks is answered by indexes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import generate_latest
from sqlalchemy import Connection, Engine, event

from tests.office import TestOffice
from tests.people import JO, PLAN

GROWS = ("files", "inbox", "outbox", "history", "destroy_orders")
"""Tables that hold a row for everything that ever came."""


@contextmanager
def heard(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Every question that is put to the database meanwhile."""
    asked: list[tuple[str, Any]] = []

    def hear(_: Connection, __: object, statement: str, parameters: object, *___: object) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", hear)


async def test_no_question_goes_through_a_whole_table(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    engine = post.rooms.ledger._reading
    with heard(engine) as asked:
        generate_latest(post.rooms.measures.registry)
    assert asked
    with engine.connect() as connection:
        for statement, parameters in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [str(row[-1]) for row in plan]
            scanned = [step for step in steps for table in GROWS if step.startswith(f"SCAN {table}")]
            assert scanned == [], statement


async def test_what_has_ended_is_counted_anew_only_now_and_then(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    registry = post.rooms.measures.registry
    generate_latest(registry)
    with heard(post.rooms.ledger._reading) as soon:
        generate_latest(registry)
    post.clock.advance(minutes=15)
    with heard(post.rooms.ledger._reading) as later:
        generate_latest(registry)
    assert len(later) > len(soon)
