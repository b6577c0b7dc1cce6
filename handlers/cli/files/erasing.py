"""`postroom files erase`: contents that must go before their 90 days are destroyed, at the word of whoever runs the server."""

import sys
from collections.abc import Iterator
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from bot import roster
from bot.ledger import history
from bot.ledger.tables import File
from bot.retention import erasing
from bot.retention.erasing import Concern
from bot.rules.authority import Keeping
from bot.rules.somebody import Somebody
from handlers.cli import show
from handlers.cli.destroying import destroy_now
from handlers.cli.files.finding import Reference, asking, file_of
from handlers.cli.opening import rooms
from handlers.cli.show import Problem, spoken
from handlers.rooms import Rooms

WHY_CHARACTERS_MAX = 500
LATER = (
    "The contents could not be destroyed yet: the vault or its keys cannot be written to. postroom serve tries again."
)


def erase(
    ctx: typer.Context,
    ref: Reference,
    why: Annotated[
        str,
        typer.Option(
            "--why", metavar="TEXT", help="Why. Everybody who is told reads it, and it stays for years: name nobody."
        ),
    ],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    by: Annotated[
        str, typer.Option(metavar="EMAIL", help="Which administrator ordered it; else whoever runs this.")
    ] = "",
) -> None:
    """Destroy contents before their time, beyond recovery: after a request for erasure, or if they must not be kept."""
    if not (words := why.strip()) or len(words) > WHY_CHARACTERS_MAX:
        raise typer.BadParameter(f"Say why, in 1 to {WHY_CHARACTERS_MAX} characters.", param_hint="--why")
    with rooms(ctx) as opened:
        lines = opened.ledger.read_now(lambda tx: list(_before(tx, ref, by, opened)))
        if not yes:
            _ask(lines)
        left = opened.ledger.write_now(lambda tx: _erased(tx, ref, words, by, opened))
        destroyed = destroy_now(opened)
    show.say(f"The contents of {ref} are destroyed." if destroyed else LATER)
    for line in left:
        show.say(line)
    if not destroyed:
        raise typer.Exit(1)


def _before(tx: Session, ref: str, by: str, opened: Rooms) -> Iterator[str]:
    """What is asked about. Raises `Problem` where it is not to be done."""
    file = file_of(tx, ref)
    _administrator(tx, by, opened)
    if not erasing.is_over(tx, file):
        touched = erasing.concern(tx, file)
        sent = f"{file.sender.email} at {spoken(file.sent_at, opened.settings.timezone)}"
        yield f"{file.reference} {file.name}: {file.status}, sent by {sent}."
        told = ", ".join(one.person.email for one in touched.readers)
        yield f"Will be told: {told or 'nobody, for its sender has left'}."


def _ask(lines: list[str]) -> None:
    """Have it said once more, by whoever sits there. Raises `Problem` where nobody does."""
    if not lines:
        return
    if not sys.stdin.isatty():
        raise Problem("\n".join([*lines, "Nothing was destroyed. It cannot be undone: if it is right, say --yes."]))
    for line in lines:
        show.say(line)
    typer.confirm("Destroy its contents for good?", abort=True)


def _erased(tx: Session, ref: str, why: str, by: str, opened: Rooms) -> list[str]:
    """Give the word; what is left to do elsewhere. Raises `Problem` where the contents are gone."""
    file, person = file_of(tx, ref), _administrator(tx, by, opened)
    if erasing.is_gone(file):
        raise Problem(
            f"The contents of {file.reference} ({file.status}) are destroyed already. When and why: postroom files history {file.reference}"
        )
    touched = erasing.concern(tx, file)
    if not erasing.is_over(tx, file):  # else the word was given before, and only its carrying out is left
        erasing.erase(tx, file, why, opened.occasion(), touched=touched, by=person)
    return list(_left(tx, file, touched, opened))


def _administrator(tx: Session, by: str, opened: Rooms) -> Somebody | None:
    person = asking(tx, by, opened).person if by else None
    if person and not roster.may_keep(person, Keeping.ERASURE):
        raise Problem(f"{by} is no administrator of all services, who alone may do that. See: postroom people list")
    return person


def _left(tx: Session, file: File, touched: Concern, opened: Rooms) -> Iterator[str]:
    """Copies that Postroom cannot destroy, or was not told to."""
    if touched.had:
        yield f"Left with whoever had them: {', '.join(touched.had)}. They have been asked to delete what they saved."
    if touched.same:
        yield f"The same contents are also kept as {', '.join(touched.same)}: erase these too, if they must go."
    channel = history.first(tx, file).channel
    folders = {one.done_folder for one in opened.settings.email.imap.values()} - {""} if channel == "email" else set()
    if folders:
        when = spoken(history.first(tx, file).at, opened.settings.timezone)
        yield f"The mail that brought them ({file.sender.email}, {when}) may lie in {', '.join(sorted(folders))}: delete it there."
    if channel == "slack":
        yield "They were posted in Slack: look whether the message still stands there, and have it deleted."
