"""The one place that starts a real Postfix: with a configuration, a queue and ports of its own, beside any other.

It is set up as docs/mail.md says: the tests read the lines there.
"""

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.office import free_port
from tests.peers import lacking

MANUAL = Path(__file__).parent.parent / "docs" / "mail.md"
HOSTNAME = "mx.derbyshire.example"
SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - y - - lmtp
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
"""As Debian has it, but that only lmtp is chrooted: the others would need files of the system in there."""
BASE = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log
maillog_file_prefixes = {home}
myhostname = {hostname}
mydestination =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtp_host_lookup = native
relayhost = [127.0.0.1]:{relayhost}
smtpd_peername_lookup = no
notify_classes =
smtpd_forbid_bare_newline_exclusions =
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
"""


def blocks(section: str = "### Postfix") -> dict[str, str]:
    """The files that the manual shows in a section, by the name that stands in the first line of each."""
    text = MANUAL.read_text("utf-8").partition(f"\n{section}\n")[2]
    text = re.split(r"\n###? ", text)[0]
    shown = re.findall(r"```\n# (\S+)[^\n]*\n(.*?)```", text, re.DOTALL)
    return dict(shown)


@dataclass
class Postfix:
    """One that runs."""

    home: Path
    port: int

    @property
    def socket(self) -> Path:
        """Where the manual has LMTP spoken."""
        return self.home / "queue" / "postroom" / "lmtp"

    def write(self, name: str, text: str) -> None:
        """A file of its configuration; a table is made of one that has a name without a dot."""
        path = self.home / "etc" / name
        path.write_text(text, "utf-8")
        if "." not in name:
            self.run("postmap", f"hash:{path}")

    def run(self, *command: str) -> str:
        """A command of Postfix on this one."""
        tool, *arguments = command
        done = subprocess.run(
            [f"/usr/sbin/{tool}", "-c", str(self.home / "etc"), *arguments],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (command, done.stderr, self.log())
        return done.stdout

    def log(self) -> str:
        """All that it has done."""
        path = self.home / "log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    async def start(self, *, postroom: int, relayhost: int, by: str = "smtp", main: Mapping[str, str]) -> None:
        """As in the manual: the mailbox goes `by` SMTP or LMTP to `postroom`, all else to `relayhost`; and more for main.cf."""
        shown = {name: text.replace("/etc/postfix", str(self.home / "etc")) for name, text in blocks().items()}
        base = BASE.format(home=self.home, hostname=HOSTNAME, relayhost=relayhost)
        chosen = "".join(f"{key} = {value}\n" for key, value in main.items())
        self.write("main.cf", base + shown["main.cf"] + chosen)
        self.write("master.cf", SERVICES.format(port=self.port))
        self.write("relay_recipients", shown["relay_recipients"])
        self.write("transport", shown[f"transport-{by}"].replace(":2525", f":{postroom}"))
        await asyncio.to_thread(self.run, "postfix", "start")

    async def logged(self, pattern: str) -> None:
        """Wait until it says so."""
        async with asyncio.timeout(30):
            while not re.search(pattern, self.log()):  # noqa: ASYNC110 (another process: there is no event)
                await asyncio.sleep(0.02)


@asynccontextmanager
async def installed(folder: Path = Path("/tmp")) -> AsyncIterator[Postfix]:
    """A Postfix that can be started, and is stopped in the end. Its sockets' paths have to be short, and so the folder's."""
    need_postfix()
    home = Path(tempfile.mkdtemp(prefix="postfix-", dir=folder))
    postfix = Postfix(home, free_port())
    try:
        await asyncio.to_thread(_make_folders, postfix)
        yield postfix
    finally:
        if (home / "queue" / "pid" / "master.pid").exists():
            await asyncio.to_thread(postfix.run, "postfix", "abort")
        await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)


def need_postfix() -> None:
    """Skip the test where none can be started."""
    if shutil.which("postfix", path="/usr/sbin") and os.geteuid() == 0:
        return
    lacking("Postfix, and root")


def _make_folders(postfix: Postfix) -> None:
    """As a package does, and the folder of the socket as the manual says."""
    home, of_socket = postfix.home, postfix.socket.parent
    home.chmod(0o755)
    for folder in ("etc", "queue", "data"):
        (home / folder).mkdir(mode=0o755)
    shutil.chown(home / "data", "postfix")
    of_socket.mkdir()
    shutil.chown(of_socket, group="postfix")
    of_socket.chmod(0o2750)
