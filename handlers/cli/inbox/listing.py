"""`postroom inbox list`."""

from datetime import datetime
from typing import Annotated, Self

import typer
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.ledger.tables import InboxItem, InboxState
from handlers.cli import show
from handlers.cli.opening import rooms
from handlers.cli.show import Json, Line, Problem

COLUMNS = ("id", "state", "channel", "from", "subject", "at", "why")
Id = Annotated[int, typer.Argument(metavar="ID", help="Its number in the inbox.")]


class InboxLine(Line):
    """One arrival."""

    id: int
    state: InboxState
    channel: str
    sender: str = Field(serialization_alias="from")
    subject: str
    at: datetime
    why: str

    @classmethod
    def of(cls, item: InboxItem) -> Self:
        """From the record."""
        return cls(
            id=item.id, state=item.state, channel=item.channel, sender=item.sender, subject=item.subject,
            at=item.arrived_at, why=item.why,
        )  # fmt: skip


def list_items(
    ctx: typer.Context,
    *,
    state: Annotated[
        list[InboxState] | None,
        typer.Option(metavar="STATE", help=f"{', '.join(InboxState)}. May be given several times."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List everything that arrived, oldest first, unless filtered."""
    wanted = select(InboxItem).order_by(InboxItem.id)
    if state:
        wanted = wanted.where(InboxItem.state.in_(state))
    with rooms(ctx) as opened:
        lines = opened.ledger.read_now(lambda tx: [InboxLine.of(item) for item in tx.scalars(wanted)])
        show.report(lines, COLUMNS, as_json=as_json, zone=opened.settings.timezone)


def item_of(tx: Session, number: int) -> InboxItem:
    """The arrival of this number. Raises `Problem`."""
    if (item := tx.get(InboxItem, number)) is None:
        raise Problem(f"There is no item {number} in the inbox. See: postroom inbox list")
    return item
