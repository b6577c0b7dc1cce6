"""Postroom is killed again and again, under load and whatever else is being done: nothing acknowledged is lost, nothing
happens twice, nothing is done by halves, and what is due to be destroyed is."""

import asyncio
import hashlib
import os
import random
import shutil
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

from aiosmtpd.smtp import SMTP
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import data
from bot import settings as configuration
from bot.clock import Clock
from bot.ledger import checkpoints, history
from bot.ledger.tables import Contents, File, InboxItem, InboxState
from bot.rules.lifecycle import Status
from handlers.rooms import Rooms, open_rooms
from tests.durability.crashing import A_LIFE, PATIENCE_SECONDS, Load, Machine, until
from tests.office import Answer, Mailboxes, free_port, places, set_up

KILLS = int(os.environ.get("KILLS", "20"))
"""`make crash` has a hundred, so that contents become due for their age as well."""
HELD_DAYS, CONTENTS_DAYS = 7, 90
A_DAY = timedelta(days=1)


async def test_nothing_acknowledged_is_lost_and_nothing_happens_twice(tmp_path: Path) -> None:  # lesson L27
    chance, mailboxes = random.Random(7), Mailboxes()
    load = Load(mailboxes, free_port())
    loop = asyncio.get_running_loop()
    sink = await loop.create_server(lambda: SMTP(mailboxes, enable_SMTPUTF8=True), "127.0.0.1", 0)
    machine = Machine(tmp_path, _environ(tmp_path, load.port, sink.sockets[0].getsockname()[1]))
    set_up(configuration.load(data.folder("config") / "demo", machine.environ), Clock()).close()

    async with load.at_work():
        for life in range(KILLS):
            async with machine.serving(), machine.upkeep(chance):
                await load.until(chance.randint(1, 12))
            assert machine.people_of_one_file()
            machine.later += A_LIFE
            if life % 5 == 4:
                await machine.rotate(chance)
    async with machine.serving() as process:
        await receipts_of(load)
        await until(lambda: _is_done(machine), "what is due is done")
        process.terminate()
        assert await process.wait() == 0
    sink.close()

    with open_rooms(configuration.load(tmp_path / "config", machine.environ), Clock()) as rooms:
        assert_whole(rooms, load, Clock().now() + machine.later)
    if machine.backups:
        await assert_backed_up(machine, elsewhere(machine))


def _environ(directory: Path, port: int, outgoing: int) -> dict[str, str]:
    return {
        **places(directory),
        "POSTROOM__EMAIL__SMTP__PORT": str(port),
        "POSTROOM__EMAIL__OUTGOING__PORT": str(outgoing),
        "POSTROOM__EMAIL__REPLIES_PER_HOUR": "100000",
        "POSTROOM__WEB__PORT": str(free_port()),
    }


async def receipts_of(load: Load) -> None:
    """Wait until every acknowledged mail has its answer."""
    async with load.mailboxes.arrived:
        everyone = load.mailboxes.arrived.wait_for(lambda: _ids(load) <= set(answers(load.mailboxes.delivered)))
        await asyncio.wait_for(everyone, PATIENCE_SECONDS)


def _ids(load: Load) -> set[str]:
    return {name.replace(" ", ".") for name in load.sent}


def answers(delivered: list[Answer]) -> dict[str, set[str]]:
    """The Message-IDs of the receipts or the advice for each return."""
    found: dict[str, set[str]] = defaultdict(set)
    for answer in delivered:
        if answer.kind in ("receipt", "advice"):
            name = str(answer.message["In-Reply-To"]).strip("<>").removesuffix("@mail.example")
            found[name].add(str(answer.message["Message-ID"]))
    return found


def _is_done(machine: Machine) -> bool:
    """Whether nothing is left to be handled, nor to be destroyed for its age."""
    with open_rooms(configuration.load(machine.directory / "config", machine.environ), Clock()) as rooms:
        return rooms.ledger.read_now(lambda tx: not _unfinished(tx) and not _overdue(tx, Clock().now() + machine.later))


def _unfinished(tx: Session) -> bool:
    return tx.scalar(select(InboxItem.id).where(InboxItem.state != InboxState.DONE).limit(1)) is not None


def _overdue(tx: Session, now: datetime) -> list[File]:
    """Held for longer than a week, or received and older than the term of contents, and not destroyed: a day more is
    given, for days are counted whole."""
    kept = select(File).where(File.contents == Contents.KEPT)
    held = kept.where(File.status == Status.HELD, File.sent_at < now - (HELD_DAYS + 2) * A_DAY)
    received = kept.where(File.status == Status.RECEIVED, File.received_at < now - (HELD_DAYS + 2) * A_DAY)
    old = received.where(File.sent_at < now - (CONTENTS_DAYS + 2) * A_DAY)
    return [*tx.scalars(held).unique(), *tx.scalars(old).unique()]


def assert_whole(rooms: Rooms, load: Load, now: datetime) -> None:
    """The books balance: each file once, with its contents or rightly without; each answer once, whatever was repeated."""
    files = rooms.ledger.read_now(lambda tx: list(tx.scalars(select(File)).unique()))
    assert len({file.given for file in files}) == len(files)
    assert set(load.sent) <= {file.given for file in files}
    assert load.received <= {file.reference for file in files if file.status is Status.RECEIVED}
    for file in files:
        age = now - file.sent_at
        if file.contents is Contents.KEPT:
            contents = b"".join(rooms.vault.read(file.object_id))
            assert hashlib.sha256(contents).hexdigest() == file.sha256
            assert contents == load.sent.get(file.given, contents)
        elif file.status is Status.DISCARDED:
            assert file.given in load.misnamed
            assert age > HELD_DAYS * A_DAY
        else:
            assert file.status is Status.RECEIVED
            assert age > CONTENTS_DAYS * A_DAY
    told = answers(load.mailboxes.delivered)
    assert {name: len(told[name]) for name in _ids(load)} == dict.fromkeys(_ids(load), 1)
    stored = {
        one for one in rooms.vault.object_ids() if not one.startswith("raw-")
    }  # what was not acknowledged goes in a day
    assert stored == {one.object_id for one in files if one.contents is Contents.KEPT}
    assert rooms.ledger.read_now(lambda tx: list(history.faults(tx))) == []
    assert rooms.ledger.read_now(lambda tx: list(checkpoints.faults(tx, rooms.signing_keys))) == []


def elsewhere(machine: Machine) -> Machine:
    """Another machine, with the same master key."""
    directory = machine.directory / "other"
    there = Machine(directory, {**machine.environ, **places(directory)}, machine.later)
    directory.mkdir()
    name = "POSTROOM__KEYS__MASTER_KEY_FILE"
    shutil.copy(machine.environ[name], there.environ[name])
    return there


async def assert_backed_up(machine: Machine, there: Machine) -> None:
    """The last backup that was complete can be put back there, and is whole."""
    restore = ("restore", str(machine.backup), "--keys", machine.environ["POSTROOM__KEYS__PATH"])
    for words in (restore, ("ledger", "verify")):
        process = await there.begin(*words)
        assert await process.wait() == 0, words
