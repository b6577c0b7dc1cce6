"""`postroom outbox …`: what is to be told and not delivered."""

from datetime import datetime
from typing import Annotated, Self

import typer
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import outbox
from bot.ledger.tables import OutboxItem, OutboxState
from handlers.cli import show
from handlers.cli.opening import rooms
from handlers.cli.show import Json, Line, Problem

app = typer.Typer()

COLUMNS = ("id", "kind", "to", "state", "tries", "next_at", "error")
UNSENT = frozenset({OutboxState.WAITING, OutboxState.FAILED})


class OutboxLine(Line):
    """One notice."""

    id: str
    kind: str
    recipient: str = Field(serialization_alias="to")
    state: OutboxState
    tries: int
    next_at: datetime
    error: str

    @classmethod
    def of(cls, item: OutboxItem) -> Self:
        """From the record."""
        return cls(
            id=item.id, kind=item.kind, recipient=item.recipient, state=item.state, tries=item.tries,
            next_at=item.next_at, error=item.error,
        )  # fmt: skip


@app.command("list")
def list_items(
    ctx: typer.Context,
    *,
    state: Annotated[
        list[OutboxState] | None,
        typer.Option(metavar="STATE", help=f"{', '.join(OutboxState)}. May be given several times."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List all notices, oldest first, unless filtered."""
    wanted = select(OutboxItem).order_by(OutboxItem.created_at, OutboxItem.id)
    if state:
        wanted = wanted.where(OutboxItem.state.in_(state))
    with rooms(ctx) as opened:
        lines = opened.ledger.read_now(lambda tx: [OutboxLine.of(item) for item in tx.scalars(wanted)])
        show.report(lines, COLUMNS, as_json=as_json, zone=opened.settings.timezone)


@app.command()
def retry(
    ctx: typer.Context,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Only these; without any, all that were given up.")
    ] = None,
) -> None:
    """Try notices again at once."""
    with rooms(ctx) as opened:
        now = opened.clock.now()
        count = opened.ledger.write_now(lambda tx: _retry(tx, ids or [], now))
    show.say(f"{count} to be tried again. postroom serve does it." if count else "Nothing was given up.")


def _retry(tx: Session, ids: list[str], now: datetime) -> int:
    failed = select(OutboxItem).where(OutboxItem.state == OutboxState.FAILED)
    chosen = [_unsent(tx, one) for one in dict.fromkeys(ids)] or list(tx.scalars(failed))
    outbox.retry(tx, [item.id for item in chosen], now)
    return len(chosen)


def _unsent(tx: Session, number: str) -> OutboxItem:
    if (item := tx.get(OutboxItem, number)) is None:
        raise Problem(f"There is no notice {number}. See: postroom outbox list")
    if item.state not in UNSENT:
        raise Problem(f"Notice {number} is {item.state}: it is not sent twice.")
    return item
