"""Backups are taken while mail comes in and while things are destroyed; killed at any point they leave a good one behind."""

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from sqlalchemy import func, select

from bot import data
from bot import settings as configuration
from bot.backup import generations
from bot.clock import Clock
from bot.ledger.tables import Contents, File, InboxItem
from handlers.rooms import Rooms, open_rooms
from tests.durability import crashing
from tests.durability.crashing import PATIENCE_SECONDS, Load, compose
from tests.durability.test_crash import answers, receipts_of
from tests.office import Mailboxes, free_port, places, set_up
from tests.people import JO

BACKUPS = 4
KILLS = 12
CANARY = b"canary: nobody may ever read this again. " * 30_000
CANARY_NAME = "8302000_SENcanary20260901.pdf"
CONFIG = data.folder("config") / "demo"


@dataclass
class Machine:
    """Where one post office lies, and what its commands answer."""

    directory: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.directory / "config"

    def serving(self) -> AbstractAsyncContextManager[Process]:
        """`postroom serve`, ready, and killed at the end."""
        return crashing.Machine(self.directory, self.environ).serving()

    def rooms(self) -> Rooms:
        return open_rooms(configuration.load(self.config, self.environ), Clock())

    async def run(self, *words: str, status: int = 0) -> Any:
        """A command in a process of its own; the JSON document that it prints."""
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("postroom"), "--config", str(self.config), *words, "--json",
            env={**os.environ, **self.environ}, stdout=PIPE, stderr=PIPE,
        )  # fmt: skip
        said, wrong = await process.communicate()
        assert process.returncode == status, (words, wrong.decode())
        return json.loads(said)


@asynccontextmanager
async def everybody() -> AsyncIterator[tuple[Mailboxes, int]]:
    """The mailboxes of all, and the port at which they are."""
    mailboxes = Mailboxes()
    sink = await asyncio.get_running_loop().create_server(lambda: SMTP(mailboxes, enable_SMTPUTF8=True), "127.0.0.1", 0)
    try:
        yield mailboxes, sink.sockets[0].getsockname()[1]
    finally:
        sink.close()


def machine(directory: Path, smtp: int, outgoing: int) -> Machine:
    """A folder of its own."""
    directory.mkdir()
    return Machine(
        directory,
        {
            **places(directory),
            "POSTROOM__EMAIL__SMTP__PORT": str(smtp),
            "POSTROOM__EMAIL__OUTGOING__PORT": str(outgoing),
            "POSTROOM__EMAIL__REPLIES_PER_HOUR": "1000000",
            "POSTROOM__WEB__PORT": str(free_port()),
        },
    )


async def test_a_backup_taken_while_mail_comes_in_goes_on_elsewhere_and_brings_nothing_destroyed_back(
    tmp_path: Path,
) -> None:  # lesson L68
    place = tmp_path / "backup"
    async with everybody() as (mailboxes, outgoing):
        load = Load(mailboxes, free_port())
        old, new = (machine(tmp_path / name, load.port, outgoing) for name in ("old", "new"))
        shutil.copytree(CONFIG, old.config)
        set_up(configuration.load(old.config, old.environ), Clock()).close()
        async with old.serving() as process:
            assert await load.deliver(compose(JO, CANARY_NAME, CANARY), JO)
            async with load.at_work(receiving=False):
                for _ in range(BACKUPS):
                    await load.until(10)
                    before = answered(load)
                    taken = await old.run("backup", str(place))
            await receipts_of(load)
            (recalled,) = [one for one in await old.run("files", "list") if one["name"] == CANARY_NAME]
            process.kill()
            await process.wait()
        await asyncio.to_thread(recall, old, recalled["reference"])

        shutil.copy(old.directory / "master.key", new.directory)
        report = await new.run("restore", str(place), "--keys", str(old.directory / "keys.db"))

        assert report["generation"] == taken["generation"]
        assert report["destroyed"] == [recalled["reference"]]
        assert report["missing"] == []
        assert (await new.run("ledger", "verify"))["whole"]
        assert report["messages_lost_at_least"] >= lost(new, load)
        async with new.serving() as process:
            waited = waiting(new)
            again = Load(mailboxes, load.port)
            async with again.at_work(receiving=False):
                await again.until(3)
            await receipts_of(again)
            await crashing.until(lambda: not waiting(new), "what waited in the backup is handled")
            process.terminate()
            await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)
        files = {one["name"]: one for one in await new.run("files", "list")}
        assert (files[CANARY_NAME]["status"], files[CANARY_NAME]["contents"]) == ("Sent", "destroyed")
        history = await new.run("files", "history", recalled["reference"])
        assert [one["act"] for one in history] == ["sent", "destroyed"]
        assert before - set(files) == set(), f"handled before the backup; {waited} were waiting in it"
        kept = [one for one in files.values() if one["contents"] == "kept"]
        assert len(kept) == len(files) - 1, "nothing else was destroyed"
        with new.rooms() as rooms:
            assert_contents(rooms, {**load.sent, **again.sent})
        assert_nowhere(CANARY[:40], old, new, place)
        assert len(answers(mailboxes.delivered)) >= len(load.sent)


def recall(office: Machine, reference: str) -> None:
    """The sender's own word, after the last backup."""
    subprocess.run(
        [
            Path(sys.executable).with_name("postroom"), "--config", str(office.config), "files", "recall", reference,
            "--by", JO,
        ],
        env={**os.environ, **office.environ}, check=True, capture_output=True,
    )  # fmt: skip


def answered(load: Load) -> set[str]:
    """The names of what was handled by now: what waits in a backup is gone with it, if it is handled before it is put back."""
    told = answers(load.mailboxes.delivered)
    return {name for name in load.sent if name.replace(" ", ".") in told}


def waiting(office: Machine) -> int:
    """How many messages are not handled yet."""
    unfinished = select(func.count()).select_from(InboxItem).where(InboxItem.state.in_(("waiting", "working")))
    with office.rooms() as rooms:
        return rooms.ledger.read_now(lambda tx: tx.scalar(unfinished)) or 0


def lost(office: Machine, load: Load) -> int:
    """How many of the acknowledged mails are neither on record nor waiting."""
    with office.rooms() as rooms:
        names = rooms.ledger.read_now(
            lambda tx: set(tx.scalars(select(File.name))) | set(tx.scalars(select(InboxItem.subject)))
        )
    return len(set(load.sent) - names)


def assert_contents(rooms: Rooms, sent: dict[str, bytes]) -> None:
    """Every kept file holds what was sent under its name."""
    for file in rooms.ledger.read_now(lambda tx: list(tx.scalars(select(File)).unique())):
        if file.contents is Contents.KEPT:
            assert b"".join(rooms.vault.read(file.object_id)) == sent[file.name]


def assert_nowhere(canary: bytes, old: Machine, new: Machine, place: Path) -> None:
    """Neither in any file nor in anything that the keys open."""
    for folder in (old.directory, new.directory, place):
        for path in folder.rglob("*"):
            assert not path.is_file() or canary not in path.read_bytes(), path
    for one in (old, new):
        with one.rooms() as rooms:
            shelf = set(rooms.vault.on_shelf())
            for object_id in shelf.intersection(rooms.vault.with_keys()):
                assert canary not in b"".join(rooms.vault.read(object_id)), object_id


@pytest.fixture
def office(tmp_path: Path) -> Machine:
    """With so much stored that a backup takes a while."""
    found = machine(tmp_path / "office", 0, free_port())
    shutil.copytree(CONFIG, found.config)
    with set_up(configuration.load(found.config, found.environ), Clock()) as rooms:
        store(rooms, 0)
    return found


def store(rooms: Rooms, number: int) -> None:
    """Some objects, of which no row speaks."""
    writings = [rooms.vault.begin(f"f{number}-{part}") for part in range(40)]
    for writing in writings:
        writing.write(os.urandom(20_000))
    rooms.vault.finish(*writings)


def test_a_backup_killed_at_any_point_leaves_the_last_one_or_is_one(office: Machine, tmp_path: Path) -> None:
    chance, place, took, good = random.Random(11), tmp_path / "backup", 1.0, 0
    for number in range(KILLS + 1):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.durability.backing_up", str(office.config), str(place)],
            env={**os.environ, **office.environ}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        with process:
            assert process.stdin
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            began = time.monotonic()
            process.stdin.write("\n")
            process.stdin.flush()
            if number == 0:
                assert process.stdout.readline() == "done\n"
                took = time.monotonic() - began
            else:
                try:
                    process.wait(chance.uniform(0, took))
                except subprocess.TimeoutExpired:
                    process.kill()
        found = generations(place)
        assert len(found) >= max(good, 1)
        assert [damage for one in found for damage in one.damages()] == []
        good = min(len(found), 3)
        with office.rooms() as rooms:
            store(rooms, number + 1)
    clean = machine(tmp_path / "clean", 0, free_port())
    shutil.copy(office.directory / "master.key", clean.directory)
    said = subprocess.run(
        [
            Path(sys.executable).with_name("postroom"), "--config", str(clean.config), "restore", str(place), "--keys",
            str(office.directory / "keys.db"), "--json",
        ],
        env={**os.environ, **clean.environ}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["whole"]
