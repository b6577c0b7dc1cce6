"""What happens, and who asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from bot.arrival import MAIL, Route
from bot.clock import Clock
from bot.ledger import history
from bot.ledger.tables import File, OutboxItem
from bot.rules.somebody import Somebody
from bot.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What happens now, whoever brought it about."""

    settings: Settings
    clock: Clock
    now: datetime
    route: Route = field(default_factory=Route)
    """Of the message being handled: its answer is threaded to it."""
    channel: str = MAIL
    """Through which it came."""


@dataclass(frozen=True, kw_only=True)
class Asking(Occasion):
    """Somebody proven wants something: who, through which channel, in answer to which notice."""

    person: Somebody
    address: str
    """Where this person is answered: the identity they spoke with."""
    believed: str = ""
    """Why it is known that it is they, in words for the record."""
    message: int | None = None
    """The number of what they wrote in the inbox; None where it came another way."""
    answered: OutboxItem | None = None
    """The notice of ours that they answer, where one was found. It finds, never authorises."""
    seen: Mapping[str, int] = field(default_factory=dict)
    """The version of each file, by its reference, for which the button or page that they used was shown."""

    def version_seen(self, tx: Session, file: File) -> int | None:
        """The version that an act of theirs is meant for; None: the file as it is."""
        shown = self.seen.get(file.reference)
        return shown if shown is not None and history.changed_since(tx, file, shown) else None
