"""Decides who speaks and whether it is wanted, and carries a message through its three steps.

Look: read who it is, with the claim where the record alone can tell (`glance`). Prepare, outside any transaction: open the
message and seal its files. Settle: one short write, in which authority is checked again and everything that follows from
the message is done, or nothing.
"""

from collections.abc import Awaitable, Mapping
from typing import TypeVar

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot import bouncing, canary, proofs, roster
from bot.arrival import MAIL, Arrival, Introduce, Introduction, Opened
from bot.clock import Clock
from bot.inbox import Claimed, settle
from bot.ledger import Later, Ledger, files, upkeep
from bot.ledger.tables import InboxItem, InboxState
from bot.ledger.upkeep import Chore
from bot.preparing import OpenMessage, Prepared, Preparer, Preparing, Raw, ReadReturned, Spoiled
from bot.preparing.threads import InThreads
from bot.receipts import KeyRing
from bot.reception import answering, tracing
from bot.reception.stranger_limit import StrangerLimit
from bot.reception.wanting import Shut, look
from bot.rules.bounce import Returned
from bot.rules.somebody import Listed
from bot.settings import Settings
from bot.telling import Occasion
from bot.vault import Unavailable, Vault

T = TypeVar("T")


class Reception:
    """The one way by which every message of every channel is handled."""

    def __init__(
        self, ledger: Ledger, vault: Vault, clock: Clock, settings: Settings, readers: Mapping[str, OpenMessage], *,
        keys: KeyRing, introducers: Mapping[str, Introduce] | None = None,
        reports: Mapping[str, ReadReturned] | None = None, strangers: StrangerLimit | None = None,
        preparing: Preparing | None = None,
    ) -> None:  # fmt: skip
        """`readers`: how each channel's raw messages are opened; `keys`: those that prove receipts; `introducers`: of
        the channels whose identities are not mailboxes; `reports`: of those in which mail may come back; `strangers`: the limit of
        those who are answered, where others answer them, too; `preparing`: where messages are opened, if not in
        threads here."""
        self._ledger, self._vault, self._clock, self._settings = ledger, vault, clock, settings
        self._readers, self._keys, self._introducers = readers, keys, introducers or {}
        self.strangers = strangers or StrangerLimit(settings.email.strangers_per_hour)
        self._preparing = preparing or InThreads(Preparer(vault, readers, keys, reports or {}))

    async def handle(self, item: Claimed) -> None:
        """Carry one claimed message to its end. Raises `Later`, `LostLease`, or whatever is our own fault."""
        if item.arrival.canary:
            await self._ledger.write(lambda tx: self._canary(tx, item))
            return
        if item.arrival.returned and await self._is_report(item):  # before anything that could answer it (lesson L17)
            return
        known = await self._introduced(item.arrival)
        if item.arrival.press:  # all that a button says is known already: there is nothing to open
            await self._ledger.write(lambda tx: self._settle(tx, item, Prepared(Opened()), known))
            return
        if not item.wanted and (shut := await self._ledger.read(lambda tx: self._shut(tx, item.arrival, known))):
            ended = shut
            await self._ledger.write(lambda tx: self._end(tx, item, ended))
            return
        prepared = await self._prepared(item)
        await self._ledger.write(lambda tx: self._settle(tx, item, prepared, known))

    def glance(self, tx: Session, arrival: Arrival) -> bool:
        """The first look, for whoever claims a message: it may be opened. False also where more than the record must be
        asked first."""
        apart = arrival.trial or arrival.canary or arrival.returned or arrival.press
        if apart or arrival.channel in self._introducers:
            return False
        return self._shut(tx, arrival, Introduction(address=arrival.sender)) is None

    def _canary(self, tx: Session, item: Claimed) -> None:
        """Our own mail to ourselves is back (lesson L23): that is noted, and nothing of it stays."""
        sent_at, back, now = item.arrival.canary, upkeep.when(tx, Chore.CANARY_BACK), self._clock.now()
        if back and back > now:  # the clock was ahead
            back = None
        if sent_at and now - canary.LIFE < sent_at <= now and (back is None or sent_at > back):
            upkeep.note(tx, Chore.CANARY_BACK, sent_at)
        self._finish(tx, item, InboxState.DONE, "")
        tx.execute(delete(InboxItem).where(InboxItem.id == item.id))

    async def _is_report(self, item: Claimed) -> bool:
        """Whether it came back to the address of a notice, and so is done with: nothing else in it is ever looked at."""
        if not await self._ledger.read(lambda tx: tracing.returned_to(tx, item.arrival) is not None):
            return False
        returned = await self._opened(self._preparing.returned(raw(item)))
        return await self._ledger.write(lambda tx: self._take_back(tx, item, returned))

    def _take_back(self, tx: Session, item: Claimed, returned: Returned) -> bool:
        """True: it was a report, or what somebody's mailbox answers by itself with nothing in it."""
        notice = tracing.returned_to(tx, item.arrival)
        if notice and returned.reports:
            self._finish(tx, item, InboxState.DONE, bouncing.take(tx, notice, returned.reports, self._occasion(item)))
            return True
        if item.arrival.unproven and not returned.attached:
            self._finish(tx, item, InboxState.DONE, f"sent by a machine: {item.arrival.automatic}")
            return True
        return False

    async def _prepared(self, item: Claimed) -> Prepared | Spoiled:
        return await self._opened(self._preparing.prepare(raw(item)))

    async def _opened(self, opening: Awaitable[T]) -> T:
        try:
            return await opening
        except Unavailable as fault:
            raise Later(str(fault)) from fault

    async def _introduced(self, arrival: Arrival) -> Introduction:
        introduce = self._introducers.get(arrival.channel)
        return await introduce(arrival) if introduce else Introduction(address=arrival.sender)

    def give_up(self, tx: Session, item: Claimed, why: str) -> None:
        """A message failed too often and lies in quarantine: its sender and the administrators are told."""
        answering.trouble(tx, item, why, self._occasion(item))

    def _settle(self, tx: Session, item: Claimed, prepared: Prepared | Spoiled, known: Introduction) -> None:
        occasion = self._occasion(item)
        for object_id in prepared.unwanted:
            files.order_destruction(tx, object_id, why="no file", now=occasion.now)
        if isinstance(prepared, Spoiled):
            self._end(tx, item, Shut(InboxState.QUARANTINED, prepared.why), alarm=True)
            return
        opened = prepared.opened
        looked = self._look_again(tx, item.arrival, opened, known)
        if isinstance(looked, Shut):
            for attachment in opened.attachments:
                if not attachment.absent:
                    files.order_destruction(tx, attachment.object_id, why=looked.why, now=occasion.now)
            self._end(tx, item, looked, alarm=looked.state is InboxState.QUARANTINED)
        else:
            self._finish(tx, item, InboxState.DONE, "")
            if item.arrival.channel != MAIL:  # whoever mailed was found by nothing else
                roster.link(tx, looked, item.arrival.channel, item.arrival.sender)
            answering.serve(tx, item, looked, opened, occasion, receipts=prepared.receipts)

    def _shut(self, tx: Session, arrival: Arrival, known: Introduction) -> Shut | None:
        looked = self._look(tx, arrival, known)
        return looked if isinstance(looked, Shut) else None

    def _look(self, tx: Session, arrival: Arrival, known: Introduction) -> Listed | Shut:
        """Before anything of it is opened or fetched."""
        looked = look(tx, arrival, self._settings, known)
        if isinstance(looked, Shut) or arrival.addressed or arrival.change or tracing.is_for_us(tx, arrival, looked):
            return looked
        return Shut(InboxState.DONE, "said to others")

    def _look_again(self, tx: Session, arrival: Arrival, opened: Opened, known: Introduction) -> Listed | Shut:
        """Now that it is known what came. What is a person's after all is judged as any person's."""
        looked = self._look(tx, arrival, known)
        if isinstance(looked, Shut) or arrival.automatic is None:
            return looked
        by_hand = arrival.model_copy(update={"automatic": None})
        return answering.by_machine(arrival, opened) or look(tx, by_hand, self._settings, known)

    def _end(self, tx: Session, item: Claimed, shut: Shut, *, alarm: bool = False) -> None:
        """End a message without serving it."""
        occasion = self._occasion(item)
        self._finish(tx, item, shut.state, shut.why)
        if shut.notice and item.arrival.addressed:
            answering.turned_away(tx, item.arrival.sender, shut.notice, occasion, self.strangers)
            if shut.claimant:
                proofs.ask(tx, item.arrival, shut.claimant, occasion)
        if alarm:
            answering.trouble(tx, item, shut.why, occasion)

    def _finish(self, tx: Session, item: Claimed, state: InboxState, why: str) -> None:
        """The inbox row is done with, and so is the raw message, unless an administrator must still see to it."""
        arrival = item.arrival
        if arrival.channel == MAIL and arrival.automatic is None and arrival.unproven is None:
            bouncing.heard(tx, arrival.sender)
        if state is InboxState.QUARANTINED:
            settle(tx, item, state, why=why)
            return
        settle(tx, item, state, why=why, sealed=None)
        files.order_destruction(tx, item.object_id, why="handled", now=self._clock.now())

    def _occasion(self, item: Claimed) -> Occasion:
        route = item.arrival.route.model_copy(update={"message": item.id, "taken_in_at": item.arrived_at})
        return Occasion(
            settings=self._settings, clock=self._clock, now=self._clock.now(), route=route, channel=item.arrival.channel
        )


def raw(item: Claimed) -> Raw:
    """The octets of a message that one worker has."""
    return Raw(item.id, item.arrival.channel, item.object_id, item.sealed)
