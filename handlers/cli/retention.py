"""`postroom retention …`: what is due, and certificates of what was destroyed."""

from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from typing import Annotated, Self

import typer
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from bot.ledger import upkeep
from bot.ledger.tables import Entry
from bot.ledger.upkeep import Chore
from bot.receipts import Certificate, certify
from bot.retention import certificates, keeping, listing
from bot.retention.listing import DueLine, Forgotten
from handlers.cli import days, show
from handlers.cli.opening import rooms
from handlers.cli.show import Json, Line
from handlers.rooms import Rooms

app = typer.Typer()
DUE_COLUMNS = ("what", "due_on", "reference", "status", "name", "school", "service", "came_at")
DONE_COLUMNS = ("reference", "name", "school", "service", "why", "ordered_by", "destroyed_at", "key_gone")


class Report(Line):
    """What is due by a moment."""

    at: datetime
    looked_at: datetime | None
    """When all that was due by then had been ordered."""
    rests_until: datetime | None
    """Nothing is destroyed for its age before that: a backup was put back."""
    clock_doubted_at: datetime | None
    """The clock had jumped: nothing is destroyed for its age for a day from then."""
    due: tuple[DueLine, ...]
    forgotten: Forgotten

    @classmethod
    def of(cls, tx: Session, opened: Rooms, on: date | None) -> Self:
        """As the record has it."""
        now = opened.clock.now()
        at = listing.moment(opened.settings, now, on)
        return cls(
            at=at, looked_at=upkeep.when(tx, Chore.RETENTION_LOOKED), rests_until=keeping.resting(tx, now),
            clock_doubted_at=upkeep.when(tx, Chore.CLOCK_DOUBTED), due=tuple(listing.due_lines(tx, opened.settings, at)),
            forgotten=listing.forgotten(tx, opened.settings, at),
        )  # fmt: skip


@app.command()
def due(
    ctx: typer.Context,
    *,
    on: Annotated[
        date | None,
        typer.Option(
            "--on", parser=days.read, metavar=days.TYPED, help="By the end of this day, if nobody does anything first."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what would be destroyed, discarded or warned about, and what waits for an administrator's decision."""
    with rooms(ctx) as opened:
        report = opened.ledger.read_now(lambda tx: Report.of(tx, opened, on))
        zone = opened.settings.timezone
    if as_json:
        show.document(report.document())
        return
    rows = [[show.spoken(getattr(one, column), zone) for column in DUE_COLUMNS] for one in report.due]
    show.table(DUE_COLUMNS, rows)
    if sentence := _said(report.forgotten):
        show.say(sentence)
    if report.rests_until:
        show.warn(
            f"Retention rests: nothing is destroyed because of its age before {show.spoken(report.rests_until, zone)}."
        )
    if report.clock_doubted_at:
        show.warn("The clock had jumped at the last check: nothing is destroyed because of its age for a day.")


def _said(forgotten: Forgotten) -> str:
    """Empty where there is nothing of the kind."""
    counts = {
        "the text of {} we sent": (forgotten.answers, "message"),
        "sender and subject of {} that came": (forgotten.messages, "message"),
        "the record of {}": (forgotten.records, "file"),
    }
    parts = [said.format(f"{n:,} {what}{'' if n == 1 else 's'}") for said, (n, what) in counts.items() if n]
    return f"Besides, this is deleted: {'; '.join(parts)}." if parts else ""


@app.command("certificates")
def list_certificates(
    ctx: typer.Context,
    *,
    since: Annotated[
        date | None,
        typer.Option("--from", parser=days.read, metavar=days.TYPED, help="Destroyed on this day or later."),
    ] = None,
    until: Annotated[
        date | None,
        typer.Option("--to", parser=days.read, metavar=days.TYPED, help="Destroyed on this day or earlier."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what was destroyed, when, why and by whose order, and whether its key is gone. Status 1 if one is not."""
    with rooms(ctx) as opened:
        zone = opened.settings.timezone
        conditions = list(_between(since, until, zone))
        found = opened.ledger.read_now(lambda tx: list(certificates.issued(tx, opened.vault, *conditions)))
        signed = certify(found, at=opened.clock.now(), authority=opened.settings.authority, signer=opened.signer)
    if as_json:
        show.document(signed)
    else:
        rows = [[show.spoken(getattr(one, column), zone) for column in DONE_COLUMNS] for one in found]
        show.table(DONE_COLUMNS, rows)
    _check(found)


def _between(since: date | None, until: date | None, zone: tzinfo) -> Iterator[ColumnElement[bool]]:
    if since:
        yield Entry.at >= days.begins(since, zone)
    if until:
        yield Entry.at < days.ends(until, zone)


def _check(found: list[Certificate]) -> None:
    if left := [one.reference for one in found if not one.key_gone]:
        show.warn(f"The key is still there of: {', '.join(left)}. Was an old key file put back? Take it away.")
        raise typer.Exit(1)
