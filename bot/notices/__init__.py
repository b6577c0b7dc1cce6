"""Every notice as a type: its facts, and an example. `mail_templates/<kind>.md` words it."""

from bot.notices.accounts import Linked, ProveIdentity
from bot.notices.answers import (
    Copy,
    Help,
    History,
    NotAuthorised,
    Recalled,
    SharedMailbox,
    TooLarge,
    TooLate,
    Trouble,
    UnknownCommand,
    Verified,
    Which,
)
from bot.notices.decisions import Alert, Decided, LostRace, More, Moved, NewFiles, Received, Rejected, Waiting
from bot.notices.examples import CHECKED, FILE, HELD, RECEIVED, SENT
from bot.notices.facts import (
    Candidate,
    Checked,
    Compared,
    Entry,
    FileFacts,
    Finding,
    KeptCopy,
    Notice,
    Offer,
    OfFiles,
    OfOneFile,
    Outcome,
    Proven,
    Receipted,
    Verdict,
    Wait,
)
from bot.notices.freezing import Frozen, Released, WrongFile
from bot.notices.listing import Choice, Health, Home, Lists, Menu, Queue, Status
from bot.notices.outcomes import (
    Advice,
    DeleteYourCopy,
    Discarded,
    Duplicate,
    Expiring,
    Mixed,
    NothingAttached,
    Outcomes,
    Receipt,
    Settled,
    Unchanged,
)
from bot.notices.quarantine import NotTaken, Quarantine, Quarantined, QuarantineSettled, SettledLine
from bot.notices.retention import Destroyed, Erased, Unreceived
from bot.notices.trying import Quoted, Said, Tried, TriedFile

__all__ = [
    "CHECKED", "FILE", "HELD", "KINDS", "RECEIVED", "SENT", "Advice", "Alert", "Candidate", "Checked", "Choice",
    "Compared", "Copy", "Decided", "DeleteYourCopy", "Destroyed", "Discarded", "Duplicate", "Entry", "Erased", "Expiring", "FileFacts",
    "Finding", "Frozen", "Health", "Help", "History", "Home", "KeptCopy", "Linked", "Lists", "LostRace", "Menu",
    "Mixed", "More", "Moved", "NewFiles", "NotAuthorised", "NotTaken", "NothingAttached", "Notice", "OfFiles",
    "OfOneFile", "Offer", "Outcome", "Outcomes", "ProveIdentity", "Proven", "Quarantine", "QuarantineSettled",
    "Quarantined", "Queue", "Quoted", "Recalled", "Receipt", "Receipted", "Received", "Rejected", "Released", "Said",
    "Settled", "SettledLine", "SharedMailbox", "Status", "TooLarge", "TooLate", "Tried", "TriedFile", "Trouble",
    "Unchanged", "UnknownCommand", "Unreceived", "Verdict", "Verified", "Wait", "Waiting", "Which", "WrongFile",
]  # fmt: skip

KINDS: dict[str, type[Notice]] = {
    kind.kind: kind
    for kind in (
        Receipt, Advice, Expiring, Mixed, Duplicate, Discarded, NothingAttached, Status, History, Recalled, Copy, Which, TooLate, Help,
        UnknownCommand, NotAuthorised, SharedMailbox, Received, Rejected, Moved, NewFiles, Waiting, Decided, LostRace,
        TooLarge, Trouble, Alert, Verified, Settled, DeleteYourCopy, Unchanged, ProveIdentity,
        Linked, Frozen, Released, WrongFile, Unreceived, Destroyed, Erased, Tried,
        Quarantine, QuarantineSettled, NotTaken,
    )
}  # fmt: skip
"""Every kind by its word, as it stands in the Postroom-Notice header."""
