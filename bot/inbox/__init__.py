"""What arrived and is not finished. `Inbox.accept` makes it durable before anybody acknowledges it; the worker handles it."""

from bot.inbox.accepting import Inbox
from bot.inbox.claims import CLAIM_MAX, LEASE, Claimed, LostLease, quarantined_since, recover, settle
from bot.inbox.lull import LULL_SECONDS, LULL_SECONDS_MAX
from bot.inbox.worker import BACK_OFF_MAX, SENDERS_MAX, TRIES_MAX, InboxWorker

__all__ = [
    "BACK_OFF_MAX",
    "CLAIM_MAX",
    "LEASE",
    "LULL_SECONDS",
    "LULL_SECONDS_MAX",
    "SENDERS_MAX",
    "TRIES_MAX",
    "Claimed",
    "Inbox",
    "InboxWorker",
    "LostLease",
    "quarantined_since",
    "recover",
    "settle",
]
