"""What is compared: Postroom as it is served, and its peers, each in processes of its own and sent the very same mails."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import mails
from bench.processes import listening, process
from bench.sink import Sink
from bot import data
from bot.vault import MasterKey
from tests import postfix
from tests.office import free_port, places

Done = Callable[[Sequence[int]], Awaitable[None]]
FINISHED_SECONDS = 300


@dataclass(frozen=True)
class Server:
    """One that is at work."""

    port: int
    pid: int
    finished: Done
    """Waits until all that follows from the mails of these numbers is done."""


async def _at_once(_: Sequence[int]) -> None:
    """All is done when it is acknowledged."""


@asynccontextmanager
async def stock(kind: str, folder: Path) -> AsyncIterator[Server]:
    """A peer made with stock aiosmtpd."""
    port, kept = free_port(), folder / kind
    kept.mkdir()
    command = [sys.executable, "-m", "bench.null_server", kind, str(port), str(kept)]
    async with process(command, folder / f"{kind}.log") as pid:
        await listening(port)
        yield Server(port, pid, _at_once)


POSTFIX_MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log
maillog_file_prefixes = {home}
myhostname = {relay}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
message_size_limit = 1073741824
alias_maps =
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = static:box/
virtual_mailbox_limit = 0
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_transport = {delivery}:
"""
DELIVERIES = """
discard unix - - n - - discard
virtual unix - n n - - virtual
"""


@asynccontextmanager
async def behind_postfix(delivery: str, folder: Path) -> AsyncIterator[Server]:
    """Postfix with its queue on the disk, that delivers by `discard` to nowhere or by `virtual` into a maildir."""
    async with postfix.installed(folder) as peer:
        (peer.home / "mail").mkdir()
        shutil.chown(peer.home / "mail", "nobody")
        domain = mails.RETURNS.partition("@")[2]
        peer.write("main.cf", POSTFIX_MAIN.format(home=peer.home, relay=mails.RELAY, domain=domain, delivery=delivery))
        peer.write("master.cf", postfix.SERVICES.format(port=peer.port) + DELIVERIES)
        await asyncio.to_thread(peer.run, "postfix", "start")
        await listening(peer.port)
        pid = int((peer.home / "queue" / "pid" / "master.pid").read_text())
        yield Server(peer.port, pid, partial(_queue_is_empty, peer.home / "queue"))


async def _queue_is_empty(queue: Path, _: Sequence[int]) -> None:
    async with asyncio.timeout(FINISHED_SECONDS):
        while any(file.is_file() for part in ("incoming", "active", "deferred") for file in (queue / part).rglob("*")):
            await asyncio.sleep(0.02)


@asynccontextmanager
async def postroom(folder: Path) -> AsyncIterator[Server]:
    """`postroom serve` with a county's schools: it believes its relay, judges each mail and answers it, to a sink."""
    home, port, sink = folder / "postroom", free_port(), Sink()
    home.mkdir()
    await sink.open()
    environ = os.environ | places(home) | {
        "POSTROOM__EMAIL__SMTP__PORT": str(port),
        "POSTROOM__EMAIL__SMTP__PER_ADDRESS_MAX": "100",  # all of them come from this machine
        "POSTROOM__EMAIL__OUTGOING__PORT": str(sink.port),
        "POSTROOM__EMAIL__TRUST__SUBMISSION_NETWORKS": "[]",
        "POSTROOM__EMAIL__TRUST__RELAY_NETWORKS": '["127.0.0.1"]',
        "POSTROOM__EMAIL__TRUST__AUTHSERV_IDS": f'["{mails.RELAY}"]',
        "POSTROOM__WEB__PORT": "0",
    }  # fmt: skip
    await asyncio.to_thread(_set_up, home, environ)
    async with process([*_command(home), "serve"], folder / "postroom.log", environ) as pid:
        await listening(port)
        yield Server(port, pid, partial(_receipts_are_out, sink))
    sink.close()


async def _receipts_are_out(sink: Sink, numbers: Sequence[int]) -> None:
    async with asyncio.timeout(FINISHED_SECONDS):
        while not sink.receipts.keys() >= set(numbers):
            await asyncio.sleep(0.02)


def _set_up(home: Path, environ: dict[str, str]) -> None:
    shutil.copytree(data.folder("config") / "demo", home / "config")
    MasterKey.generate(Path(environ["POSTROOM__KEYS__MASTER_KEY_FILE"]))
    rosters = {"schools": _schools(), "people": _people()}
    for noun, text in rosters.items():
        (home / f"{noun}.csv").write_text(text, "utf-8")
    for command in (["migrate"], *([noun, "import", str(home / f"{noun}.csv")] for noun in rosters)):
        subprocess.run([*_command(home), *command], env=environ, check=True, stdout=subprocess.DEVNULL)


def _command(home: Path) -> list[str]:
    return [str(Path(sys.executable).with_name("postroom")), "--config", str(home / "config")]


def _schools() -> str:
    """A county's schools, as the public register lists them."""
    columns = (data.folder("config") / "demo" / "schools.csv").read_text("utf-8").splitlines()[0]
    known = {"LA (code)": "830", "EstablishmentStatus (name)": "Open", "PhaseOfEducation (name)": "Primary"}
    lines = [columns]
    for number in range(mails.SCHOOLS):
        own = known | {"EstablishmentNumber": mails.school(number)[3:], "EstablishmentName": f"School {number}"}
        lines.append(",".join(own.get(column.strip('"'), "") for column in columns.split(",")))
    return "\n".join(lines) + "\n"


def _people() -> str:
    """Of each school its headteacher and two who send; of each service one officer; one administrator."""
    lines = [
        "email,name,role,schools,services,other_emails",
        "alex.reed@derbyshire.example,Alex Reed,administrator,*,*,",
    ]
    lines += [
        f"officer.{code.lower()}@derbyshire.example,Officer {code},officer,,{code}," for code in ("INFO", "SEN", "FIN")
    ]
    for number in range(mails.SCHOOLS):
        domain, school = f"school{number}.example", mails.school(number)
        lines += [
            f"pat.nair@{domain},Pat Nair,headteacher,{school},,", f"jo.sands@{domain},Jo Sands,sender,{school},,",
            f"tom.ashe@{domain},Tom Ashe,sender,{school},,",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


SERVERS: dict[str, Callable[[Path], AbstractAsyncContextManager[Server]]] = {
    "aiosmtpd null": partial(stock, "null"),
    "aiosmtpd naive": partial(stock, "naive"),
    "Postfix discard": partial(behind_postfix, "discard"),
    "Postfix maildir": partial(behind_postfix, "virtual"),
    "Postroom": postroom,
}
