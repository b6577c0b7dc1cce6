"""`postroom serve` as a process of its own, whose mail lies in a mailbox."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.smtp import SMTP

from bot import data
from bot import settings as configuration
from bot.clock import Clock
from bot.settings import Settings
from tests.imap.mailbox_office import PATIENCE_SECONDS
from tests.office import Answer, Mailboxes, free_port, places, set_up

MIB = 1 << 20


@dataclass
class Premises:
    """Where it keeps what it keeps, and where its answers go."""

    settings: Settings
    environ: Mapping[str, str]
    mailboxes: Mailboxes

    async def answer(self, kind: str, count: int = 1) -> Answer:
        """The newest of so many answers of a kind."""
        async with asyncio.timeout(PATIENCE_SECONDS * 4), self.mailboxes.arrived:
            await self.mailboxes.arrived.wait_for(lambda: len(self.all(kind)) >= count)
        return self.all(kind)[-1]

    def all(self, kind: str) -> list[Answer]:
        """Every answer of a kind."""
        return [answer for answer in self.mailboxes.delivered if answer.kind == kind]


@asynccontextmanager
async def premises(directory: Path, keys: Mapping[str, str]) -> AsyncIterator[Premises]:
    """An empty office that nobody serves yet."""
    mailboxes = Mailboxes()
    sink = await asyncio.get_running_loop().create_server(lambda: SMTP(mailboxes), "127.0.0.1", 0)
    environ = {
        **places(directory), **keys,
        "POSTROOM__EMAIL__SMTP__ENABLED": "false",
        "POSTROOM__EMAIL__OUTGOING__PORT": str(sink.sockets[0].getsockname()[1]),
        "POSTROOM__WEB__PORT": str(free_port()),
    }  # fmt: skip
    shutil.copytree(data.folder("config") / "demo", directory / "config")
    settings = configuration.load(directory / "config", environ)
    set_up(settings, Clock()).close()
    try:
        yield Premises(settings, environ, mailboxes)
    finally:
        sink.close()


def peak(pid: int) -> int:
    """The most octets of memory that a process ever had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024
