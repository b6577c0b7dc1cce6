"""The peer that goal 7 is measured by: Mailman 3's LMTP runner, which takes mail into its queue, a file for each, and no more.

It is no part of what the project needs. Install it anywhere else, and name its programs:

    python3 -m venv /var/tmp/mailman && /var/tmp/mailman/bin/pip install mailman
    MAILMAN=/var/tmp/mailman/bin python -m bench.process
"""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench import mails
from bench.processes import listening, process
from bench.server import Server, at_once
from tests.office import free_port

PROGRAMS = os.environ.get("MAILMAN")
CONFIGURATION = """
[mailman]
layout: bench
[paths.bench]
var_dir: {home}
[mta]
incoming: mailman.mta.null.NullMTA
lmtp_host: 127.0.0.1
lmtp_port: {port}
"""


@asynccontextmanager
async def mailman(folder: Path) -> AsyncIterator[Server]:
    """One list, at the returns mailbox's address, whose mail stays in the queue."""
    home, port = folder / "mailman", free_port()
    home.mkdir()
    configuration = home / "mailman.cfg"
    configuration.write_text(CONFIGURATION.format(home=home, port=port), "utf-8")
    command = [f"{PROGRAMS}/mailman", "-C", str(configuration), "--run-as-root", "create", "-d", mails.RETURNS]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    runner = [f"{PROGRAMS}/runner", "-C", str(configuration), "--runner=lmtp:0:1"]
    async with process(runner, folder / "mailman.log") as pid:
        await listening(port)
        yield Server(port, pid, at_once, lmtp=True)
