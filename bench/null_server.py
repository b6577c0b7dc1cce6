"""The peers made with stock aiosmtpd, in a process of their own: `null` keeps nothing, `naive` does the obvious.

python -m bench.null_server null|naive PORT FOLDER
"""

import asyncio
import email
import email.policy
import hashlib
import os
import sys
from itertools import count
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

SIZE_MAX = 1 << 30
NUMBERS = count()


class Null:
    """Takes everything and forgets it."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Say that all is well."""
        del server, session, envelope
        return "250 OK"


class Naive:
    """Parses with Python's `email`, decodes, hashes, and stores each attachment in a file, synced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """As one would write it first."""
        del server, session
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        for part in mail.iter_attachments():
            contents = part.get_payload(decode=True)
            assert isinstance(contents, bytes)
            hashlib.sha256(contents).hexdigest()
            self._keep(contents)
        return "250 OK"

    def _keep(self, contents: bytes) -> None:
        with (self._folder / str(next(NUMBERS))).open("xb") as file:
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())


async def main() -> None:
    """Serve until terminated."""
    kind, port, folder = sys.argv[1:]
    handler = Null() if kind == "null" else Naive(Path(folder))
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, data_size_limit=SIZE_MAX, enable_SMTPUTF8=True), "127.0.0.1", int(port), backlog=200
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
