"""The whole office at work in one process, for `postroom serve`."""

import asyncio
import os
import signal
from urllib.parse import urlsplit

import structlog
import typer

from bot.clock import Clock
from bot.settings import Settings
from bot.settings.kinds import is_loopback
from handlers import lean
from handlers.app import office
from handlers.aside.asking import Aside
from handlers.cli import publishing, show
from handlers.cli.show import Problem
from handlers.manager import Manager
from handlers.ports import CannotListen
from handlers.rooms import master_key, open_rooms
from handlers.running import Serving

log = structlog.get_logger()

PARTS = ("smtp", "imap", "slack", "teams", "web", "worker")
"""What `--only` may name."""


def check_parts(only: str, settings: Settings) -> None:
    """Whether this process may do no more than these parts. Raises `typer.BadParameter` (status 2)."""
    named = {part.strip() for part in only.split(",") if part.strip()}
    if unknown := sorted(named.difference(PARTS)):
        raise typer.BadParameter(
            f"There is no part {', '.join(unknown)}; parts are {', '.join(PARTS)}.", param_hint="--only"
        )
    if named and (missing := sorted(configured_parts(settings) - named)):
        raise typer.BadParameter(
            f"A SQLite database is served by one process alone, so {', '.join(missing)} cannot be left to another. "
            "Leave --only out: dividing the work would need PostgreSQL, in which this version cannot keep its record.",
            param_hint="--only",
        )


def configured_parts(settings: Settings) -> set[str]:
    """What there is to do under this configuration."""
    email = settings.email
    has = {"smtp": email.smtp.enabled, "imap": bool(email.imap), "slack": settings.slack is not None}
    return {"web", "worker", *(part for part, wanted in has.items() if wanted)}


async def serve(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT, then finish what was begun. Raises `NotReady`, `Problem` and the vault's errors."""
    stopped = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    if is_loopback(urlsplit(settings.web.base_url).hostname or ""):
        show.warn(
            f"Links in mail lead to {settings.web.base_url}, which only this machine can open: see base_url in [web]."
        )
    with open_rooms(settings, Clock()) as rooms:
        if warning := publishing.publish(settings, rooms.signer.public):
            log.warning(warning)
        if trouble := rooms.vault.mirror_trouble:
            show.warn(f"{trouble}. Until then mail waits with the servers that sent it.")
        try:
            aside = Aside(settings, master_key(settings)) if settings.work.aside else None
            async with Serving(office(rooms, aside)), Manager.of(os.environ, os.getpid()).told():
                lean.leave_in_peace()
                show.warn("ready")
                await stopped.wait()
        except CannotListen as fault:
            raise Problem(str(fault)) from fault
