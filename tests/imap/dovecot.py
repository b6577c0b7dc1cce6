"""A real Dovecot, with a configuration, ports and a folder of its own."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from imapclient import IMAPClient

from tests.office import free_port
from tests.peers import lacking

COMMAND = "/usr/sbin/dovecot"
PATIENCE_SECONDS = 30.0
PASSWORD = "correct horse"
ROOM = next(folder for folder in ("/dev/shm", "/tmp") if os.access(folder, os.W_OK))
OWNER = "nobody"
"""Who the mail belongs to: Dovecot refuses to let it be root's."""

CONFIGURATION = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
default_login_user = dovenull
default_internal_user = dovecot
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
disable_plaintext_auth = no
auth_failure_delay = 0 secs
mailbox_idle_check_interval = 1 secs
auth_mechanisms = {mechanisms}
mail_location = maildir:{home}/mail/%u
first_valid_uid = 1
{capability}
passdb {{
  driver = passwd-file
  args = {home}/users
}}
{passdb}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={home}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""


@dataclass
class Dovecot:
    """The server; its users are those who are asked for."""

    home: Path
    certificate: Path
    capability: str = ""
    """What it says it can do, where that is to be less than it can."""
    mechanisms: str = "plain login"
    passdb: str = ""
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Until it listens."""
        text = CONFIGURATION.format(
            home=self.home, certificate=self.certificate, port=self.port, tls_port=self.tls_port, owner=OWNER,
            group="nogroup", mechanisms=self.mechanisms, passdb=self.passdb,
            capability=f"imap_capability = {self.capability}" if self.capability else "",
        )  # fmt: skip
        (self.home / "dovecot.conf").write_text(text)
        self.process = subprocess.Popen([COMMAND, "-F", "-c", str(self.home / "dovecot.conf")])
        end = time.monotonic() + PATIENCE_SECONDS
        while not self._listens():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < end, self.log()

    def stop(self) -> None:
        """With every connection."""
        if self.process:
            self.process.terminate()
            self.process.wait(PATIENCE_SECONDS)
            self.process = None

    def log(self) -> str:
        """What it has to say."""
        with suppress(FileNotFoundError):
            return (self.home / "log").read_text()
        return ""

    @contextmanager
    def client(self, user: str = "returns") -> Iterator[IMAPClient]:
        """Somebody else's mail program, signed in."""
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=PATIENCE_SECONDS) as client:
            client.login(user, PASSWORD)
            yield client

    def append(
        self, message: bytes, *, user: str = "returns", folder: str = "INBOX", flags: tuple[str, ...] = ()
    ) -> None:
        """A mail comes to lie in a folder."""
        with self.client(user) as client:
            client.append(folder, message, flags)

    def spoil(self, message: bytes, user: str = "returns") -> None:
        """A mail that Dovecot sees lying there, and may not read."""
        maildir = self.home / "mail" / user
        spoilt = maildir / "tmp" / "1788000000.M1P1.spoilt"
        spoilt.write_bytes(message)
        shutil.chown(spoilt, OWNER)
        spoilt.chmod(0)
        spoilt.rename(maildir / "new" / spoilt.name)

    def holds(self, folder: str, user: str = "returns") -> list[bytes]:
        """Every mail in a folder; none where there is no folder."""
        with self.client(user) as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            said = client.fetch(client.search("ALL"), ["BODY.PEEK[]"]) if client.search("ALL") else {}
            return [said[uid][b"BODY[]"] for uid in sorted(said)]

    def await_mail(self, folder: str) -> None:
        """Wait until there is some in a folder."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not self.holds(folder):
            assert time.monotonic() < end, self.log()

    def _listens(self) -> bool:
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", self.port), 5)):
            return True
        return False


def needs_dovecot() -> None:
    """Skip where it cannot run."""
    if os.access(COMMAND, os.X_OK) and os.geteuid() == 0:
        return
    lacking(f"{COMMAND}, and root")


@contextmanager
def dovecot(
    certificate: Path, *users: str, capability: str = "", mechanisms: str = "plain login", passdb: str = ""
) -> Iterator[Dovecot]:
    """A running one. `users`: `returns` where none is named."""
    needs_dovecot()
    home = Path(tempfile.mkdtemp(prefix="dovecot-", dir=ROOM))
    home.chmod(0o755)
    (home / "mail").mkdir()
    shutil.chown(home / "mail", OWNER)
    (home / "users").write_text("".join(f"{user}:{{PLAIN}}{PASSWORD}\n" for user in users or ("returns",)))
    server = Dovecot(home, certificate, capability, mechanisms, passdb)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
