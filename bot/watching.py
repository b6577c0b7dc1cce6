"""What an administrator has to put right though nobody brings it: looked at all the time, told once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from bot import telling
from bot.clock import Clock
from bot.ledger import Later, Ledger
from bot.settings import Settings
from bot.telling import Occasion
from bot.working import Worker

log = structlog.get_logger()

REMIND_AFTER = timedelta(days=1)
"""While it lasts, it is told again so often."""
QUIET = timedelta(hours=1)
"""What comes and goes, and what a restart finds again, is not told more often than that."""
TRY_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Trouble:
    """Something that is not as it should be."""

    what: str
    """In one line; the same for as long as it lasts."""
    lines: tuple[str, ...]
    """How it stands now, what that means, and what to do."""


Look = Callable[[], Iterable[Trouble]]


class Watchman(Worker):
    """Tells the administrators of troubles: each when it begins, and once a day while it lasts."""

    table = ""

    def __init__(self, ledger: Ledger, clock: Clock, settings: Settings, looks: Sequence[Look]) -> None:
        super().__init__()
        self._ledger, self._clock, self._settings, self._looks = ledger, clock, settings, looks
        self._next: dict[str, datetime] = {}

    async def step(self) -> bool:
        """Look everywhere. False: there is nothing to tell."""
        now = self._clock.now()
        lasting = {trouble.what: trouble for look in self._looks for trouble in look()}
        self._next = {what: at for what, at in self._next.items() if what in lasting}
        # never longer than that: a clock is put back
        rests = {what for what, at in self._next.items() if now < at <= now + REMIND_AFTER}
        due = [trouble for what, trouble in lasting.items() if what not in rests]
        for trouble in due:
            self._next[trouble.what] = now + await self._tell(trouble, now)
        return bool(due)

    async def _tell(self, trouble: Trouble, now: datetime) -> timedelta:
        """How long it need not be told again."""
        log.warning("trouble", what=trouble.what)
        try:
            await self._ledger.write(lambda tx: self._alert(tx, trouble, now))
        except Later:  # a disk that is full to the brim, perhaps
            return TRY_AGAIN
        return REMIND_AFTER

    def _alert(self, tx: Session, trouble: Trouble, now: datetime) -> None:
        occasion = Occasion(settings=self._settings, clock=self._clock, now=now)
        telling.alert_once(tx, trouble.what, trouble.lines, occasion, within=QUIET)
