"""Opens the demo's office: empty but for its schools and people, with their mailboxes."""

import errno
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot import receipts
from bot.clock import Clock
from bot.ledger import schema
from bot.roster import imports
from bot.settings import Settings
from bot.vault import MasterKey
from handlers.app import Office, mail_channel
from handlers.cli.demo.mailboxes import Mailboxes
from handlers.cli.demo.pages import MailboxRoutes
from handlers.cli.demo.writing import Desk
from handlers.ports import PortTaken
from handlers.rooms import Rooms, open_rooms
from handlers.running import Serving

ANSWER_SECONDS = 5
"""How long a page that has sent a mail waits for the answer."""


@dataclass(frozen=True)
class Demo:
    """An office at work, and everybody who writes to it."""

    rooms: Rooms
    mailboxes: Mailboxes
    desk: Desk


@asynccontextmanager
async def open_demo(settings: Settings, *, patience: float = ANSWER_SECONDS) -> AsyncIterator[Demo]:
    """The demo at work, until it is left; whatever an earlier one left is removed. Raises `PortTaken`.

    `patience`: seconds for which its pages wait for an answer.
    """
    clock = Clock()
    mailboxes = Mailboxes(clock)
    await _listen(mailboxes, settings)
    try:
        with _afresh(settings, clock) as rooms:
            desk = Desk(settings, clock, mailboxes)
            pages = MailboxRoutes(rooms, mailboxes, desk, patience=patience)
            async with Serving(Office(rooms, {"email": mail_channel(rooms)}, pages.routes())):
                yield Demo(rooms, mailboxes, desk)
    finally:
        await mailboxes.stop()


async def _listen(mailboxes: Mailboxes, settings: Settings) -> None:
    outgoing = settings.email.outgoing
    try:
        await mailboxes.start(outgoing.host, outgoing.port)
    except OSError as fault:
        if fault.errno != errno.EADDRINUSE:
            raise
        where = f"{outgoing.host}:{outgoing.port}"
        raise PortTaken(f"Another program listens on {where} already, perhaps another demo. Stop it first.") from fault


def _afresh(settings: Settings, clock: Clock) -> Rooms:
    """An empty office with the demo's schools and people."""
    for path in (settings.ledger.file, settings.keys.path):
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
    public = settings.ledger.file.with_name(receipts.KEY_FILE)  # not in the folder of the demo's own configuration
    for path in (settings.keys.master_key_file, public):
        path.unlink(missing_ok=True)
    shutil.rmtree(settings.vault.folder, ignore_errors=True)
    settings.keys.master_key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    MasterKey.generate(settings.keys.master_key_file)
    schema.upgrade(settings.ledger.url)
    rooms = open_rooms(settings, clock)
    receipts.add(public, rooms.signer.public)
    _people(rooms, settings)
    return rooms


def _people(rooms: Rooms, settings: Settings) -> None:
    schools = imports.read_schools((settings.directory / "schools.csv").read_bytes(), settings.authority.number)
    rooms.ledger.write_now(lambda tx: imports.import_schools(tx, schools))
    people = imports.read_people((settings.directory / "people.csv").read_bytes())
    rooms.ledger.write_now(lambda tx: imports.import_people(tx, people, settings, rooms.clock.now()))
