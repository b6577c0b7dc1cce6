"""What is to be told and not yet delivered."""

from bot.outbox.claims import CLAIM_MAX, LEASE
from bot.outbox.courier import Busy, Courier, Deliver, GiveUp, InThreads, Shown, parcel_of
from bot.outbox.recovery import recover, retry, strand
from bot.outbox.worker import OutboxWorker, back_off

__all__ = [
    "CLAIM_MAX",
    "LEASE",
    "Busy",
    "Courier",
    "Deliver",
    "GiveUp",
    "InThreads",
    "OutboxWorker",
    "Shown",
    "back_off",
    "parcel_of",
    "recover",
    "retry",
    "strand",
]
