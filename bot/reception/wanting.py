"""Who speaks, and whether their message is wanted at all, before anything of it is opened."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot import roster
from bot.arrival import Arrival, Introduction
from bot.ledger.tables import InboxState
from bot.notices import NotAuthorised, Notice, ProveIdentity, SharedMailbox
from bot.rules import address, authority
from bot.rules.somebody import Listed, Somebody
from bot.settings import Settings


@dataclass(frozen=True)
class Shut:
    """The message is not opened: how it ends, why, and what its sender is told, once a day at the most."""

    state: InboxState
    why: str
    notice: Notice | None = None
    claimant: Introduction | None = None
    """Who must prove to be whom they say they are, and then come again."""


def look(tx: Session, arrival: Arrival, settings: Settings, known: Introduction) -> Listed | Shut:
    """Whoever may be heard, or why nobody is. `known`: what the channel vouches for of who speaks."""
    if arrival.unproven:
        return Shut(InboxState.QUARANTINED, arrival.unproven)
    if known.refused:
        return Shut(InboxState.DONE, f"not heard: {known.refused}", UNHEARD.get(known.refused))
    person = roster.recognise(tx, arrival.channel, arrival.sender, known.address)
    if person is None or not roster.is_anybody(person):
        claims = known.claimed and not roster.is_linked(tx, arrival.channel, arrival.sender)
        return _claimant(known, settings) if claims else _stranger(arrival, known.address, settings)
    if arrival.automatic is None:  # else it is told nothing, whoever sent it
        return _unfit(tx, arrival, known.address, person, settings) or person
    return person


UNHEARD = {"guest": NotAuthorised(visiting="guest"), "elsewhere": NotAuthorised(visiting="elsewhere")}
"""What those are told whom the channel knows, but who are not heard in it."""


def _unfit(tx: Session, arrival: Arrival, mailbox: str, person: Somebody, settings: Settings) -> Shut | None:
    if notice := mailbox_notice(mailbox, settings):
        return Shut(InboxState.DONE, "not a personal mailbox", notice)
    if arrival.posted_by and not _may_post_for(tx, arrival.posted_by, arrival.channel, person, settings):
        return Shut(InboxState.DONE, "posted by somebody else", NotAuthorised(on_behalf_of=arrival.posted_by))
    return None


def mailbox_notice(sender: str, settings: Settings) -> SharedMailbox | None:
    """What is told to a mailbox that several people read, or to a private one, where the configuration refuses them."""
    if not settings.access.refuse_shared:
        return None
    if address.is_shared(sender, settings.access.shared_mailboxes):
        return SharedMailbox(address=sender)
    if address.is_personal(sender, settings.access.personal_domains):
        return SharedMailbox(address=sender, personal=True)
    return None


def _claimant(known: Introduction, settings: Settings) -> Shut:
    """One who says that a mailbox is theirs. Whoever they are, they are told the same: not who is on the roster."""
    if notice := mailbox_notice(known.claimed, settings):
        return Shut(InboxState.DONE, "not a personal mailbox", notice)
    return Shut(InboxState.DONE, "has yet to prove who they are", ProveIdentity(address=known.claimed), known)


def _stranger(arrival: Arrival, mailbox: str, settings: Settings) -> Shut:
    if arrival.automatic:
        return Shut(InboxState.DONE, f"sent by a machine: {arrival.automatic}")
    notice = mailbox_notice(mailbox, settings) or NotAuthorised()
    return Shut(InboxState.DONE, "nobody on the roster", notice)


def _may_post_for(tx: Session, posted_by: str, channel: str, person: Somebody, settings: Settings) -> bool:
    """Whether who posted it may by themselves do all that the person may in whose name it was sent (lesson L6)."""
    poster = roster.who(tx, channel, posted_by)
    if poster is None or mailbox_notice(posted_by, settings):
        return False
    return authority.covers(roster.appointments(poster), roster.appointments(person))
