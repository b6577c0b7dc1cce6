"""Another IMAP server: pymap, in pure Python, whose dialect is not Dovecot's."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from imapclient import IMAPClient

from tests.imap.dovecot import PASSWORD, PATIENCE_SECONDS
from tests.office import free_port


class Pymap:
    """Keeps its mail in memory; knows one user, `returns`."""

    def __init__(self, port: int) -> None:
        self.port = port

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """Somebody else's mail program, signed in."""
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=PATIENCE_SECONDS) as client:
            client.login("returns", PASSWORD)
            yield client

    def append(self, message: bytes) -> None:
        """A mail comes to lie in the inbox."""
        with self.client() as client:
            client.append("INBOX", message)

    def count(self, folder: str) -> int:
        """Mails in a folder; none where there is no folder."""
        with self.client() as client:
            if not client.folder_exists(folder):
                return 0
            return int(client.select_folder(folder, readonly=True)[b"EXISTS"])


@contextmanager
def pymap() -> Iterator[Pymap]:
    """A running one."""
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("pymap")), "--host", "127.0.0.1", "--port", str(port), "--no-tls",
        "--no-service", "admin", "--no-service", "managesieve", "dict", "--demo-data", "--demo-user", "returns",
        "--demo-password", PASSWORD,
    ]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        end = time.monotonic() + PATIENCE_SECONDS
        while not _listens(port):
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < end
        yield Pymap(port)
    finally:
        process.kill()
        process.communicate()


def _listens(port: int) -> bool:
    with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), 5)):
        return True
    return False
