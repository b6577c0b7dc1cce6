"""A machine on which Postroom is killed again and again: mail servers and officers that go on, and what an operator runs."""

import asyncio
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import aiosmtplib

from bot import data
from tests.office import RETURNS, Mailboxes
from tests.peers import faketime
from tests.people import BETH, JO, SAM, TOM

SENDERS = (JO, TOM, BETH, JO)
SCHOOL = {JO: "8302000", TOM: "8302000", BETH: "8309001"}
PATIENCE_SECONDS = 120
A_LIFE = timedelta(days=1.3)
"""So much later it is, by the machine's clock, when Postroom is started again."""
IMPORTED = 300
"""People in the file that is imported, each under the number of the file that named them last."""


@dataclass
class Load:
    """Mail servers that try each mail until it is acknowledged, as mail servers do."""

    mailboxes: Mailboxes
    port: int = 0
    sent: dict[str, bytes] = field(default_factory=dict)
    """What was acknowledged: file name and contents."""
    misnamed: set[str] = field(default_factory=set)
    """Of these, what waits for a word of its sender, and never gets it."""
    received: set[str] = field(default_factory=set)
    """References that an officer received."""
    read: int = 0
    """How many of all mails the officer has looked through."""
    acknowledged: asyncio.Condition = field(default_factory=asyncio.Condition)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep_sending(self, number: int, sender: str) -> None:
        """One mail with a return after the other; every seventh is named wrongly."""
        for turn in count(1):
            space = " " if turn % 7 == 3 else "_"
            name = f"{SCHOOL[sender]}{space}SENload{number}x{turn}x20260901.pdf"
            contents = hashlib.sha256(name.encode()).digest() * (3 if turn % 5 else 30_000)
            if not await self.deliver(compose(sender, name, contents), sender):
                return
            self.sent[name] = contents
            self.misnamed |= {name} if space == " " else set()
            async with self.acknowledged:
                self.acknowledged.notify_all()
            if self.ended.is_set():
                return

    async def keep_receiving(self) -> None:
        """An officer receives every third file of which he is told."""
        while not self.ended.is_set():
            async with self.mailboxes.arrived:
                await self.mailboxes.arrived.wait_for(lambda: self._has_news() or self.ended.is_set())
            for answer in self.mailboxes.delivered[self.read :]:
                self.read += 1
                if (answer.recipient, answer.kind) == (SAM, "new-files") and self.read % 3 == 0:
                    (reference,) = answer.references
                    if await self.deliver(_word(f"receive {reference}", answer.message["Message-ID"]), SAM):
                        self.received.add(reference)

    def _has_news(self) -> bool:
        return len(self.mailboxes.delivered) > self.read

    async def deliver(self, message: bytes, sender: str) -> bool:
        """Try until it is taken. False: it is over, and nobody knows."""
        while not await self._acknowledges(message, sender):
            if self.ended.is_set():
                return False
            await asyncio.sleep(0.02)  # a mail server, too, waits before it tries again
        return True

    async def _acknowledges(self, message: bytes, sender: str) -> bool:
        with suppress(aiosmtplib.SMTPException, OSError):
            async with aiosmtplib.SMTP(hostname="127.0.0.1", port=self.port, timeout=20) as client:
                await client.sendmail(sender, [RETURNS], message)
                return True
        return False

    async def until(self, more: int) -> None:
        """Wait for so many more acknowledgements of returns."""
        goal = len(self.sent) + more
        async with self.acknowledged:
            await asyncio.wait_for(self.acknowledged.wait_for(lambda: len(self.sent) >= goal), PATIENCE_SECONDS)

    @asynccontextmanager
    async def at_work(self, *, receiving: bool = True) -> AsyncIterator[None]:
        """Everybody, the officer too if he is to; they end with the mails that they are at."""
        tasks = [asyncio.create_task(self.keep_sending(number, sender)) for number, sender in enumerate(SENDERS)]
        tasks += [asyncio.create_task(self.keep_receiving())] if receiving else []
        try:
            yield
        finally:
            self.ended.set()
            async with self.mailboxes.arrived:
                self.mailboxes.arrived.notify_all()
            await asyncio.gather(*tasks)


def compose(sender: str, name: str, contents: bytes) -> bytes:
    """A return whose Message-ID names its file."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, RETURNS, name
    message["Message-ID"] = f"<{name.replace(' ', '.')}@mail.example>"
    message.add_attachment(contents, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes(policy=policy.SMTP)


def _word(text: str, answered: str) -> bytes:
    """A command of the officer's."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SAM, RETURNS, "Files"
    message["Message-ID"] = f"<answer.to.{answered.strip('<>')}>"
    message.set_content(text)
    return message.as_bytes(policy=policy.SMTP)


@dataclass
class Machine:
    """Where it runs: its clock, its configuration, its commands."""

    directory: Path
    environ: dict[str, str]
    later: timedelta = timedelta(0)
    """How far its clock is ahead of ours."""
    backups: int = 0
    """Complete ones."""
    imports: int = 0
    rotations: int = 0

    @property
    def backup(self) -> Path:
        return self.directory / "backup"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Process]:
        """`postroom serve`, ready, and killed at the end if it has not stopped; with a configuration of its own, for it adds
        its public key to it."""
        config = self.directory / "config"
        if not config.exists():
            shutil.copytree(data.folder("config") / "demo", config)
        process = await self.begin("serve", stderr=PIPE)
        try:
            await until_ready(process)
            async with read(process):
                yield process
        finally:
            await kill(process)

    async def begin(self, *words: str, stderr: int = DEVNULL) -> Process:
        """A command, in a process group of its own."""
        return await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("postroom"), "--config", str(self.directory / "config"), *words,
            env={**os.environ, **self.environ, **(faketime(self.later) if self.later else {})}, stdout=DEVNULL, stderr=stderr,
            start_new_session=True,
        )  # fmt: skip

    @asynccontextmanager
    async def upkeep(self, chance: random.Random) -> AsyncIterator[None]:
        """What an operator does meanwhile; whatever has not ended by then is killed."""
        begun = [await chore() for chore in (self._back_up, self._import_people) if chance.random() < 1 / 2]
        try:
            yield
        finally:
            for process, done in begun:
                if process.returncode == 0:
                    done()
                await kill(process)

    async def rotate(self, chance: random.Random) -> None:
        """Change the master key; often it is killed over it."""
        process = await self.begin("keys", "rotate")
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), chance.uniform(0.3, 3))
        self.rotations += process.returncode == 0
        await kill(process)

    def people_of_one_file(self) -> bool:
        """Whether nothing of a file of people was entered by halves."""
        with closing(sqlite3.connect(self.directory / "ledger.db")) as database:
            rows = database.execute(
                "SELECT name, count(*) FROM people WHERE name LIKE 'File%' GROUP BY name"
            ).fetchall()
        return [number for _, number in rows] in ([], [IMPORTED])

    async def _back_up(self) -> tuple[Process, Callable[[], None]]:
        def done() -> None:
            self.backups += 1

        return await self.begin("backup", str(self.backup), "--keep", "2"), done

    async def _import_people(self) -> tuple[Process, Callable[[], None]]:
        self.imports += 1
        file = self.directory / "people.csv"
        rows = [f"p{number}@moorview.example,File {self.imports},sender,8309001" for number in range(IMPORTED)]
        file.write_text("\n".join(["email,name,role,schools", *rows]), encoding="utf-8")
        return await self.begin("people", "import", str(file)), lambda: None


async def until_ready(process: Process) -> None:
    """Wait until it says so."""
    assert process.stderr is not None
    said = b""
    while line := await asyncio.wait_for(process.stderr.readline(), PATIENCE_SECONDS):
        said += line
        if line.strip() == b"ready":
            return
    raise AssertionError(said.decode())


@asynccontextmanager
async def read(process: Process) -> AsyncIterator[None]:
    """Somebody reads its log, so that it never waits for that; it is killed at the end if it has not ended."""
    assert process.stderr is not None
    reading = asyncio.create_task(process.stderr.read())
    try:
        yield
    finally:
        end(process)
        await reading


async def kill(process: Process) -> None:
    """The whole process tree, without a word, unless it has ended."""
    end(process)
    await process.communicate()


def end(process: Process) -> None:
    """Kill it, and do not wait."""
    if process.returncode is None:
        with suppress(ProcessLookupError):  # it ended just now
            os.killpg(process.pid, signal.SIGKILL)


async def until(true: Callable[[], bool], what: str) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not true():  # noqa: ASYNC110 - there is no event: another process brings it about
            await asyncio.sleep(0.1)
    assert true(), what
