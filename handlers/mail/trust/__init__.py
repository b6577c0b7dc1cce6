"""Whom to believe: is the person in From the one who sent this mail? (docs/rules.md, «Duties»: access is personal)

Three kinds of peer (design «Whom to believe»):
- A relay, of our own or our provider's, has checked the mail before it reached us. The topmost Authentication-Results by
  one of its names is believed, and nothing below it (lessons L2 and L3). It has to remove forged fields of that name, as
  RFC 8601, section 5 demands of it.
- A submission host knows its users: From is believed as it stands.
- Anybody else is unproven, whatever the mail says of itself.

Who is named by From is decided in `author`, what a relay found in `results`. Neither Reply-To (lesson L8), nor a display
name (lesson L7), nor an address in the text (lesson L9) is ever looked at.
"""

import ipaddress
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from handlers.mail.head import Head
from handlers.mail.trust.author import author, sender
from handlers.mail.trust.lexical import Doubtful
from handlers.mail.trust.results import proof, topmost

__all__ = ["MAILBOX", "Proven", "Trust", "Unproven", "author", "judge"]

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAILBOX = "a mailbox of ours"
"""In the place of a peer: the mail was fetched, and the mailbox's server is a relay of ours."""

WHAT_TO_DO = (
    "Please send it from your own work mailbox, in the ordinary way. If that is what you did, show this text to whoever "
    "runs your mail: the mail has to reach us by way of a mail service that has proven who sent it."
)


class Trust(Protocol):
    """Which peers are what, as configured."""

    @property
    def relay_networks(self) -> Sequence[Network]:
        """Where our relays are."""

    @property
    def authserv_ids(self) -> Collection[str]:
        """The names by which our relays sign what they found; providers have several (lesson L3)."""

    @property
    def submission_networks(self) -> Sequence[Network]:
        """Whose From is believed as it stands. A relay in here is a relay all the same: the stricter way wins."""


@dataclass(frozen=True)
class Proven:
    """It is known who sent the mail."""

    address: str
    """The one address in From, in its normal form."""
    why: str
    """For the record."""
    sender: str | None = None
    """The address in Sender, in its normal form, where another one sent the mail on behalf of the author (lesson L6)."""


@dataclass(frozen=True)
class Unproven:
    """It is not known who sent the mail; it is never answered by mail (lesson L19)."""

    why: str
    """In words that may be shown to anybody: what was missing."""
    relayed: bool
    """A relay of ours brought it: refusing would make the relay write to whoever is named, so it goes to quarantine."""

    def reply(self, contact: str = "") -> str:
        """The refusal in the SMTP dialogue, for a peer that is no relay; `contact` says whom to ask for help."""
        return f"550 5.7.1 Nothing was kept, because it is not proven who sent this mail: {self.why}. {WHAT_TO_DO} {contact}".rstrip()


def judge(head: Head, peer: str, trust: Trust) -> Proven | Unproven:
    """Who sent the mail with this head, as far as the peer (an IP address, or `MAILBOX`) is to be believed. Never raises."""
    relayed = peer == MAILBOX or _within(peer, trust.relay_networks)
    try:
        address = author(head)
        on_behalf = sender(head)
        if relayed:
            why = proof(topmost(head.all("Authentication-Results"), trust.authserv_ids), address.rpartition("@")[2])
        elif _within(peer, trust.submission_networks):
            why = "it came from a submission network"
        else:
            return Unproven("it did not come by way of a mail service that we know", relayed=False)
    except Doubtful as doubt:
        return Unproven(str(doubt), relayed)
    return Proven(address, why, on_behalf if on_behalf != address else None)


def _within(peer: str, networks: Sequence[Network]) -> bool:
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in network for network in networks)
