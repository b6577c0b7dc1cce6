"""Answers whoever writes to the mailbox for trying out: what would have happened. Nothing of it stays but its answer."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot import roster, telling
from bot.arrival import MAIL, Arrival
from bot.inbox import Claimed, settle
from bot.ledger import files
from bot.ledger.tables import InboxItem, InboxState
from bot.notices import Outcome, Outcomes, Tried, TriedFile
from bot.preparing import Prepared, Spoiled
from bot.reception import answering, raw, tracing
from bot.reception.quoting import quoted
from bot.reception.rehearsing import Rehearsal, Told, known
from bot.reception.wanting import Shut
from bot.rules.somebody import Somebody
from bot.telling import Occasion
from bot.wording import Wording

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SCHOOLS_MAX = 10
"""Schools that are named; of more only the number is told."""
SAID_MAX = 10
"""Answers that are quoted."""
FILES_MAX = 50
"""Files whose fate is told one by one: the answers that are quoted tell of the others."""


class Practice(Rehearsal):
    """Receives what is tried out: an inbox row like any other, acknowledged and then answered."""

    @cached_property
    def _wording(self) -> Wording:
        return Wording.of(self._settings)

    async def handle(self, item: Claimed) -> None:
        """Carry one claimed message to its end. Raises `Later`, `LostLease`, or whatever is our own fault."""
        looked = await self._ledger.read(lambda tx: self._look(tx, item.arrival, known(item.arrival)))
        prepared = None if isinstance(looked, Shut) else await self._opened(self._preparing.weigh(raw(item)))
        await asyncio.to_thread(self._wording.prepare)  # nobody who writes waits for what is loaded
        await self._ledger.write(lambda tx: self._answer(tx, item, prepared))

    def give_up(self, tx: Session, item: Claimed, why: str) -> None:
        """It failed too often: that is said, and nothing is kept of it for anybody either."""
        ended = update(InboxItem).where(InboxItem.id == item.id)
        tx.execute(ended.values(state=InboxState.DONE, why=f"tried out; failed: {why}", sealed=None))
        files.order_destruction(tx, item.object_id, why="tried out", now=self._clock.now())
        arrival, occasion = item.arrival, self._occasion(item)
        person = roster.who(tx, MAIL, arrival.sender) if arrival.unproven is None else None
        if person and arrival.automatic is None:
            self._tell(tx, self._tried(arrival, person, outcome="failed"), person, occasion)
        line = f"{item.id}, which was only tried out: {why}. Nothing of it was kept."
        telling.alert_once(tx, "What is tried out fails", [line], occasion, within=DAY)

    def _answer(self, tx: Session, item: Claimed, prepared: Prepared | Spoiled | None) -> None:
        """Authority is looked at again, in the transaction that ends the message."""
        arrival, occasion = item.arrival, self._occasion(item)
        opened = prepared.opened if isinstance(prepared, Prepared) else None
        looked = self._look(tx, arrival, known(arrival))
        if opened and not isinstance(looked, Shut):
            looked = self._look_again(tx, arrival, opened, known(arrival))
        if isinstance(looked, Shut):
            self._forget(tx, item, f"tried out; {looked.why}")
            if looked.notice:  # there is none for who is not proven (lesson L19), nor for a machine
                said = (quoted(self._wording, looked.notice),)
                tried = self._tried(arrival, None, outcome="unheard", said=said)
                answering.turned_away(tx, arrival.sender, tried, occasion, self.strangers)
        elif arrival.automatic and isinstance(prepared, Spoiled):
            self._forget(tx, item, f"tried out; sent by a machine: {arrival.automatic}")
        elif prepared:
            tried = self._rehearsed(tx, item, looked, prepared)
            self._forget(tx, item, "tried out")
            self._tell(tx, tried, looked, occasion)

    def _rehearsed(self, tx: Session, item: Claimed, person: Somebody, prepared: Prepared | Spoiled) -> Tried:
        with tx.begin_nested() as all_of_it:
            found = self._play(tx, item, prepared)
            all_of_it.rollback()
        mine = [one for one in found.told if one.to == item.arrival.sender]
        answered = tracing.answered(tx, item.arrival, person)
        return self._tried(
            item.arrival, person,
            outcome="unreadable" if found.state is InboxState.QUARANTINED else "served",
            said=tuple(quoted(self._wording, one.notice) for one in mine[:SAID_MAX]), said_more=max(0, len(mine) - SAID_MAX),
            files=_files(mine), replied=answered is not None and answered.kind == Tried.kind, **self._standing(tx, person),
        )  # fmt: skip

    def _tried(self, arrival: Arrival, person: Somebody | None, **more: Any) -> Tried:
        email = self._settings.email
        return Tried(
            subject=arrival.subject, address=email.try_address or email.address, returns=email.address,
            sender=arrival.sender, believed=arrival.believed, person=person.name if person else "", **more,
        )  # fmt: skip

    def _standing(self, tx: Session, person: Somebody) -> dict[str, Any]:
        schools = [f"{school.number} {school.name}" for school in roster.schools_of(tx, person)]
        theirs = roster.services_of(person, (service.code for service in self._settings.services))
        return {
            "schools": tuple(schools[:SCHOOLS_MAX]),
            "schools_more": max(0, len(schools) - SCHOOLS_MAX),
            "services": tuple(f"{one.code}: {one.name}" for one in self._settings.services if one.code in theirs),
            "administrator": roster.is_administrator(person),
        }

    def _tell(self, tx: Session, tried: Tried, person: Somebody, occasion: Occasion) -> None:
        """As often as anybody practises; who goes on for ever is a machine, unmarked (lesson L18)."""
        limit = self._settings.email.replies_per_hour
        hour, day = (
            telling.told_since(tx, tried.sender, occasion.now - within, {Tried.kind}) for within in (HOUR, DAY)
        )
        if hour < limit and day < answering.OWED_A_DAY * limit:
            telling.post(tx, tried, occasion, to=tried.sender, person=person, threaded=True)
            return
        line = (
            f"It had {hour} practice answers within an hour and {day} within a day, and has no more of them for now. If it is a "
            "machine, have its automatic replies to us switched off."
        )
        telling.alert_once(tx, f"{tried.sender} tries out without end", [line], occasion, within=DAY)

    def _forget(self, tx: Session, item: Claimed, why: str) -> None:
        """The row alone stays, and says how it ended."""
        settle(tx, item, InboxState.DONE, why=why, sealed=None)
        files.order_destruction(tx, item.object_id, why="tried out", now=self._clock.now())


def _files(told: Sequence[Told]) -> tuple[TriedFile, ...]:
    of_files = (one.notice for one in told if isinstance(one.notice, Outcomes))
    return tuple(_file(outcome) for notice in of_files for outcome in notice.outcomes)[:FILES_MAX]


def _file(outcome: Outcome) -> TriedFile:
    kept = outcome.file if outcome.verdict == "sent" else None
    offers = tuple(offer.name for offer in outcome.offers if offer.name)
    return TriedFile(
        verdict=outcome.verdict, given=outcome.given, name=kept.name if kept else "",
        service=kept.service_name if kept else "", findings=outcome.findings, advice=outcome.advice, offers=offers,
        is_sure=len(offers) == 1 and outcome.offers[0].sure, model=outcome.model, whole_mail=outcome.whole_mail,
    )  # fmt: skip
