"""The stored nouns. Typed rows without behaviour; what may happen to them is decided elsewhere."""

from bot.ledger.base import Contents, InboxState, OutboxState, Table
from bot.ledger.kinds import Instant, Purpose
from bot.ledger.tables.destruction import DestroyOrder, Orphan
from bot.ledger.tables.files import Checkpoint, Entry, File, Removal
from bot.ledger.tables.links import Link, Proof
from bot.ledger.tables.messages import Decision, InboxItem, Mention, OutboxItem, Unreachable
from bot.ledger.tables.roster import Duty, Identity, Person, School
from bot.ledger.tables.surfaces import Surface
from bot.ledger.tables.upkeep import Upkeep

__all__ = [
    "Checkpoint", "Contents", "Decision", "DestroyOrder", "Duty", "Entry", "File", "Identity", "InboxItem", "InboxState", "Instant", "Link", "Mention", "Orphan", "OutboxItem", "OutboxState", "Person", "Proof", "Purpose", "Removal", "School", "Surface", "Table", "Unreachable", "Upkeep",
]  # fmt: skip
