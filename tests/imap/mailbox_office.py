"""The whole office, whose mail lies in mailboxes at a real Dovecot."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from bot.settings import Imap
from handlers.mail.imap.signin import Account
from tests.imap.dovecot import PASSWORD, Dovecot
from tests.imap.pymap_peer import Pymap
from tests.office import TestOffice, open_office
from tests.people import JO

AUTHSERV_ID = "mx.derbyshire.example"
PATIENCE_SECONDS = 30.0
DONE = "Postroom done"


def environ(server: Dovecot | Pymap, name: str = "main", user: str = "returns", **keys: str) -> dict[str, str]:
    """A mailbox, as the environment configures it."""
    values = {
        "host": "127.0.0.1", "port": str(server.port), "tls": "none", "user": user, "password": PASSWORD,
        "poll_seconds": "1", **keys,
    }  # fmt: skip
    return {
        "POSTROOM__EMAIL__TRUST__AUTHSERV_IDS": json.dumps([AUTHSERV_ID]),
        **{f"POSTROOM__EMAIL__IMAP__{name.upper()}__{key.upper()}": value for key, value in values.items()},
    }


def proven(message: EmailMessage, **fields: str) -> bytes:
    """The mail as the mailbox's server delivers it, which has found its sender to be who they say they are."""
    domain = str(message["From"]).rpartition("@")[2]
    above = {
        "Return-Path": f"<{message['From']}>",
        "Authentication-Results": f"{AUTHSERV_ID}; dmarc=pass header.from={domain}",
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    trace = "".join(f"{name}: {value}\r\n" for name, value in above.items() if value)
    return trace.encode() + message.as_bytes(policy=policy.SMTP)


def letter(office: TestOffice, *, sender: str = JO, **fields: Any) -> bytes:
    """A proven mail."""
    trace = fields.pop("trace", {})
    return proven(office.compose(sender, **fields), **trace)


@asynccontextmanager
async def mailbox_office(directory: Path, *more: Mapping[str, str]) -> AsyncIterator[TestOffice]:
    """The office with these mailboxes."""
    async with open_office(directory, {key: value for one in more for key, value in one.items()}) as office:
        yield office


async def until(office: TestOffice, holds: Callable[[], Any]) -> Any:
    """Let the office work until this is so: its mailboxes have threads of their own, and their servers are elsewhere."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await asyncio.to_thread(holds)):
            await office.settle()
            await asyncio.sleep(0.02)
    await office.settle()
    return found


async def taken(office: TestOffice, server: Dovecot, mails: int = 1, folder: str = DONE) -> None:
    """Wait until so many mails have been moved."""
    await until(office, lambda: len(server.holds(folder)) >= mails)


def account(server: Dovecot, **keys: object) -> Account:
    """The mailbox of this server, without the office."""
    values = {"host": "127.0.0.1", "port": server.port, "tls": "none", "user": "returns", "password": PASSWORD, **keys}
    return Account.of("main", Imap.model_validate(values))
