"""`postroom demo`: Postroom with made-up people, a day in the life, and then everybody's mail in a browser."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot import data
from bot import settings as configuration
from bot.ledger import history
from bot.receipts import KEY_FILE
from bot.settings import Settings
from handlers.cli import logs, show
from handlers.cli.demo.day import day
from handlers.cli.demo.mails import Mail
from handlers.cli.demo.opening import Demo, open_demo
from handlers.cli.demo.player import Player
from handlers.ports import PortTaken

TRY_IT = """\
Postroom is up. Read, answer and send mail as any of the demo's people, in a browser:

  {url}

Or send a file from here:

  .venv/bin/postroom --config {config} send YOURFILE --from jo.sands@leysjunior.example

With its answer comes a signed receipt. Save it, and check it here:

  .venv/bin/postroom verify receipt-PR-….json YOURFILE --key {key}

Or from any mail program: to {address}, SMTP server {host}, port {port}, without encryption or login.

Each answer is printed here as it leaves. Ctrl-C ends the demo."""


def demo(
    *, once: Annotated[bool, typer.Option("--once", help="Play the day and exit: 1 if any step went wrong.")] = False
) -> None:
    """A day in the life, with made-up people, through real SMTP; then it stays up, with everybody's mail in a browser."""
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
    async with open_demo(settings) as demo:
        fine = await _play(demo, console)
        if not once:
            await _stay_up(demo, console)
        return 0 if fine else 1


async def _play(demo: Demo, console: Console) -> bool:
    rooms = demo.rooms
    steps = day(rooms.clock.now().astimezone(rooms.settings.timezone).date())
    fine = await Player(console, demo.mailboxes, demo.desk).play(steps)
    faults = await rooms.ledger.read(lambda tx: list(history.faults(tx)))
    verdict = f"{len(steps)} steps, each as it should be; the record is whole." if fine else "Not every step went well."
    console.print(Panel(Text("\n".join([verdict, *faults])), style="green" if fine and not faults else "red"))
    return fine and not faults


async def _stay_up(demo: Demo, console: Console) -> None:
    """Print each answer as it leaves, until interrupted."""

    def show(mail: Mail) -> None:
        console.print(Panel(Text(mail.text), title=Text(mail.subject), title_align="left", subtitle=Text(mail.owner)))

    demo.mailboxes.on_delivery = show
    email, web = demo.rooms.settings.email, demo.rooms.settings.web
    key = _shown(demo.rooms.settings.ledger.file.with_name(KEY_FILE))
    told = TRY_IT.format(
        url=web.base_url,
        config="config/demo",
        host=email.smtp.host,
        port=email.smtp.port,
        address=email.address,
        key=key,
    )
    console.print(Text(told), soft_wrap=True)  # a command is copied: no line break may stand in it
    await asyncio.Event().wait()


def _shown(path: Path) -> Path:
    """A path as it is typed from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
