"""`postroom demo`: Postroom with made-up people, a day in the life, and then the reader's own mail."""

import asyncio
import errno
import os
import shutil

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot import data
from bot import settings as configuration
from bot.clock import Clock
from bot.ledger import history, schema
from bot.roster import imports
from bot.settings import Settings
from bot.vault import MasterKey
from handlers.app import NotReady, Office, Rooms, Serving, open_rooms
from handlers.cli.demo.day import day
from handlers.cli.demo.mailboxes import Delivered, Mailboxes
from handlers.cli.demo.player import Player
from handlers.mail.channel import MailChannel, PortTaken

TRY_IT = """\
Postroom is up. Send it a file of your own, as any of the demo's people:

  .venv/bin/postroom --config {config} send YOURFILE --from jo.sands@leysjunior.example
  or point any mail program at SMTP {host}:{port}, and write to {address}

Each answer is printed here as it leaves. Ctrl-C ends the demo."""


def run(*, once: bool, console: Console) -> int:
    """Play the day; stay up unless `once`. Returns the exit status."""
    settings = configuration.load(data.folder("config") / "demo", os.environ)
    try:
        return asyncio.run(_run(settings, once=once, console=console))
    except (NotReady, PortTaken) as fault:
        console.print(Text(str(fault), style="bold red"))
        return 1
    except KeyboardInterrupt:
        return 0


async def _run(settings: Settings, *, once: bool, console: Console) -> int:
    mailboxes = Mailboxes()
    await _listen(mailboxes, settings)
    try:
        with _afresh(settings) as rooms:
            office = Office(rooms, {"email": MailChannel(settings, rooms.clock, rooms.vault)})
            async with Serving(office):
                fine = await _play(office, mailboxes, console)
                if not once:
                    await _stay_up(settings, mailboxes, console)
                return 0 if fine else 1
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


def _afresh(settings: Settings) -> Rooms:
    """An empty office with the demo's schools and people: whatever an earlier demo left is removed."""
    for path in (settings.ledger.file, settings.keys.path):
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
    settings.keys.master_key_file.unlink(missing_ok=True)
    shutil.rmtree(settings.vault.folder, ignore_errors=True)
    settings.keys.master_key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    MasterKey.generate(settings.keys.master_key_file)
    schema.upgrade(settings.ledger.url)
    rooms = open_rooms(settings, Clock())
    _people(rooms, settings)
    return rooms


def _people(rooms: Rooms, settings: Settings) -> None:
    schools = imports.read_schools((settings.directory / "schools.csv").read_bytes(), settings.authority.number)
    rooms.ledger.write_now(lambda tx: imports.import_schools(tx, schools))
    people = imports.read_people((settings.directory / "people.csv").read_bytes())
    rooms.ledger.write_now(lambda tx: imports.import_people(tx, people, settings, rooms.clock.now()))


async def _play(office: Office, mailboxes: Mailboxes, console: Console) -> bool:
    settings, clock = office.rooms.settings, office.rooms.clock
    smtp = settings.email.smtp
    player = Player(console, mailboxes, smtp.host, smtp.port, settings.email.address)
    steps = day(clock.now().astimezone(settings.timezone).date())
    fine = await player.play(steps)
    faults = await office.rooms.ledger.read(lambda tx: list(history.faults(tx)))
    verdict = f"{len(steps)} steps, each as it should be; the record is whole." if fine else "Not every step went well."
    console.print(Panel(Text("\n".join([verdict, *faults])), style="green" if fine and not faults else "red"))
    return fine and not faults


async def _stay_up(settings: Settings, mailboxes: Mailboxes, console: Console) -> None:
    """Print each answer as it leaves, until interrupted."""

    def show(mail: Delivered) -> None:
        console.print(Panel(Text(mail.text), title=Text(f"{mail.subject}  →  {mail.recipient}"), title_align="left"))

    mailboxes.on_delivery = show
    smtp = settings.email.smtp
    told = TRY_IT.format(config="config/demo", host=smtp.host, port=smtp.port, address=settings.email.address)
    console.print(Text(told))
    await asyncio.Event().wait()
