"""Telling somebody something: a file's facts, posting a notice into the outbox, what was told before."""

from bot.telling.alerts import alert, alert_once, recent_alerts
from bot.telling.file_facts import facts, is_recallable, now, service_name
from bot.telling.occasions import Asking, Occasion
from bot.telling.posting import came_by, linked, mention, own_mailbox, post, reply
from bot.telling.told import answered_since, told_since, told_the_same

__all__ = [
    "Asking",
    "Occasion",
    "alert",
    "alert_once",
    "answered_since",
    "came_by",
    "facts",
    "is_recallable",
    "linked",
    "mention",
    "now",
    "own_mailbox",
    "post",
    "recent_alerts",
    "reply",
    "service_name",
    "told_since",
    "told_the_same",
]
