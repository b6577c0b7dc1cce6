"""Every notice as a type: its facts, and an example. `mail_templates/<kind>.md` words it."""

from typing import ClassVar, Literal

from pydantic import Field

from bot.notices.accounts import Linked, ProveIdentity
from bot.notices.examples import (
    CHECKED,
    CODES,
    FILE,
    HELD,
    HISTORY,
    LINKS,
    MAY,
    MODEL,
    RECEIVED,
    REVIEW,
    SEN,
    SENT,
    WAITS,
    YEAR,
)
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
    Outcome,
    Proven,
    Receipted,
    Verdict,
    Wait,
)
from bot.notices.listing import Choice, Health, Home, Lists, Menu, Queue, Status

__all__ = [
    "CHECKED", "FILE", "HELD", "KINDS", "RECEIVED", "SENT", "Advice", "Alert", "Candidate", "Checked", "Choice",
    "Compared", "Copy", "Decided", "DeleteYourCopy", "Discarded", "Duplicate", "Entry", "FileFacts", "Finding", "Health",
    "Help", "History", "Home", "KeptCopy", "Linked", "Lists", "LostRace", "Menu", "Mixed", "Moved", "NewFiles", "NotAuthorised",
    "NothingAttached", "Notice", "OfFiles", "OfOneFile", "Offer", "Outcome", "Outcomes", "ProveIdentity", "Proven", "Queue",
    "Recalled", "Receipt", "Receipted", "Received", "Rejected", "Settled", "SharedMailbox", "Status", "TooLate",
    "Trouble", "Unchanged", "UnknownCommand", "Verdict", "Verified", "Wait", "Waiting", "Which",
]  # fmt: skip


class Outcomes(Notice):
    """What became of each file of one message; also of a reply that settled held ones."""

    live: ClassVar[bool] = True

    outcomes: tuple[Outcome, ...]
    remaining: tuple[Outcome, ...] = ()
    """Held files of the earlier reply that still wait for a word."""
    unused: str = ""
    """What they replied, where it settles none of these."""

    def mentioned(self) -> tuple[FileFacts, ...]:
        """Every file stored."""
        return tuple(outcome.file for outcome in (*self.outcomes, *self.remaining) if outcome.file)


class Receipt(Outcomes):
    """To the sender: all files are Sent."""

    kind = "receipt"
    example: ClassVar[Notice]


class Advice(Outcomes):
    """To the sender: none is Sent; what is at fault and what to do."""

    kind = "advice"


class Mixed(Outcomes):
    """To the sender: not all files fared alike."""

    kind = "mixed"


class Duplicate(Outcomes):
    """To the sender: all of this was here already."""

    kind = "duplicate"


class Discarded(Outcomes):
    """To the sender: held files were destroyed at their word."""

    kind = "discarded"


class NothingAttached(Notice):
    """To the sender: no file came."""

    kind = "nothing-attached"
    only_pictures: bool = False
    """Pictures came, but they belong to the letter, such as a logo."""
    model: str = ""


class OfOneFile(Notice):
    """A notice about a single file."""

    file: FileFacts

    def mentioned(self) -> tuple[FileFacts, ...]:
        """That file."""
        return (self.file,)


class OfFiles(Notice):
    """A notice about what one act did to one file or several."""

    files: tuple[FileFacts, ...]
    links: dict[str, str] = Field(default_factory=dict)
    """The ids of the reader's one-time links, each by its file's reference; empty where they get none."""

    def mentioned(self) -> tuple[FileFacts, ...]:
        """Those files."""
        return self.files


class Settled(OfFiles):
    """To the sender: their word is about files that wait for none any more; nothing further was done."""

    kind = "settled"
    said: str
    recallable: bool = False
    """At least one of them can still be taken back."""


class History(OfOneFile):
    """The answer to `history <file>`."""

    kind = "history"
    entries: tuple[Entry, ...]


class Verified(Notice):
    """To whoever had receipts checked: which are genuine, and to those who may see it, what became of the files."""

    kind = "verified"
    receipts: tuple[Checked, ...]
    compared: tuple[Compared, ...] = ()
    """Other files that came with them: none of these was sent."""
    left_out: int = 0
    """How many more of either came than one answer tells of."""
    unread: bool = False
    """Something else was written, too, which nobody reads."""

    def mentioned(self) -> tuple[FileFacts, ...]:
        """Those that the reader may see, each once."""
        files = (file.now for receipt in self.receipts for file in receipt.files)
        return tuple(dict.fromkeys(file for file in files if file))


class Recalled(OfFiles):
    """To who recalled: the files are gone."""

    kind = "recalled"
    by: str


class Copy(OfFiles):
    """The answer to `copy <file>`, and a fresh link in the place of one that is used up: links for the reader alone."""

    kind = "copy"
    officer: bool = False
    """The reader takes in for the file's service, and is not of the school that sent it."""


class Which(Notice):
    """A command could mean several files, or none that is known: nothing was done."""

    live: ClassVar[bool] = True

    kind = "which"
    asked: str
    candidates: tuple[Candidate, ...] = ()

    def mentioned(self) -> tuple[FileFacts, ...]:
        """The candidates."""
        return tuple(candidate.file for candidate in self.candidates)


class TooLate(OfOneFile):
    """To a school: what was asked can no longer be done, and who did what, when; or it is done already."""

    kind = "too-late"
    act: str
    already: bool = False


class Help(Notice):
    """The answer to `help`: knows the reader's roles and schools."""

    kind = "help"
    schools: tuple[str, ...] = ()
    """Number and name of each school they act for."""
    services: tuple[str, ...] = ()
    """Code and name of each service they take in for."""
    administrator: bool = False
    codes: tuple[tuple[str, str], ...] = ()
    """Every service code with its service in words."""
    model: str = ""


class UnknownCommand(OfFiles):
    """To whoever wrote what is no command, or one that cannot be carried out: nothing has been done."""

    kind = "unknown-command"
    said: str
    nearest: str = ""
    """The command that it comes near to."""
    because: str = ""
    """Why a well-formed command cannot be carried out, as a whole sentence."""
    files: tuple[FileFacts, ...] = ()
    """What it may have been about: the files of the notice that it answered."""
    can: tuple[str, ...] = ()
    """The commands by which this reader can still change those."""
    codes: tuple[tuple[str, str], ...] = ()
    """Code and name of each service that can be named, where a code is wanted."""


class NotAuthorised(Notice):
    """To somebody proven who may not do this. `act` is empty for one who is nobody's staff: told whom to ask."""

    kind = "not-authorised"
    act: str = ""
    named: str = ""
    """The file, as they named it."""
    on_behalf_of: str = ""
    """The address that sent on behalf of another without being authorised itself (lesson L6)."""
    senders_alone: bool = False
    """Only who sent the file decides that, and they are somebody else."""
    visiting: Literal["", "guest", "elsewhere"] = ""
    """Only a guest of the chat, or a member of another organisation's."""


class SharedMailbox(Notice):
    """To a mailbox that several people read, or a private one: send from your own."""

    kind = "shared-mailbox"
    address: str
    personal: bool = False


class Received(OfFiles):
    """To the sender: an officer has the contents."""

    kind = "received"
    by: str


class Rejected(OfFiles):
    """To the sender and to the headteacher: by whom and why."""

    kind = "rejected"
    by: str
    why: str
    reader: Literal["sender", "headteacher", "administrators"] = "sender"


class Moved(OfFiles):
    """To the sender: the file is now with another service."""

    kind = "moved"
    by: str
    why: str = ""


class NewFiles(OfFiles):
    """To a service's officers and places: files have come."""

    live: ClassVar[bool] = True

    kind = "new-files"
    service: str
    service_name: str
    place: bool = False
    """Told to a place that others may read, not to an officer: without comments."""
    unattended: bool = False
    """Told to the administrators, for the service has neither officers nor a place."""
    moved_by: str = ""
    """Who moved them here from another service, where somebody did."""
    why: str = ""
    """Why, as the mover put it; empty where they did not."""

    @property
    def to_a_place(self) -> bool:
        """As it says."""
        return self.place


class Waiting(OfFiles):
    """To a service's officers and places, and later to the administrators: nobody has received these files."""

    live: ClassVar[bool] = True

    kind = "waiting"
    service: str
    service_name: str
    hours: int
    """More office hours than so many have passed."""
    waits: dict[str, Wait]
    """By the references of the files."""
    place: bool = False
    """Told to a place that others may read, not to an officer: without comments."""
    unattended: bool = False
    """Told to the administrators, for the service has neither officers nor a place."""
    escalated: bool = False
    """Told to the administrators after the service was reminded in vain."""
    officers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Where it is escalated: each service in words, and who takes in for it."""

    @property
    def to_a_place(self) -> bool:
        """As it says."""
        return self.place


class Decided(OfFiles):
    """To officers: one of them decided."""

    kind = "decided"
    act: Literal["received", "rejected", "moved"]
    by: str
    why: str = ""
    own: bool = False
    """The reader decided."""


class LostRace(OfOneFile):
    """To an officer: another act came first; who did what, when."""

    kind = "lost-race"
    act: str
    own: bool = False
    """It was the reader's own: what they ask for is done already."""
    links: dict[str, str] = Field(default_factory=dict)
    """As in `OfFiles`."""


class Trouble(Notice):
    """To the sender: our own fault; what was and what was not stored."""

    kind = "trouble"
    subject: str
    item: int
    """The number of the inbox item, for the help contact."""


class DeleteYourCopy(Notice):
    """To whoever posted files in a chat: it still keeps them, and only they can delete them there."""

    kind = "delete-your-copy"
    copies: tuple[KeptCopy, ...]


class Unchanged(OfFiles):
    """To the sender, in a chat: changing or deleting the message that brought files changes nothing of what was sent."""

    kind = "unchanged"
    how: Literal["edited", "deleted"]


class Alert(Notice):
    """To the administrators: something needs a person."""

    kind = "alert"
    what: str
    lines: tuple[str, ...] = ()


Receipt.example = Receipt(outcomes=(SENT,))
Advice.example = Advice(outcomes=(HELD,))
Mixed.example = Mixed(
    outcomes=(SENT, HELD.model_copy(update={"offers": (Offer(number=1, name=FILE.name, sure=True),)}))
)
Duplicate.example = Duplicate(outcomes=(Outcome(verdict="duplicate", given=FILE.name, file=FILE),))
Discarded.example = Discarded(outcomes=(HELD.model_copy(update={"verdict": "discarded", "offers": ()}),))
Settled.example = Settled(files=(FILE,), said="yes", recallable=True)
NothingAttached.example = NothingAttached(model=MODEL)
Status.example = Status(asked="status", period=YEAR, held=(HELD,), files=(REVIEW, FILE), may=MAY)
History.example = History(file=RECEIVED, entries=HISTORY)
Verified.example = Verified(receipts=(CHECKED,))
Recalled.example = Recalled(files=(FILE.model_copy(update={"status": "Recalled"}),), by="Jo Sands")
Copy.example = Copy(files=(RECEIVED,), links=LINKS)
Which.example = Which(
    asked="recall plan", candidates=(Candidate(number=1, file=FILE), Candidate(number=2, file=REVIEW))
)
TooLate.example = TooLate(file=RECEIVED, act="recall")
Help.example = Help(schools=("8302000 Leys Junior School",), codes=CODES, model=MODEL)
UnknownCommand.example = UnknownCommand(said="staus", nearest="status")
NotAuthorised.example = NotAuthorised()
SharedMailbox.example = SharedMailbox(address="office@leys.example")
Received.example = Received(files=(RECEIVED,), by="Sam Hale")
Rejected.example = Rejected(
    files=(FILE.model_copy(update={"status": "Rejected", "rejected_by": "Sam Hale", "reason": "Wrong child"}),),
    by="Sam Hale",
    why="Wrong child",
)
Moved.example = Moved(files=(FILE.model_copy(update={"moved_from": "INFO"}),), by="Sam Hale", why="For SEN")
NewFiles.example = NewFiles(files=(FILE,), links=LINKS, service="SEN", service_name=SEN)
Waiting.example = Waiting(files=(FILE,), links=LINKS, service="SEN", service_name=SEN, hours=24, waits=WAITS)
Decided.example = Decided(files=(RECEIVED,), act="received", by="Sam Hale")
LostRace.example = LostRace(file=RECEIVED, act="reject")
DeleteYourCopy.example = DeleteYourCopy(copies=(KeptCopy(name=FILE.name, copy_id="F08A2K4Q7ZM"),))
Unchanged.example = Unchanged(files=(FILE,), how="edited")
Trouble.example = Trouble(subject="Autumn return", item=17)
Alert.example = Alert(what="A message waits in quarantine", lines=("17: from jo@leys.example: sent by a machine",))

KINDS: dict[str, type[Notice]] = {
    kind.kind: kind
    for kind in (
        Receipt, Advice, Mixed, Duplicate, Discarded, NothingAttached, Status, History, Recalled, Copy, Which, TooLate, Help,
        UnknownCommand, NotAuthorised, SharedMailbox, Received, Rejected, Moved, NewFiles, Waiting, Decided, LostRace,
        Trouble, Alert, Verified, Settled, DeleteYourCopy, Unchanged, ProveIdentity,
        Linked,
    )
}  # fmt: skip
"""Every kind by its word, as it stands in the Postroom-Notice header."""
