"""`postroom doctor`: everything looked at, each fault with its remedy. To add checks, name their function in `PARTS`."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from bot.clock import Clock
from bot.ledger import Ledger
from bot.settings import Misconfigured, Settings
from handlers.checks import Check, Patient, failed, passed
from handlers.cli import configured, show
from handlers.cli.doctor import backups, canary, keys, machine, mailboxes, people, places, service, storage
from handlers.cli.show import Json, Problem
from handlers.mail import doctor as mail
from handlers.mail import domain_doctor as domain
from handlers.mail.imap import doctor as imap
from handlers.mail.smtp import doctor as smtp
from handlers.slack import doctor as slack

Part = Callable[[Patient], Iterable[Check]]
PARTS: tuple[Part, ...] = (
    machine.checks,
    storage.checks,
    keys.checks,
    backups.checks,
    people.checks,
    places.checks,
    mailboxes.checks,
    mail.checks,
    domain.checks,
    smtp.checks,
    imap.checks,
    slack.checks,
    service.checks,
)
"""Each gives its findings one by one. Whatever goes wrong while it looks is a finding, too."""

CONFIGURATION = "configuration"
TICK, NOTE, CROSS = "✓", "•", "✗"


def doctor(
    ctx: typer.Context,
    *,
    send_canary: Annotated[
        bool, typer.Option("--canary", help="Also send a mail to ourselves through the whole path, and wait for it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check everything that Postroom needs, and say what is wrong and what to do. Status 1 if anything is."""
    found = []
    for check in _examined(ctx, (*PARTS, canary.checks) if send_canary else PARTS):
        found.append(check)
        if not as_json:
            _tell(check)
    if as_json:
        show.document([check.model_dump() for check in found])
    if not all(check.ok for check in found):
        raise typer.Exit(1)


def _examined(ctx: typer.Context, parts: Iterable[Part]) -> Iterator[Check]:
    """The configuration first: without one there is nothing else to look at."""
    try:
        settings = configured.settings(ctx)
    except Misconfigured as fault:
        yield failed(CONFIGURATION, str(fault), "Put right what is named, and run postroom doctor again.")
    except Problem as fault:
        yield failed(CONFIGURATION, str(fault), "Name the folder with --config, or begin with postroom init.")
    else:
        yield passed(CONFIGURATION, f"{settings.directory} holds a sound configuration.")
        with _opened(settings) as patient:
            for part in parts:
                yield from part(patient)


@contextmanager
def _opened(settings: Settings) -> Iterator[Patient]:
    """The record is opened for reading where that can be done at all."""
    if not storage.database(settings).ok:
        yield Patient(settings, Clock(), None)
        return
    with Ledger(settings.ledger.url, b"") as ledger:
        yield Patient(settings, Clock(), ledger)


def _tell(check: Check) -> None:
    mark = CROSS if not check.ok else NOTE if check.remedy else TICK
    show.say(f"{mark} {check.check}: {check.detail}")
    if check.remedy:
        show.say(f"    {check.remedy}")
