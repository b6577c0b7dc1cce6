"""Which file and which person a command names."""

from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import roster
from bot.arrival import MAIL
from bot.ledger import files
from bot.ledger.tables import File
from bot.reception.wanting import mailbox_notice
from bot.rules import address, reference
from bot.settings import Settings
from bot.telling import Asking
from handlers.cli.show import Problem
from handlers.rooms import Rooms

CHANNEL = "cli"
"""How the command line is named in history."""

Reference = Annotated[str, typer.Argument(metavar="REF", help="The file's reference, such as PR-7K3Q-M2XW.")]
By = Annotated[str, typer.Option("--by", metavar="EMAIL", help="Who does it: they must be allowed to.")]


def file_of(tx: Session, text: str) -> File:
    """The file of this reference, however it is typed. Raises `Problem`."""
    shown = reference.read(text)
    if shown is None:
        raise Problem(f"“{text}” is not a reference; one looks like PR-7K3Q-M2XW. See: postroom files list")
    if (file := files.by_reference(tx, shown)) is None:
        raise Problem(f"There is no file {shown}. See: postroom files list")
    return file


def known_service(tx: Session, code: str, settings: Settings) -> None:
    """Whether there is a service of this code, or was when a file came for it. Raises `Problem`."""
    known = [service.code for service in settings.services]
    if code not in known and not tx.scalar(select(File.id).where(File.service == code).limit(1)):
        raise Problem(f"There is no service with the code {code}. There are: {', '.join(sorted(known))}.")


def asking(tx: Session, by: str, rooms: Rooms) -> Asking:
    """The person of this address at the command line, under the same rules as by mail. Raises `Problem`."""
    email = address.normal(by) or by
    person = roster.who(tx, MAIL, email)
    if person is None:
        raise Problem(f"Nobody on the roster has the address {by}. See: postroom people list")
    if notice := mailbox_notice(email, rooms.settings):
        kind = "a private mailbox" if notice.personal else "a mailbox that several people read"
        raise Problem(f"{email} is {kind}, which can be told things but never act. Give the person's own address.")
    return Asking(
        settings=rooms.settings, clock=rooms.clock, now=rooms.clock.now(), person=person, channel=CHANNEL, address=email
    )
