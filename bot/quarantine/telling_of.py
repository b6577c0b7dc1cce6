"""A message in quarantine in words: why it lies there, what it brought, who may have sent it, until when it is kept."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.arrival import MAIL, Arrival
from bot.ledger.tables import Duty, Identity, InboxItem, Person, School
from bot.notices import Quarantined
from bot.quarantine.deciding import bare, may_not_send
from bot.quarantine.looking import Found, Looked
from bot.rules import address, retention, supposing
from bot.rules.authority import ALL, OF_A_SCHOOL
from bot.rules.supposing import Clues, Known, Roll, Supposed
from bot.rules.unlinked import unlinked
from bot.settings import Settings
from bot.wording.speaking import size

SHOWN_CHARACTERS_MAX = 120
"""So much is told of each of a stranger's texts."""
FILES_MAX = 5
"""So many files of one message are named; of more it is said how many."""
NAME = re.compile(r'^\s*"?([^"<@]*?)"?\s*<')


def plainly(item: InboxItem) -> str:
    """Why it lies there, as a sentence; without a stop at its end."""
    arrival = Arrival.model_validate(item.arrival)
    if arrival.unproven is not None:
        return f"It is not proven who sent it: {_short(arrival.unproven)}"
    if item.why.startswith("unreadable"):
        return f"It could not be opened safely ({_short(item.why.partition(': ')[2])}); nothing in it was taken"
    if arrival.automatic is not None and item.why.startswith("sent by a machine"):
        return f"A machine sent it in this person’s name ({_short(arrival.automatic)}), with a file"
    return f"Something failed on our side, again and again ({_short(item.why)}); nothing in it was taken"


def kept_until(item: InboxItem, settings: Settings) -> date:
    """The last day on which it lies there: it is destroyed as that day ends, if nobody settles it."""
    return retention.last_day(item.arrived_at, settings.retention.quarantine_days, settings.timezone)


def roll(tx: Session, settings: Settings) -> Roll:
    """Those who may send, and the schools, to suppose by."""
    sending = select(Duty).join(Person, Person.id == Duty.person_id)
    duties: dict[int, set[str]] = defaultdict(set)
    for duty in tx.scalars(sending.where(Duty.role.in_(OF_A_SCHOOL), Person.left_at.is_(None))):
        duties[duty.person_id].add(duty.scope)
    rows = tx.execute(
        select(Identity, Person).join(Person, Person.id == Identity.person_id).where(Identity.channel == MAIL)
    )
    people = {
        identity.value: Known(person.name, person.email, frozenset(duties[person.id] - {ALL}))
        for identity, person in rows
        if person.id in duties
    }
    schools = {school.number: school.name for school in tx.scalars(select(School))}
    access = settings.access
    return Roll(people, schools, access.personal_domains, access.shared_mailboxes)


def clues(item: InboxItem, looked: Looked | None) -> Clues:
    """What the message says of itself."""
    arrival = Arrival.model_validate(item.arrival)
    looked = looked or Looked()
    shown = NAME.match(looked.hints.sender or item.sender)
    return Clues(
        sender=address.normal(bare(item.sender)) or "",
        subject=item.subject,
        shown=shown[1] if shown else "",
        files=tuple(one.name for one in looked.files),
        program=looked.hints.program,
        automatic=arrival.automatic or "",
        forwarded=looked.hints.forwarded,
    )


@dataclass(frozen=True)
class Teller:
    """Tells of messages as the roster is now."""

    tx: Session
    settings: Settings
    roll: Roll

    @classmethod
    def of(cls, tx: Session, settings: Settings) -> Self:
        """With all who may send in mind."""
        return cls(tx, settings, roll(tx, settings))

    def supposed(self, item: InboxItem, looked: Looked | None) -> Supposed:
        """Who may have sent it, and what."""
        return supposing.suppose(clues(item, looked), self.roll)

    def described(self, item: InboxItem, looked: Looked | None, number: int = 0) -> Quarantined:
        """All that is told of one message. `looked`: what it holds, where that was found out; None: nobody looked."""
        supposed = self.supposed(item, looked)
        found = looked.files if looked else ()
        releasable = self._releasable(item)
        doubtful = is_doubtful(item)
        return Quarantined(
            number=number,
            item=item.id,
            at=item.arrived_at,
            sender=_short(item.sender) or "nobody",
            subject=_short(item.subject),
            why=plainly(item),
            files=tuple(entered(one) for one in found[:FILES_MAX]),
            more=max(0, len(found) - FILES_MAX),
            hindrance=_short(looked.hindrance) if looked else "it has not been looked into",
            guess=_short(supposing.spoken(supposed, self.roll.schools)),
            because=tuple(_short(why) for why in supposed.because),
            until=kept_until(item, self.settings),
            retryable=not doubtful,
            releasable=doubtful and releasable,
            release_as="" if releasable or not doubtful else supposed.email,
        )

    def _releasable(self, item: InboxItem) -> bool:
        """Whether whom it names may send."""
        sender = address.normal(bare(item.sender))
        return sender is not None and not may_not_send(self.tx, sender, self.settings)


def is_doubtful(item: InboxItem) -> bool:
    """Whether it lies there because it is in doubt who sent it; else something failed."""
    arrival = Arrival.model_validate(item.arrival)
    return item.channel == MAIL and (arrival.unproven is not None or arrival.automatic is not None)


def shown(item: InboxItem) -> str:
    """Which message that is: its sender and its subject."""
    subject = _short(item.subject)
    return f"{_short(item.sender) or 'nobody'}, «{subject}»" if subject else _short(item.sender) or "nobody"


def entered(found: Found) -> str:
    """«scan0001.pdf (48 KB, PDF)»."""
    about = ", ".join([size(found.size), *([found.kind] if found.kind else [])])
    return f"{_short(found.name) or 'a file without a name'} ({about})"


def _short(text: str) -> str:
    shown = " ".join(unlinked(text[: 4 * SHOWN_CHARACTERS_MAX]).split())
    return shown if len(shown) <= SHOWN_CHARACTERS_MAX else f"{shown[: SHOWN_CHARACTERS_MAX - 1]}…"
