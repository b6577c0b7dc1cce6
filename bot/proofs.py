"""Proofs: somebody in a chat says whose mailbox is theirs, and only whoever reads that mailbox can say that it is so.

A link is mailed to the mailbox, names the account that claims it, and shows a page; to show it changes nothing. Pressing its
button links the account to the person (docs/decisions/0008).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from bot import notices, roster, telling
from bot.arrival import MAIL, Arrival, Introduction
from bot.clock import Clock
from bot.ledger import Ledger
from bot.ledger.tables import Identity, Proof
from bot.links import Visit
from bot.notices.pages import Page, ProvenPage, ProvePage, StaleProof, StaleProving, UnknownLink
from bot.rules.somebody import Somebody
from bot.settings import Settings
from bot.telling import Occasion
from bot.tokens import LinkKey

LASTS = timedelta(days=1)
"""How long a link works: whoever asked for it has just written, and reads their mail by the next morning."""
DAY = timedelta(days=1)
A_DAY_MAX = 3
"""Links mailed a day to one person, whoever asks, and for one account, whomever it names: anybody in a chat can name any
mailbox."""
AT_ONCE = timedelta(minutes=10)
"""Several messages of one account within this bring one link."""


def ask(tx: Session, arrival: Arrival, known: Introduction, occasion: Occasion) -> None:
    """Mail a link to the mailbox that is claimed, where it is that of somebody on the roster; else do nothing."""
    person = roster.who(tx, MAIL, known.claimed)
    if person is None or not roster.is_anybody(person):
        return
    asked = _asked_since(tx, occasion.now - DAY, Proof.person_id == person.id)
    if any(_is_the_same(one, arrival, occasion.now) for one in asked):
        return
    if len(asked) >= A_DAY_MAX:
        _enough(tx, f"{person.email} is claimed again and again", arrival, occasion)
        return
    by_account = (Proof.channel == arrival.channel) & (Proof.identity == arrival.sender)
    if len(_asked_since(tx, occasion.now - DAY, by_account)) >= A_DAY_MAX:
        _enough(tx, f"{arrival.sender} claims one mailbox after another", arrival, occasion)
        return
    proof = Proof(
        id=occasion.clock.token(), person_id=person.id, address=known.claimed, channel=arrival.channel,
        identity=arrival.sender, name=known.name, workspace=known.workspace, made_at=occasion.now,
        expires_at=occasion.now + LASTS,
    )  # fmt: skip
    tx.add(proof)
    mail = notices.ProveIdentity(
        address=proof.address, link=proof.id, name=proof.name, workspace=proof.workspace, until=proof.expires_at
    )
    telling.post(tx, mail, occasion, to=proof.address, person=person)


def void(tx: Session, person: Somebody, now: datetime) -> None:
    """No link that this person was mailed links anything any more."""
    theirs = (Proof.person_id == person.id) & Proof.used_at.is_(None) & (Proof.expires_at > now)
    tx.execute(update(Proof).where(theirs).values(expires_at=now))


def _asked_since(tx: Session, since: datetime, which: ColumnElement[bool]) -> Sequence[Proof]:
    return tx.scalars(select(Proof).where(which, Proof.made_at > since)).all()


def _is_the_same(proof: Proof, arrival: Arrival, now: datetime) -> bool:
    """Whether this account was mailed for just now, and that link still works."""
    same = (proof.channel, proof.identity) == (arrival.channel, arrival.sender)
    return same and proof.used_at is None and proof.made_at > now - AT_ONCE and proof.expires_at > now


def _enough(tx: Session, claim: str, arrival: Arrival, occasion: Occasion) -> None:
    what = f"{claim} in {arrival.channel.capitalize()}"
    line = f"{A_DAY_MAX} links went out for it within a day. The account that asks now is {arrival.sender}."
    remedy = "Find out whose that account is. No further link goes out for now."
    telling.alert_once(tx, what, [line, remedy], occasion, within=DAY)


class ProofDesk:
    """Answers those who come with such a link."""

    def __init__(self, ledger: Ledger, clock: Clock, settings: Settings, key: LinkKey) -> None:
        self._ledger, self._clock, self._settings, self._key = ledger, clock, settings, key

    async def show(self, visit: Visit) -> Page:
        """The page of this link. Changes nothing, whoever follows it (lesson L45)."""
        return await self._ledger.read(lambda tx: self._shown(tx, visit))

    async def press(self, visit: Visit) -> Page | None:
        """Link the account; None: it is done, look at what was done. Raises `Later`."""
        return await self._ledger.write(lambda tx: self._pressed(tx, visit))

    async def settled(self, visit: Visit) -> Page:
        """What was done by this link, for as long as it holds; else its page. Changes nothing."""
        return await self._ledger.read(lambda tx: self._settled(tx, visit))

    def _proof(self, tx: Session, visit: Visit) -> Proof | None:
        """The proof, whose mailbox is still that of the same member of staff."""
        proof_id = self._key.read(visit.token)
        proof = tx.get(Proof, proof_id) if proof_id else None
        reader = roster.who(tx, MAIL, proof.address) if proof else None
        if proof is None or reader is None or reader.id != proof.person_id:
            return None
        return proof if roster.is_anybody(proof.person) else None

    def _shown(self, tx: Session, visit: Visit) -> Page:
        if (proof := self._proof(tx, visit)) is None:
            return UnknownLink(proving=True)
        if why := _spent(tx, proof, self._clock.now()):
            return _stale(proof, why)
        return ProvePage(
            name=proof.name, workspace=proof.workspace, reader=proof.person.name, address=proof.address,
            until=proof.expires_at,
        )  # fmt: skip

    def _settled(self, tx: Session, visit: Visit) -> Page:
        proof = self._proof(tx, visit)
        if proof and proof.used_at and _spent(tx, proof, self._clock.now()) == "linked":
            return ProvenPage(name=proof.name, workspace=proof.workspace, reader=proof.person.name)
        return self._shown(tx, visit)

    def _pressed(self, tx: Session, visit: Visit) -> Page | None:
        proof, now = self._proof(tx, visit), self._clock.now()
        if proof is None or _spent(tx, proof, now):
            return self._shown(tx, visit)
        proof.used_at = now
        roster.link(tx, proof.person, proof.channel, proof.identity)
        told = notices.Linked(person=proof.person.name, name=proof.name, workspace=proof.workspace)
        occasion = Occasion(settings=self._settings, clock=self._clock, now=now)
        telling.post(tx, told, occasion, to=proof.identity, channel=proof.channel)
        mailbox = telling.own_mailbox(proof.person, self._settings) or proof.person.email
        telling.post(tx, told, occasion, to=mailbox, person=proof.person)
        return None


def _spent(tx: Session, proof: Proof, now: datetime) -> StaleProving | None:
    """Why the link does nothing any more; None: it works."""
    if owner := tx.get(Identity, (proof.channel, proof.identity)):  # a leaver's, too, is nobody else's
        return "linked" if owner.person_id == proof.person_id else "taken"
    if proof.used_at is not None:
        return "used"
    return "expired" if proof.expires_at <= now else None


def _stale(proof: Proof, why: StaleProving) -> StaleProof:
    return StaleProof(name=proof.name, workspace=proof.workspace, reader=proof.person.name, why=why)
