"""Homes as they are to be drawn: whose it is, is asked anew each time, and shown is what they may see at that moment."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot import home, standing
from bot.arrival import Arrival, Introduce, Introduction
from bot.clock import Clock
from bot.ledger import Ledger, surfaces
from bot.ledger.tables import Surface
from bot.notices import Home
from bot.parcels import Parcel
from bot.reception.wanting import Shut, look
from bot.rules.somebody import Listed
from bot.settings import Settings
from bot.wording import Wording


class Homes:
    """The homes of one channel."""

    def __init__(
        self, ledger: Ledger, clock: Clock, settings: Settings, wording: Wording, *, channel: str,
        introduce: Introduce | None,
    ) -> None:  # fmt: skip
        """`introduce`: how the channel is asked who somebody is, where its identities are not mailboxes."""
        self._ledger, self._clock, self._settings, self._wording = ledger, clock, settings, wording
        self._channel, self._introduce = channel, introduce

    async def parcel(self, identity: str) -> Parcel:
        """The home of this identity. Raises `Later` where it cannot be asked now who that is."""
        arrival = Arrival.about(self._channel, identity)
        known = await self._introduce(arrival) if self._introduce else Introduction(address=identity)
        if await self._ledger.read(lambda tx: self._has_moved_in(tx, arrival, known)):
            await self._ledger.write(lambda tx: self._move_in(tx, arrival, known))
        return await self._ledger.read(lambda tx: self._drawn(tx, arrival, known))

    def _has_moved_in(self, tx: Session, arrival: Arrival, known: Introduction) -> bool:
        """Whether it is not yet on record whose home it is: from then on it is outdated by what befalls their files."""
        surface, whose = self._look(tx, arrival, known)
        return isinstance(whose, Listed) and surface is not None and surface.person_id != whose.id

    def _move_in(self, tx: Session, arrival: Arrival, known: Introduction) -> None:
        surface, whose = self._look(tx, arrival, known)
        if isinstance(whose, Listed) and surface is not None:
            tx.execute(update(Surface).where(Surface.id == surface.id).values(person_id=whose.id))

    def _drawn(self, tx: Session, arrival: Arrival, known: Introduction) -> Parcel:
        surface, whose = self._look(tx, arrival, known)
        shown = self._home(tx, surface, whose)
        return Parcel(
            id="", token="", recipient=arrival.sender, notice=shown, letter=self._wording.letter(shown), route=arrival.route,
            created_at=shown.at,
        )  # fmt: skip

    def _home(self, tx: Session, surface: Surface | None, whose: Listed | Shut) -> Home:
        if isinstance(whose, Shut) or surface is None:
            return home.shut(whose.notice if isinstance(whose, Shut) else None, self._clock.now())
        return home.of(tx, standing.choice(surface), standing.asking(whose, surface, self._settings, self._clock))

    def _look(self, tx: Session, arrival: Arrival, known: Introduction) -> tuple[Surface | None, Listed | Shut]:
        surface = surfaces.at(tx, self._channel, arrival.sender, "")
        return surface, look(tx, arrival, self._settings, known)
