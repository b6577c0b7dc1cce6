"""`postroom demo`: Postroom with made-up people, a day in the life, and then the reader's own mail."""

import asyncio
import errno
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot import data, receipts
from bot import settings as configuration
from bot.clock import Clock
from bot.ledger import history, schema
from bot.roster import imports
from bot.settings import Settings
from bot.vault import MasterKey
from handlers.app import Office, Rooms, Serving, open_rooms, web_server
from handlers.cli import logs, show
from handlers.cli.demo.day import day
from handlers.cli.demo.mailboxes import Delivered, Mailboxes
from handlers.cli.demo.player import Player
from handlers.mail.channel import MailChannel
from handlers.ports import PortTaken

TRY_IT = """\
Postroom is up. Send it a file of your own, as any of the demo's people:

  .venv/bin/postroom --config {config} send YOURFILE --from jo.sands@leysjunior.example

or with any mail program: write to {address}, by SMTP server {host}, port {port}, without encryption or login.

Each answer is printed here as it leaves. Ctrl-C ends the demo."""


def demo(
    *, once: Annotated[bool, typer.Option("--once", help="Play the day and exit: 1 if any step went wrong.")] = False
) -> None:
    """A day in the life, with made-up people, through real SMTP; then it stays up for mail of your own."""
    logs.configure(least="warning")
    settings = configuration.load(data.folder("config") / "demo", {**_places(), **os.environ})
    try:
        status = asyncio.run(_run(settings, once=once, console=Console()))
    except KeyboardInterrupt:
        status = 0
    except PortTaken as fault:
        raise show.Problem(str(fault)) from fault
    raise typer.Exit(status)


def _places() -> Mapping[str, str]:
    """Where an installed Postroom, which has no checkout's `var/`, keeps the demo's files: in `var/` here."""
    if data.folder("config").parent == data.ROOT:
        return {}
    var = Path("var").absolute()
    return {
        "POSTROOM__LEDGER__URL": f"sqlite:///{var}/ledger.db",
        "POSTROOM__VAULT__URL": str(var / "vault"),
        "POSTROOM__KEYS__PATH": str(var / "keys.db"),
        "POSTROOM__KEYS__MASTER_KEY_FILE": str(var / "master.key"),
    }


async def _run(settings: Settings, *, once: bool, console: Console) -> int:
    mailboxes = Mailboxes()
    await _listen(mailboxes, settings)
    try:
        with _afresh(settings) as rooms:
            office = Office(rooms, {"email": MailChannel(settings, rooms.clock, rooms.vault)}, web_server(rooms))
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
    public = settings.ledger.file.with_name(receipts.KEY_FILE)  # not in the folder of the demo's own configuration
    for path in (settings.keys.master_key_file, public):
        path.unlink(missing_ok=True)
    shutil.rmtree(settings.vault.folder, ignore_errors=True)
    settings.keys.master_key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    MasterKey.generate(settings.keys.master_key_file)
    schema.upgrade(settings.ledger.url)
    rooms = open_rooms(settings, Clock())
    receipts.add(public, rooms.signer.public)
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
        console.print(
            Panel(Text(mail.text), title=Text(mail.subject), title_align="left", subtitle=Text(mail.recipient))
        )

    mailboxes.on_delivery = show
    smtp = settings.email.smtp
    told = TRY_IT.format(config="config/demo", host=smtp.host, port=smtp.port, address=settings.email.address)
    console.print(Text(told), soft_wrap=True)  # a command is copied: no line break may stand in it
    await asyncio.Event().wait()
