"""One thing that cannot be destroyed keeps nothing else from it: it is told of, and tried again."""

import hashlib
import os
from pathlib import Path

import pytest

from bot.ledger import files
from bot.ledger.tables import Contents, DestroyOrder
from bot.retention import shredding
from tests.office import TestOffice, one_line
from tests.people import ALEX, JO, PLAN, SAM

WHAT = "Contents that are due to be destroyed cannot be"


async def days_pass(post: TestOffice, days: int) -> None:
    for _ in range(days):
        post.clock.advance(days=1)
        await post.settle()


async def received(post: TestOffice, name: str) -> str:
    await post.email(JO, attach=name)
    reference = post.expect(JO, "receipt").references[0]
    await post.email(SAM, text=f"receive {reference}")
    return reference


def place_of(post: TestOffice, object_id: str) -> Path:
    """Where the sealed octets of an object lie."""
    return post.rooms.settings.vault.folder / hashlib.sha256(object_id.encode()).hexdigest()[:2] / object_id


def in_the_way(post: TestOffice, reference: str) -> Path:
    """A folder stands where its sealed octets would."""
    object_id = post.file(reference).object_id
    assert object_id
    place = place_of(post, object_id)
    place.unlink(missing_ok=True)
    place.mkdir()
    return place


def alerts(post: TestOffice) -> list[str]:
    return [one_line(told) for told in post.inbox_of(ALEX) if told.kind == "alert" and WHAT in one_line(told)]


def ordered(post: TestOffice) -> list[str]:
    """What is still to be destroyed."""
    return post.rooms.ledger.read_now(
        lambda tx: [one.object_id for one in tx.query(DestroyOrder) if one.done_at is None]
    )


@pytest.mark.parametrize("batch", [1, 100])
async def test_a_file_that_cannot_be_destroyed_keeps_no_other_from_it(
    post: TestOffice, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(shredding, "BATCH", batch)
    stuck = [await received(post, PLAN), await received(post, PLAN.replace("plan", "terms"))]
    goes = await received(post, PLAN.replace("plan", "report"))
    places = [in_the_way(post, reference) for reference in stuck]
    await days_pass(post, 92)
    assert post.file(goes).contents is Contents.DESTROYED
    assert all(post.file(reference).contents is not Contents.DESTROYED for reference in stuck)
    assert str(places[0]) in alerts(post)[0].replace(" ", "")
    assert not any(post.rooms.vault.holds(post.file(reference).object_id or "") for reference in stuck)

    for place in places:
        place.rmdir()
    await days_pass(post, 1)
    told = len(alerts(post))
    await days_pass(post, 2)
    assert all(post.file(reference).contents is Contents.DESTROYED for reference in stuck)
    assert len(alerts(post)) == told


@pytest.mark.parametrize("name", [b"Alfie's plan.docx", b"f1-1\xff", b".DS_Store"])
async def test_what_somebody_put_into_the_vault_keeps_nothing_from_being_destroyed(
    post: TestOffice, name: bytes
) -> None:
    reference = await received(post, PLAN)
    put = post.rooms.settings.vault.folder / "7a" / os.fsdecode(name)
    put.touch()
    writing = post.rooms.vault.begin("f999-1")  # what a crash left
    writing.write(b"x")
    post.rooms.vault.finish(writing)
    await days_pass(post, 92)
    assert post.file(reference).contents is Contents.DESTROYED
    assert not post.rooms.vault.holds("f999-1")
    assert put.exists()
    assert ordered(post) == []


async def test_an_order_for_what_cannot_be_in_the_vault_stops_no_other_and_is_forgotten(post: TestOffice) -> None:
    reference = await received(post, PLAN)
    now = post.clock.now()
    post.rooms.ledger.write_now(lambda tx: files.order_destruction(tx, "Alfie's plan.docx", why="orphan", now=now))
    await days_pass(post, 92)
    assert post.file(reference).contents is Contents.DESTROYED
    assert ordered(post) == []
