"""`postroom inbox …`: what arrived and is not finished; what lies in quarantine, and what an administrator does with it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Self

import typer
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.arrival import Arrival
from bot.ledger import files
from bot.ledger.tables import InboxItem, InboxState
from bot.rules import address
from handlers.cli import show
from handlers.cli.destroying import destroy_now
from handlers.cli.opening import rooms
from handlers.cli.show import Json, Line, Problem

app = typer.Typer()

COLUMNS = ("id", "state", "channel", "from", "subject", "at", "why")
Id = Annotated[int, typer.Argument(metavar="ID", help="Its number in the inbox.")]
OPEN = frozenset({InboxState.WAITING, InboxState.QUARANTINED})
"""What an administrator may still decide on: neither being handled at this moment nor finished."""


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


@app.command("list")
def list_items(
    ctx: typer.Context,
    *,
    state: Annotated[
        list[InboxState] | None, typer.Option(help="Only in this state; may be given several times.")
    ] = None,
    as_json: Json = False,
) -> None:
    """All that arrived, oldest first, unless filtered."""
    wanted = select(InboxItem).order_by(InboxItem.id)
    if state:
        wanted = wanted.where(InboxItem.state.in_(state))
    with rooms(ctx) as opened:
        lines = opened.ledger.read_now(lambda tx: [InboxLine.of(item) for item in tx.scalars(wanted)])
        show.report(lines, COLUMNS, as_json=as_json, zone=opened.settings.timezone)


@app.command("show")
def show_item(ctx: typer.Context, *, number: Id, as_json: Json = False) -> None:
    """One arrival."""
    with rooms(ctx) as opened:
        line = opened.ledger.read_now(lambda tx: InboxLine.of(_item(tx, number)))
        show.details(line, as_json=as_json, zone=opened.settings.timezone)


@app.command()
def retry(ctx: typer.Context, number: Id) -> None:
    """Have it handled once more, at once: for what failed and should not fail any longer."""
    _decide(ctx, number, _waiting_again)
    show.say(f"{number} waits to be handled again. postroom serve does it.")


@app.command()
def release(ctx: typer.Context, number: Id) -> None:
    """Have it handled as if a proven person had sent it: only where you have made sure who did."""
    _decide(ctx, number, _released)
    show.say(f"{number} is released and waits to be handled. postroom serve does it.")


@app.command()
def discard(ctx: typer.Context, number: Id) -> None:
    """Handle it no more, and destroy it."""
    with rooms(ctx) as opened:
        now = opened.clock.now()
        sealed = [one for one in opened.vault.object_ids() if one.startswith(f"f{number}-")]  # by tries that failed
        opened.ledger.write_now(lambda tx: _discarded(tx, _open_item(tx, number), sealed, now))
        destroyed = destroy_now(opened)
    left = "destroyed" if destroyed else "to be destroyed: it could not be yet, postroom serve will"
    show.say(f"{number} is discarded and {left}.")


def _decide(ctx: typer.Context, number: int, decision: Callable[[InboxItem, datetime], None]) -> None:
    with rooms(ctx) as opened:
        if not destroy_now(opened):  # else what an earlier try left is destroyed later, when it may be in use again
            raise Problem("The vault cannot be used now, so nothing was changed; try again.")
        now = opened.clock.now()
        opened.ledger.write_now(lambda tx: decision(_open_item(tx, number), now))


def _item(tx: Session, number: int) -> InboxItem:
    if (item := tx.get(InboxItem, number)) is None:
        raise Problem(f"There is no item {number} in the inbox. See: postroom inbox list")
    return item


def _open_item(tx: Session, number: int) -> InboxItem:
    item = _item(tx, number)
    if item.state not in OPEN:
        raise Problem(
            f"Item {number} is {item.state}: nothing is to be decided any more. See: postroom inbox show {number}"
        )
    return item


def _waiting_again(item: InboxItem, now: datetime) -> None:
    item.state, item.next_at, item.tries = InboxState.WAITING, now, 0


def _released(item: InboxItem, now: datetime) -> None:
    if item.state is not InboxState.QUARANTINED:
        raise Problem(f"Item {item.id} is {item.state}, not in quarantine. See: postroom inbox show {item.id}")
    arrival = Arrival.model_validate(item.arrival)
    sender = _sender(item)
    proven: dict[str, Any] = {"sender": sender, "automatic": None, "automatic_sure": True, "unproven": None}
    why = arrival.believed or "an administrator released it from quarantine"
    item.arrival = arrival.model_copy(update=proven | {"believed": why}).model_dump(mode="json")
    item.sender = sender
    _waiting_again(item, now)


def _sender(item: InboxItem) -> str:
    """Whose message it is to be: what an unproven mail has in From, which must then name one person."""
    found: str | None = address.normal(_bare(item.sender))
    if found is None:
        raise Problem(
            f"Item {item.id} names no single sender («{item.sender}»), so it cannot be released. "
            f"Ask them to send it again, then: postroom inbox discard {item.id}"
        )
    return found


def _bare(text: str) -> str:
    """The address in `Name <address>`."""
    before, opening, rest = text.partition("<")
    inside, _, after = rest.partition(">")
    return inside if opening and not after.strip() and "@" not in before else text


def _discarded(tx: Session, item: InboxItem, sealed: Sequence[str], now: datetime) -> None:
    item.state, item.sealed, item.why = InboxState.DISCARDED, None, f"discarded by an administrator ({item.why})"
    for object_id in (item.object_id, *sealed):
        files.order_destruction(tx, object_id, why="discarded", now=now)
