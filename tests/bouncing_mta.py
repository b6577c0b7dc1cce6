"""A real Postfix that takes our mail as the smarthost and bounces what it cannot deliver (skipped where there is none)."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

MASTER = Path("/usr/lib/postfix/sbin/master")
SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
SETTINGS = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.leysjunior.example
mydestination = leysjunior.example
local_recipient_maps =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
default_transport = discard
relay_transport = discard
transport_maps = regexp:{folder}/transport
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
disable_dns_lookups = yes
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
queue_run_delay = 300s
"""
TRANSPORT = "/^returns(\\+.*)?@derbyshire\\.example$/ smtp:[127.0.0.1]:{back}\n"


def postfix_or_skip() -> None:
    """Skip the test where Postfix cannot be run."""
    if not MASTER.exists() or os.geteuid() != 0:
        pytest.skip("needs Postfix, and to be root")


@asynccontextmanager
async def bouncing_postfix(*, port: int, back: int) -> AsyncIterator[None]:
    """Postfix, listening on `port`: nobody has a mailbox at leysjunior.example, and what goes to the returns mailbox is
    handed to port `back`; all else is thrown away."""
    with tempfile.TemporaryDirectory() as name:
        folder = _configured(Path(name), port, back)
        await _run("/usr/sbin/postfix", "-c", folder / "config", "check")
        server = await asyncio.create_subprocess_exec(MASTER, "-c", folder / "config", "-d", start_new_session=True)
        try:
            await _answers(port)
            yield
        finally:
            server.terminate()
            await server.wait()


def _configured(folder: Path, port: int, back: int) -> Path:
    folder.chmod(0o755)  # Postfix changes to a user of its own
    for inside in ("config", "spool", "data"):
        (folder / inside).mkdir()
    shutil.chown(folder / "data", "postfix")
    for file, text in (("config/main.cf", SETTINGS), ("config/master.cf", SERVICES), ("transport", TRANSPORT)):
        (folder / file).write_text(text.format(folder=folder, port=port, back=back))
    return folder


async def _run(*command: str | Path) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0


async def _answers(port: int) -> None:
    """Wait until somebody listens."""
    async with asyncio.timeout(30):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)
