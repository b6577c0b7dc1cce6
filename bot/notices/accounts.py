"""Notices about whose an account in a chat is."""

from datetime import datetime

from bot.notices.examples import FILE, LINKS, NOON
from bot.notices.facts import Notice


class ProveIdentity(Notice):
    """To whoever writes in a chat and has yet to prove who they are; and, with a link, to the mailbox that they claim."""

    kind = "prove-identity"
    address: str
    """That mailbox."""
    link: str = ""
    """The id of the link; empty where it is told in the chat, for nobody but that mailbox's reader may have it."""
    name: str = ""
    """What the claimant calls themselves."""
    workspace: str = ""
    until: datetime | None = None
    """How long the link works."""


class Linked(Notice):
    """To whoever proved that an account of a chat is theirs: there, and by mail."""

    kind = "linked"
    person: str
    name: str
    """What the account is called."""
    workspace: str


ProveIdentity.example = ProveIdentity(
    address="jo.sands@leysjunior.example", link=LINKS[FILE.reference], name="Jo Sands", workspace="Derbyshire Schools",
    until=NOON,
)  # fmt: skip
Linked.example = Linked(person="Jo Sands", name="Jo Sands", workspace="Derbyshire Schools")
