"""Whom to believe: is the person in From the one who sent this mail? (docs/rules.md, «Duties»: access is personal)

Three kinds of peer (design «Whom to believe»):
- A relay, of our own or our provider's, has checked the mail before it reached us. The topmost Authentication-Results by
  one of its names is believed, and nothing below it (lessons L2 and L3). It has to remove forged fields of that name, as
  RFC 8601, section 5 demands of it.
- A submission host knows its users: From is believed as it stands.
- Anybody else proves it to us, by SPF, DKIM and DMARC (`proving`), where the configuration has us look; else they are
  unproven, whatever the mail says of itself.

Who is named by From is decided in `author`, what a relay found in `results`. Neither Reply-To (lesson L8), nor a display
name (lesson L7), nor an address in the text (lesson L9) is ever looked at.
"""

import ipaddress
from collections.abc import Collection, Sequence
from enum import Enum
from typing import Protocol

from bot.settings.kinds import NAMELESS
from handlers.mail.message.head import Head
from handlers.mail.trust.author import author, sender
from handlers.mail.trust.dns import Dns, DnsTrouble
from handlers.mail.trust.exchange import AUTH_AS, may_be_within, sent_within
from handlers.mail.trust.lexical import Doubtful
from handlers.mail.trust.lists import by_list, check_own_words
from handlers.mail.trust.proving import Origin, prove
from handlers.mail.trust.results import proof, topmost
from handlers.mail.trust.signatures import Signatures
from handlers.mail.trust.verdict import Examination, Proven, Step, Steps, Undecided, Unproven

__all__ = [
    "MAILBOX", "Dns", "DnsTrouble", "Examination", "Origin", "Proven", "Signatures", "Step", "Trust", "Undecided",
    "Unproven", "author", "examine", "wants_proof",
]  # fmt: skip

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAILBOX = "a mailbox of ours"
"""In the place of a peer: the mail was fetched, and the mailbox's server is a relay of ours."""


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

    @property
    def authenticate(self) -> bool:
        """Whether everybody else is proven by SPF, DKIM and DMARC."""

    @property
    def arc_sealers(self) -> Collection[str]:
        """Domains whose seals are believed."""

    @property
    def exchange_domains(self) -> Collection[str]:
        """Domains of the organisation in whose Exchange our mailboxes are."""


class Peer(Enum):
    """Who handed a mail to us."""

    RELAY = "a mail server of ours, which has checked the sender"
    MAILBOX = "a mailbox of ours, whose server has checked the sender"
    SUBMISSION = "a host of a network where From is believed as it stands"
    ANYBODY = "a host that we know nothing of"


PROVEN_TO_US = {Peer.ANYBODY, Peer.MAILBOX}
"""Of whose mail we look for proof ourselves."""


def wants_proof(origin: Origin, trust: Trust) -> bool:
    """Whether SPF, DKIM and ARC are of any use for a mail that came by this way: only then need its body be hashed."""
    return trust.authenticate and _peer(origin.peer, trust) in PROVEN_TO_US


async def examine(
    head: Head, origin: Origin, trust: Trust, dns: Dns | None, signatures: Signatures | None = None
) -> Examination:
    """Who sent the mail with this head, and how that is known. Never raises.

    `dns`: None where there is nothing to ask for, since `trust` does not authenticate. `signatures`: those of the mail, with its whole body read, where `wants_proof` says that they are of use.
    """
    peer, steps = _peer(origin.peer, trust), Steps()
    named = "" if origin.peer == MAILBOX else f"{origin.peer or 'not known'}: "
    steps.note("peer", peer.name.lower(), named + peer.value)
    try:
        address, on_behalf = author(head), sender(head)
        check_own_words(head, address)
        steps.note("From", "pass", f"it holds exactly one address, {address}")
        domain = address.rpartition("@")[2]
        why = _vouched(head, domain, peer, trust, steps)
        if why is None:
            assert dns is not None  # noqa: S101 - `_vouched` raises where `trust` does not authenticate
            why = await prove(
                domain, dns=dns, steps=steps, origin=origin, signatures=signatures, sealers=trust.arc_sealers
            )
    except Doubtful as doubt:
        steps.note("verdict", "unproven", str(doubt))
        relayed = peer in {Peer.RELAY, Peer.MAILBOX}
        verdict = Unproven(str(doubt), relayed, authenticated=trust.authenticate, by_list=by_list(head))
        return Examination(verdict, tuple(steps))
    except DnsTrouble as trouble:
        steps.note("verdict", "undecided", str(trouble))
        return Examination(Undecided(str(trouble)), tuple(steps))
    steps.note("verdict", "proven", why)
    return Examination(Proven(address, why, on_behalf if on_behalf != address else None), tuple(steps))


def _vouched(head: Head, domain: str, peer: Peer, trust: Trust, steps: Steps) -> str | None:
    """Why whoever handed the mail to us is believed; None where proof is to be looked for. Raises Doubtful."""
    if peer is Peer.SUBMISSION:
        return "it came from a submission network"
    if peer is Peer.ANYBODY:
        if not trust.authenticate:
            raise Doubtful("it did not come by way of a mail service that we know")
        return None
    if peer is Peer.MAILBOX and domain in trust.exchange_domains and sent_within(head):
        steps.note(AUTH_AS, "pass", "Exchange says that its sender was signed in")
        return f"sent within Exchange by {domain}"
    try:
        return _relayed(head, domain, _names(head, peer, trust), steps)
    except Doubtful:
        if not (trust.authenticate and peer in PROVEN_TO_US):
            raise
        return None


def _names(head: Head, peer: Peer, trust: Trust) -> Collection[str]:
    """Under which names results count. Those without one do in mailboxes alone: a relay removes what others wrote under its
    own name, but nothing that has none; nor in mail within Exchange, at whose top nothing was written by the server."""
    if peer is Peer.MAILBOX and not may_be_within(head):
        return trust.authserv_ids
    return [name for name in trust.authserv_ids if name != NAMELESS]


def _relayed(head: Head, domain: str, names: Collection[str], steps: Steps) -> str:
    """What a relay found."""
    try:
        why = proof(topmost(head.all("Authentication-Results"), names), domain)
    except Doubtful as doubt:
        steps.note("Authentication-Results", "fail", str(doubt))
        raise
    steps.note("Authentication-Results", "pass", why)
    return why


def _peer(address: str, trust: Trust) -> Peer:
    if address == MAILBOX:
        return Peer.MAILBOX
    if _within(address, trust.relay_networks):
        return Peer.RELAY
    return Peer.SUBMISSION if _within(address, trust.submission_networks) else Peer.ANYBODY


def _within(peer: str, networks: Sequence[Network]) -> bool:
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in network for network in networks)
