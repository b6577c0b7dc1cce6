"""The mail that we send to ourselves through the whole path: what proves it to be ours (lesson L23), and when one is due.

The proof holds when it was sent. Whoever sees it can repeat it, but only for that moment: a path that is broken never
looks sound for longer than `LIFE`, and then the canary is answered by nobody and noted nowhere.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy.orm import Session

from bot import faults
from bot.clock import Clock
from bot.ledger import Ledger, upkeep
from bot.ledger.upkeep import Chore
from bot.watching import Trouble
from bot.working import Worker

log = structlog.get_logger()

LIFE = timedelta(minutes=30)
"""One that takes longer is not noted as having come back."""
LOOK = timedelta(seconds=30)
"""How often the record is asked how it stands."""
TOKEN = re.compile(r"(?P<at>[0-9]{1,12})\.(?P<mac>[0-9a-f]{64})")


@dataclass(frozen=True)
class CanaryKey:
    """Makes and reads the tokens of canaries. Derived from the master key: nobody else can make one."""

    secret: bytes = field(repr=False)

    def token(self, at: datetime) -> str:
        """What one bears that is sent at this moment, to the second."""
        seconds = str(int(at.timestamp()))
        return f"{seconds}.{self._mac(seconds)}"

    def sent_at(self, token: str) -> datetime | None:
        """When the canary was sent that bears this; None where it is no token of ours."""
        found = TOKEN.fullmatch(token.strip())
        if found is None or not hmac.compare_digest(found["mac"], self._mac(found["at"])):
            return None
        return datetime.fromtimestamp(int(found["at"]), UTC)

    def _mac(self, seconds: str) -> str:
        return hmac.new(self.secret, b"canary " + seconds.encode(), hashlib.sha256).hexdigest()


class Send(Protocol):
    """Hands a canary with this token to the outgoing server. Raises whatever keeps it from being sent."""

    async def __call__(self, token: str) -> None:
        """Send one."""


@dataclass(frozen=True)
class Flight:
    """When a canary was sent last, and when the newest was sent that has come back."""

    sent_at: datetime | None = None
    back_at: datetime | None = None


def flight(tx: Session) -> Flight:
    """How it stands in the record."""
    return Flight(upkeep.when(tx, Chore.CANARY_SENT), upkeep.when(tx, Chore.CANARY_BACK))


async def release(ledger: Ledger, clock: Clock, key: CanaryKey, send: Send) -> datetime:
    """Send one, and note when. Raises what `send` raises, `bot.ledger.Later`."""
    at = clock.now().replace(microsecond=0)
    await send(key.token(at))
    await ledger.write(lambda tx: upkeep.note(tx, Chore.CANARY_SENT, at))
    return at


class CanaryWorker(Worker):
    """Sends a canary every so often, whether anything else is to be done or not, and says when none comes back."""

    table = ""
    name = "canary"

    def __init__(self, ledger: Ledger, clock: Clock, key: CanaryKey, send: Send, every: timedelta) -> None:
        super().__init__()
        self._ledger, self._clock, self._key, self._send, self._every = ledger, clock, key, send, every
        self._begun = self._look_at = clock.now()
        self._flight = Flight()
        self._refused = ""

    async def step(self) -> bool:
        """Send one where it is due. False: it is not, or could not be."""
        now = self._clock.now()
        if self._look_at - LOOK <= now < self._look_at:  # a clock put back must not stop it
            return False
        self._look_at, self._begun = now + LOOK, min(self._begun, now)
        self._flight = await self._ledger.read(flight)
        tried = self._flight.sent_at
        if tried and tried <= now < tried + self._every:
            return False
        return await self._release()

    async def _release(self) -> bool:
        try:
            at = await release(self._ledger, self._clock, self._key, self._send)
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is tried again and told once it lasts
            self._refused = faults.of(fault)
            log.warning("a canary could not be sent", fault=self._refused)
            return False
        self._refused, self._flight = "", Flight(at, self._flight.back_at)
        log.info("a canary was sent")
        return True

    def age(self) -> int | None:
        """Seconds since the newest was sent that has come back; None while there is none."""
        now, back = self._clock.now(), self._flight.back_at
        return (now - back) // timedelta(seconds=1) if back and back <= now else None

    def troubles(self) -> Iterator[Trouble]:
        """That none has come back for longer than one may take."""
        now, back = self._clock.now(), self._flight.back_at
        newest = max(self._begun, back) if back and back <= now else self._begun  # the clock may have been ahead
        if now <= newest + self._every + LIFE:
            return
        if self._refused:
            yield Trouble(OVERDUE, (f"The outgoing mail server did not take it: {self._refused}.", OUT))
        else:
            yield Trouble(OVERDUE, ("The outgoing mail server took it, but it did not come in again.", BACK))


OVERDUE = "The canary has not come back: mail may not reach Postroom, or not leave it"
OUT = "Answers do not leave either. See [email.outgoing]; on the server, postroom doctor --canary tries it at once."
BACK = (
    "Look for it with the mail system: subject «Postroom canary», from the returns mailbox to itself. Perhaps mail for that "
    "mailbox is not handed to Postroom any more. On the server, postroom doctor --canary tries it at once."
)
