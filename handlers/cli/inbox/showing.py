"""`postroom inbox show`: all that an administrator needs to decide on one message. It is opened in memory, nothing is kept."""

from collections.abc import Mapping
from datetime import date, datetime, tzinfo

import typer
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session, undefer

from bot import quarantine
from bot.arrival import MAIL, ReadHints
from bot.ledger.tables import InboxItem, InboxState
from bot.notices import Quarantined
from bot.quarantine import Looked, Teller
from bot.quarantine.looking import OpenMessage
from bot.settings import Settings
from handlers.cli import show
from handlers.cli.inbox.listing import Id, InboxLine, item_of
from handlers.cli.opening import rooms
from handlers.cli.show import Json
from handlers.mail.hints import read_hints
from handlers.mail.receive import reader_of
from handlers.rooms import Rooms


class Part(BaseModel):
    """One file that it brought."""

    model_config = ConfigDict(frozen=True)

    name: str
    size: int
    kind: str

    def __str__(self) -> str:
        about = ", ".join([f"{self.size} octets", *([self.kind] if self.kind else [])])
        return f"{self.name} ({about})"


class Decided(BaseModel):
    """What was decided on it before."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    by: str
    act: str
    channel: str
    sender: str
    why: str

    def __str__(self) -> str:
        as_whom = f" as {self.sender}" if self.sender else ""
        return f"{self.at:%Y-%m-%d %H:%M} UTC: {self.act}{as_whom} by {self.by} ({self.channel}){f': {self.why}' if self.why else ''}"


class ItemLine(InboxLine):
    """One arrival, with all that helps to decide on it."""

    reason: str = ""
    """Why it lies in quarantine, in plain words; as the following empty for what does not lie there."""
    files: tuple[Part, ...] = ()
    unread: str = ""
    """Why it is not known what it brought."""
    guess: str = ""
    because: tuple[str, ...] = ()
    kept_until: date | None = None
    choices: tuple[str, ...] = ()
    """What can be typed, and what that does."""
    decisions: tuple[Decided, ...] = ()


class MailReader:
    """How raw mails are opened, for whoever runs no channel."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def reader(self) -> OpenMessage:
        """How they are opened."""
        return reader_of(self._settings)

    def hints(self) -> ReadHints:
        """How their heads are read."""
        return read_hints


def show_item(ctx: typer.Context, *, number: Id, as_json: Json = False) -> None:
    """Show one arrival: why it is there, what it brought, who may have sent it, and what each choice would do."""
    with rooms(ctx) as opened:
        line = opened.ledger.read_now(lambda tx: _line(tx, opened, number))
        if as_json:
            show.document(line.document())
        else:
            show.table(("", ""), _rows(line, opened.settings.timezone), headed=False)


def _rows(line: ItemLine, zone: tzinfo) -> list[tuple[str, str]]:
    """What there is to say, each thing on a line of its own."""
    lists = {"files": line.files, "because": line.because, "choices": line.choices, "decisions": line.decisions}
    values = line.model_dump() | {name: "\n".join(map(str, each)) for name, each in lists.items()}
    return [
        (key.replace("_", " "), show.spoken(value, zone)) for key, value in values.items() if value not in ("", None)
    ]


def _line(tx: Session, opened: Rooms, number: int) -> ItemLine:
    item = item_of(tx, number)
    plain = dict(InboxLine.of(item))
    decided = _decided(tx, item)
    if item.state is not InboxState.QUARANTINED:
        return ItemLine(**plain, decisions=decided)
    looked = _look(tx, opened, number)
    told = Teller.of(tx, opened.settings).described(item, looked)
    return ItemLine(
        **plain,
        reason=told.why,
        files=tuple(Part(name=one.name, size=one.size, kind=one.kind) for one in looked.files),
        unread=told.hindrance,
        guess=told.guess,
        because=told.because,
        kept_until=told.until,
        choices=tuple(_choices(told)),
        decisions=decided,
    )


def _look(tx: Session, opened: Rooms, number: int) -> Looked:
    item = tx.get_one(InboxItem, number, options=[undefer(InboxItem.sealed)], populate_existing=True)
    readers: Mapping[str, MailReader] = {MAIL: MailReader(opened.settings)}
    return quarantine.look_into(opened.vault, readers, item.channel, item.object_id, item.sealed)


def _decided(tx: Session, item: InboxItem) -> tuple[Decided, ...]:
    return tuple(
        Decided(
            at=one.at, by=one.person.email if one.person else "postroom", act=one.act, channel=one.channel,
            sender=one.sender, why=one.why,
        )
        for one in quarantine.decisions(tx, item.id)
    )  # fmt: skip


def _choices(told: Quarantined) -> list[str]:
    number = told.item
    release = f"postroom inbox release {number}"
    if not told.releasable:
        release += f" --as {told.release_as or 'EMAIL'}"
    choices = (
        []
        if told.retryable
        else [f"{release}: it is handled as if that person had proven to have sent it, and they are answered"]
    )
    choices.append(f"postroom inbox retry {number}: it is handled again as it is")
    choices.append(f"postroom inbox discard {number}: it is destroyed now; a sender who is proven hears of it")
    return choices
