"""What could not be handled safely by itself lies here for an administrator (docs/rules.md, «Duties»).

`deciding` carries out what they decide, whichever way they say it; `looking` finds out what a message holds without
keeping anything; `telling_of` puts both into words; `daily` mails them what lies here; `numbering` ties numbers in a reply
to the messages that they stood for.
"""

from bot.quarantine.daily import DailyMail
from bot.quarantine.deciding import OPEN, Decider, Result, Wish, decide, decisions, expire
from bot.quarantine.looking import Looked, Readers, look_into
from bot.quarantine.numbering import listing, numbered
from bot.quarantine.sweeping import sweep_now
from bot.quarantine.telling_of import Teller, kept_until

__all__ = [
    "OPEN", "DailyMail", "Decider", "Looked", "Readers", "Result", "Teller", "Wish", "decide", "decisions", "expire", "kept_until",
    "listing", "look_into", "numbered", "sweep_now",
]  # fmt: skip
