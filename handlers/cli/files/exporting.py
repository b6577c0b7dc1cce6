"""`postroom files export`: a file's contents, decrypted while they are written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer
from sqlalchemy.orm import Session

from bot import handing_out
from bot.ledger import files
from bot.rules.lifecycle import Act
from handlers.cli import show
from handlers.cli.files.finding import CHANNEL, Reference, asking, file_of
from handlers.cli.opening import rooms
from handlers.cli.show import Problem
from handlers.rooms import Rooms


def export(
    ctx: typer.Context,
    ref: Reference,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help="The file to write; never overwritten.")],
    by: Annotated[str, typer.Option(metavar="EMAIL", help="As this person may; without it, as the operator.")] = "",
) -> None:
    """Write a file's contents to a file that only you can read. History records that it was done, and by whom."""
    with rooms(ctx) as opened, _new(out) as target:
        object_id, size = opened.ledger.write_now(lambda tx: _recorded(tx, ref, by, opened))
        for piece in opened.vault.read(object_id):
            target.write(piece)
    show.say(f"{out}: {size:,} octets.")


def _recorded(tx: Session, ref: str, by: str, opened: Rooms) -> tuple[str, int]:
    """Where the contents are. History says so first: nobody is to have them without a trace. Raises `Problem`."""
    file = file_of(tx, ref)
    person = asking(tx, by, opened).person if by else None
    if person and file.frozen_at:
        raise Problem(
            f"{file.reference} is frozen: nobody gets the contents. See: postroom files history {file.reference}"
        )
    if person and not handing_out.way(tx, person, file):
        received = " An officer has it only after receiving it." if handing_out.may_receive(tx, person, file) else ""
        raise Problem(
            f"{by} may not have the contents of {file.reference}.{received} See who may: postroom people list"
        )
    if not handing_out.are_there(file):
        raise Problem(f"{file.reference} is {file.status}: its contents are destroyed, and nobody can bring them back.")
    now = opened.clock.now()
    files.note(tx, file, Act.EXPORTED, by=person.id if person else None, now=now, channel=CHANNEL)
    return file.object_id, file.size


@contextmanager
def _new(out: Path) -> Iterator[IO[bytes]]:
    """A new file for its owner alone; gone again where it could not be completed. Raises `Problem`."""
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise Problem(f"{out} already exists and is not overwritten. Name another file.") from None
    except OSError as fault:
        raise Problem(f"{out} cannot be written ({fault.strerror}). Name another file.") from fault
    try:
        with os.fdopen(descriptor, "wb") as target:
            yield target
    except BaseException:
        out.unlink(missing_ok=True)
        raise
