"""Lists of files, and what their reader chose to see of them."""

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from bot.arrival import Frozen
from bot.notices.examples import FILE, HELD, MAY, REVIEW, YEAR
from bot.notices.facts import FileFacts, Notice, Outcome


class Choice(Frozen):
    """Which files somebody asked for, and which page of them; nothing set: this academic year's that still count."""

    period: Literal["this-year", "last-year", "dates"] = "this-year"
    first: date | None = None
    """Of `dates`: the first day, included."""
    last: date | None = None
    """Of `dates`: the last day, included."""
    statuses: tuple[str, ...] = ()
    """Empty: Sent, Received and Rejected."""
    sent_by: int = 0
    """The id of the one person who sent them; 0: anyone."""
    named: str = ""
    """A part of the name or address of whoever sent them."""
    school: str = ""
    service: str = ""
    text: str = ""
    """Words to be found in a name, a comment or a tag."""
    page: int = 0
    """Of the files, counted from 0."""
    queue: int = 0
    """The page of what waits to be received, counted from 0."""


class Menu(Frozen):
    """What a reader who has menus can choose, and what is chosen."""

    choice: Choice
    first: date
    """The first day of the period that is in force."""
    last: date
    """The last one."""
    statuses: tuple[str, ...]
    """Those in force."""
    senders: tuple[tuple[int, str], ...] = ()
    """Who can be chosen, by the id and name of each: whoever sent last first."""
    page: int = 0
    pages: int = 1
    chosen: bool = False
    """Something is chosen that is not so by itself."""


class Lists(Notice):
    """Files that its reader may see: their own held ones first, then the files asked for."""

    live: ClassVar[bool] = True

    period: str = ""
    held: tuple[Outcome, ...] = ()
    files: tuple[FileFacts, ...] = ()
    more: int = 0
    """How many files match beyond those shown."""
    officer: bool = False
    """Files are of many schools."""
    may: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """What the reader can do to each file, by its reference: `recall`, `copy`, `receive`, `reject`, `move`."""
    menu: Menu | None = None
    """Where its reader has menus."""

    def mentioned(self) -> tuple[FileFacts, ...]:
        """Held ones, then the others."""
        return (*(outcome.file for outcome in self.held if outcome.file), *self.files)


class Status(Lists):
    """The answer to `status`."""

    kind = "status"
    asked: str


class Queue(Frozen):
    """What waits for one service."""

    service: str
    service_name: str
    count: int
    oldest: datetime
    day: int = 0
    """How many have waited for more than a day."""
    week: int = 0
    """How many for more than a week."""


class Health(Frozen):
    """How Postroom itself is, in figures."""

    inbox_waiting: int
    inbox_oldest: datetime | None
    quarantined: int
    outbox_waiting: int
    outbox_oldest: datetime | None
    outbox_failed: int
    files: tuple[tuple[str, int], ...]
    """How many files stand so, by status."""
    unattended: tuple[tuple[str, str], ...]
    """Code and name of each service with neither officers nor a place."""


class Home(Lists):
    """What somebody finds when they open us in their chat. It is shown, not sent, and drawn anew when a file changes."""

    kind = "home"
    at: datetime
    """When it was drawn."""
    name: str = ""
    shut: Literal["", "stranger", "guest", "elsewhere", "shared", "personal", "unproven"] = ""
    """Why its reader sees nothing."""
    schools: tuple[str, ...] = ()
    """Number and name of each school they act for."""
    held_more: int = 0
    """How many held files there are beyond those shown."""
    offers: dict[str, tuple[str, str]] = Field(default_factory=dict)
    """By what a button of a held file says: the notice that made the offer, and what is to be said to that."""
    services: tuple[str, ...] = ()
    """The codes of the services they take in for."""
    queues: tuple[Queue, ...] = ()
    waiting: tuple[FileFacts, ...] = ()
    """What waits for them to receive it, oldest first: one page of it."""
    queue: int = 0
    """Which page."""
    queue_pages: int = 1
    decided: tuple[FileFacts, ...] = ()
    """What was decided last."""
    health: Health | None = None
    """To an administrator."""

    def mentioned(self) -> tuple[FileFacts, ...]:
        """All that it shows."""
        return tuple(dict.fromkeys((*super().mentioned(), *self.waiting, *self.decided)))


Status.example = Status(asked="status", period=YEAR, held=(HELD,), files=(REVIEW, FILE), may=MAY)
