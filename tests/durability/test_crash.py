"""Postroom is killed again and again under load: nothing acknowledged is lost, nothing happens twice."""

import asyncio
import hashlib
import os
import random
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
from aiosmtpd.smtp import SMTP
from sqlalchemy import select

from bot import data, verifying
from bot import settings as configuration
from bot.clock import Clock
from bot.ledger.tables import File, InboxItem, InboxState
from bot.rules.lifecycle import Status
from handlers.app import Rooms, open_rooms
from tests.office import RETURNS, Answer, Mailboxes, free_port, places, set_up
from tests.people import BETH, JO, TOM

KILLS = 20
SENDERS = (JO, TOM, BETH, JO)
SCHOOL = {JO: "8302000", TOM: "8302000", BETH: "8309001"}
PATIENCE_SECONDS = 120


@dataclass
class Load:
    """Mail servers that try each mail until it is acknowledged, as mail servers do."""

    port: int = 0
    sent: dict[str, bytes] = field(default_factory=dict)
    """What was acknowledged: file name and contents."""
    acknowledged: asyncio.Condition = field(default_factory=asyncio.Condition)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep_sending(self, number: int, sender: str) -> None:
        """One mail after the other."""
        count = 0
        while not self.ended.is_set():
            count += 1
            name = f"{SCHOOL[sender]}_SENload{number}x{count}x20260901.pdf"
            contents = hashlib.sha256(name.encode()).digest() * (3 if count % 5 else 30_000)
            message = compose(sender, name, contents)
            while not await self.acknowledges(message, sender):
                if self.ended.is_set():
                    return
                async with self.acknowledged:
                    self.acknowledged.notify_all()
                await asyncio.sleep(0.02)  # a mail server, too, waits before it tries again
            self.sent[name] = contents
            async with self.acknowledged:
                self.acknowledged.notify_all()

    async def acknowledges(self, message: bytes, sender: str) -> bool:
        """Whether the mail was taken."""
        with suppress(aiosmtplib.SMTPException, OSError):
            async with aiosmtplib.SMTP(hostname="127.0.0.1", port=self.port, timeout=20) as client:
                await client.sendmail(sender, [RETURNS], message)
                return True
        return False

    async def until(self, more: int) -> None:
        """Wait for so many more acknowledgements."""
        goal = len(self.sent) + more
        async with self.acknowledged:
            await asyncio.wait_for(self.acknowledged.wait_for(lambda: len(self.sent) >= goal), PATIENCE_SECONDS)


def compose(sender: str, name: str, contents: bytes) -> bytes:
    """A return whose Message-ID names its file."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"], message["Message-ID"] = (
        sender,
        RETURNS,
        name,
        f"<{name}@mail.example>",
    )
    message.add_attachment(contents, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes(policy=policy.SMTP)


@asynccontextmanager
async def serving(directory: Path, environ: dict[str, str]) -> AsyncIterator[Process]:
    """`postroom serve`, ready, and killed at the end if it has not stopped; with a configuration of its own, for it adds
    its public key to it."""
    config = directory / "config"
    if not config.exists():
        shutil.copytree(data.folder("config") / "demo", config)
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("postroom"), "--config", str(config), "serve",
        env={**os.environ, **environ}, stderr=PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        await until_ready(process)
        yield process
    finally:
        if process.returncode is None:
            await kill(process)


async def until_ready(process: Process) -> None:
    """Wait until it says so."""
    assert process.stderr is not None
    said = b""
    while line := await asyncio.wait_for(process.stderr.readline(), PATIENCE_SECONDS):
        said += line
        if line.strip() == b"ready":
            return
    raise AssertionError(said.decode())


async def kill(process: Process) -> None:
    """The whole process tree, without a word."""
    os.killpg(process.pid, signal.SIGKILL)
    await process.communicate()


@asynccontextmanager
async def sending(load: Load) -> AsyncIterator[None]:
    """All senders at work; they end with the mails that they are at."""
    tasks = [asyncio.create_task(load.keep_sending(number, sender)) for number, sender in enumerate(SENDERS)]
    try:
        yield
    finally:
        load.ended.set()
        await asyncio.gather(*tasks)


async def test_nothing_acknowledged_is_lost_and_nothing_happens_twice(tmp_path: Path) -> None:  # lesson L27
    chance, mailboxes, load = random.Random(7), Mailboxes(), Load()
    loop = asyncio.get_running_loop()
    sink = await loop.create_server(lambda: SMTP(mailboxes, enable_SMTPUTF8=True), "127.0.0.1", 0)
    load.port = free_port()
    environ = {
        **places(tmp_path),
        "POSTROOM__EMAIL__SMTP__PORT": str(load.port),
        "POSTROOM__EMAIL__OUTGOING__PORT": str(sink.sockets[0].getsockname()[1]),
        "POSTROOM__WEB__PORT": str(free_port()),
    }
    settings = configuration.load(data.folder("config") / "demo", environ)
    set_up(settings, Clock()).close()

    async with AsyncExitStack() as to_close:
        to_close.callback(sink.close)
        async with sending(load):
            for _ in range(KILLS):
                async with serving(tmp_path, environ):
                    await load.until(chance.randint(1, 12))
            process = await to_close.enter_async_context(serving(tmp_path, environ))
        await receipts_of(load, mailboxes)
        process.terminate()
        assert await process.wait() == 0

    with open_rooms(settings, Clock()) as rooms:
        assert_whole(rooms, load, mailboxes)


async def receipts_of(load: Load, mailboxes: Mailboxes) -> None:
    """Wait until every acknowledged mail has its receipt and every announcement has left."""
    async with mailboxes.arrived:
        everyone = mailboxes.arrived.wait_for(lambda: set(load.sent) <= set(by_file(mailboxes.delivered)))
        await asyncio.wait_for(everyone, PATIENCE_SECONDS)


def by_file(delivered: list[Answer]) -> dict[str, set[str]]:
    """The Message-IDs of the receipts for each file."""
    found: dict[str, set[str]] = defaultdict(set)
    for answer in delivered:
        if answer.kind == "receipt":
            name = str(answer.message["In-Reply-To"]).strip("<>").removesuffix("@mail.example")
            found[name].add(str(answer.message["Message-ID"]))
    return found


def assert_whole(rooms: Rooms, load: Load, mailboxes: Mailboxes) -> None:
    """The books balance: each file once, with its contents; each receipt once, whatever was repeated."""
    files = rooms.ledger.read_now(lambda tx: list(tx.scalars(select(File)).unique()))
    assert len({file.name for file in files}) == len(files)
    assert set(load.sent) <= {file.name for file in files}
    for file in files:
        assert file.status is Status.SENT
        contents = b"".join(rooms.vault.read(file.object_id))
        assert hashlib.sha256(contents).hexdigest() == file.sha256
        assert contents == load.sent.get(file.name, contents)
    receipts = by_file(mailboxes.delivered)
    assert {name: len(receipts[name]) for name in load.sent} == dict.fromkeys(load.sent, 1)
    assert verifying.faults(rooms.ledger, rooms.vault, rooms.signing_keys) == []
    unfinished = select(InboxItem).where(InboxItem.state != InboxState.DONE)
    assert rooms.ledger.read_now(lambda tx: list(tx.scalars(unfinished))) == []
