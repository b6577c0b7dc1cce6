"""Every notice as a type: its facts, and an example. `mail_templates/<kind>.md` words it."""

from datetime import UTC, date, datetime
from typing import ClassVar, Literal

from bot.arrival import Frozen

NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


class FileFacts(Frozen):
    """What may be told of a file to those who may see it."""

    reference: str
    name: str
    given: str
    """The name as it was sent, where that was another."""
    status: str
    school: str = ""
    school_name: str = ""
    service: str = ""
    service_name: str = ""
    size: int
    """Octets."""
    sha256: str
    sent_at: datetime
    sent_by: str
    comment: str = ""
    tag: str = ""
    received_by: str = ""
    received_at: datetime | None = None
    rejected_by: str = ""
    rejected_at: datetime | None = None
    reason: str = ""
    recalled_by: str = ""
    recalled_at: datetime | None = None
    moved_from: str = ""
    contents: Literal["kept", "destroyed"] = "kept"
    kept_until: date | None = None


class Finding(Frozen):
    """One thing at fault or worth saying; worded by `mail_templates/faults/<fault>.md`."""

    fault: str
    found: str = ""


class Offer(Frozen):
    """A name that a number in the reply stands for."""

    number: int
    name: str
    """Empty where nothing could be guessed: the number then only stands for the file, and a name is the reply."""
    sure: bool


class Outcome(Frozen):
    """What became of one attached file."""

    verdict: Literal["sent", "held", "refused", "duplicate", "discarded"]
    given: str
    """The name as sent."""
    file: FileFacts | None = None
    """Where it is stored, or for a duplicate the one stored before."""
    findings: tuple[Finding, ...] = ()
    """What is at fault: empty unless held or refused."""
    advice: tuple[Finding, ...] = ()
    """What is worth a second look although nothing is at fault."""
    offers: tuple[Offer, ...] = ()
    earlier: FileFacts | None = None
    """A file of the same name with other contents, sent before."""
    model: str = ""
    """A good name, as a model, where nothing could be guessed."""


class Entry(Frozen):
    """One line of history."""

    at: datetime
    by: str
    act: str
    why: str = ""
    channel: str = ""


class Candidate(Frozen):
    """One of several files that a command may have meant."""

    number: int
    file: FileFacts


class Notice(Frozen):
    """One thing to tell one person or place."""

    kind: ClassVar[str]
    example: ClassVar["Notice"]

    def mentioned(self) -> tuple[FileFacts, ...]:
        """The stored files that it speaks of."""
        return ()


FILE = FileFacts(
    reference="PR-7K3Q-M2XW", name="8302000_SENplan20260901.docx", given="", status="Sent",
    school="8302000", school_name="Leys Junior School", service="SEN", service_name="SEN – (EHCP via EHC Hub)",
    size=48_213, sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", sent_at=NOON,
    sent_by="Jo Sands", comment="The autumn plan, as agreed with Sam.", kept_until=date(2026, 11, 30),
)  # fmt: skip
RECEIVED = FILE.model_copy(update={"status": "Received", "received_by": "Sam Hale", "received_at": NOON})
SENT = Outcome(verdict="sent", given=FILE.name, file=FILE)
HELD = Outcome(
    verdict="held",
    given="8302000 SENplan20260901.docx",
    file=FILE.model_copy(update={"status": "Held", "name": "8302000 SENplan20260901.docx"}),
    findings=(Finding(fault="separator", found=" "),),
    offers=(Offer(number=1, name=FILE.name, sure=True),),
)


class Outcomes(Notice):
    """What became of each file of one message; also of a reply that settled held ones."""

    outcomes: tuple[Outcome, ...]
    remaining: tuple[Outcome, ...] = ()
    """Held files of the earlier reply that still wait for a word."""

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


class Status(Notice):
    """The answer to `status`: one's own held files first, then the files asked for."""

    kind = "status"
    asked: str
    period: str = ""
    held: tuple[Outcome, ...] = ()
    files: tuple[FileFacts, ...] = ()
    more: int = 0
    """How many files match beyond those shown."""
    officer: bool = False
    """The reader is LA staff: files are of many schools."""

    def mentioned(self) -> tuple[FileFacts, ...]:
        """Held ones, then the others."""
        return (*(outcome.file for outcome in self.held if outcome.file), *self.files)


class OfOneFile(Notice):
    """A notice about a single file."""

    file: FileFacts

    def mentioned(self) -> tuple[FileFacts, ...]:
        """That file."""
        return (self.file,)


class OfFiles(Notice):
    """A notice about what one act did to one file or several."""

    files: tuple[FileFacts, ...]

    def mentioned(self) -> tuple[FileFacts, ...]:
        """Those files."""
        return self.files


class History(OfOneFile):
    """The answer to `history <file>`."""

    kind = "history"
    entries: tuple[Entry, ...]


class Recalled(OfFiles):
    """To who recalled: the files are gone."""

    kind = "recalled"
    by: str


class Which(Notice):
    """A command could mean several files, or none that is known: nothing was done."""

    kind = "which"
    asked: str
    candidates: tuple[Candidate, ...] = ()

    def mentioned(self) -> tuple[FileFacts, ...]:
        """The candidates."""
        return tuple(candidate.file for candidate in self.candidates)


class TooLate(OfOneFile):
    """To a school: what was asked can no longer be done, and who did what, when."""

    kind = "too-late"
    act: str


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


class UnknownCommand(Notice):
    """To the sender: that word is no command; the nearest one."""

    kind = "unknown-command"
    said: str
    nearest: str = ""
    because: str = ""
    """Why a well-formed command cannot be carried out, as a whole sentence."""


class NotAuthorised(Notice):
    """To somebody proven who may not do this. `act` is empty for one who is nobody's staff: told whom to ask."""

    kind = "not-authorised"
    act: str = ""
    named: str = ""
    """The file, as they named it."""
    on_behalf_of: str = ""
    """The address that sent on behalf of another without being authorised itself (lesson L6)."""


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

    kind = "new-files"
    service: str
    service_name: str
    place: bool = False
    """Told to a place that others may read, not to an officer: without comments."""
    unattended: bool = False
    """Told to the administrators, for the service has neither officers nor a place."""


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


class Trouble(Notice):
    """To the sender: our own fault; what was and what was not stored."""

    kind = "trouble"
    subject: str
    item: int
    """The number of the inbox item, for the help contact."""


class Alert(Notice):
    """To the administrators: something needs a person."""

    kind = "alert"
    what: str
    lines: tuple[str, ...] = ()


HISTORY = (
    Entry(at=NOON, by="Jo Sands", act="sent", channel="email"),
    Entry(at=NOON, by="Sam Hale", act="received", channel="email"),
)
CODES = (("INFO", "EYFS, Phonics"), ("SEN", "SEN – (EHCP via EHC Hub)"))

Receipt.example = Receipt(outcomes=(SENT,))
Advice.example = Advice(outcomes=(HELD,))
Mixed.example = Mixed(
    outcomes=(SENT, HELD.model_copy(update={"offers": (Offer(number=1, name=FILE.name, sure=True),)}))
)
Duplicate.example = Duplicate(outcomes=(Outcome(verdict="duplicate", given=FILE.name, file=FILE),))
Discarded.example = Discarded(outcomes=(HELD.model_copy(update={"verdict": "discarded", "offers": ()}),))
NothingAttached.example = NothingAttached(model="8302000_SENdescription20260901")
Status.example = Status(
    asked="status", period="1 September 2026 to 31 August 2027", held=(HELD,), files=(RECEIVED, FILE)
)
History.example = History(file=RECEIVED, entries=HISTORY)
Recalled.example = Recalled(files=(FILE.model_copy(update={"status": "Recalled"}),), by="Jo Sands")
Which.example = Which(
    asked="recall plan", candidates=(Candidate(number=1, file=FILE), Candidate(number=2, file=RECEIVED))
)
TooLate.example = TooLate(file=RECEIVED, act="recall")
Help.example = Help(schools=("8302000 Leys Junior School",), codes=CODES, model="8302000_SENdescription20260901")
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
NewFiles.example = NewFiles(files=(FILE,), service="SEN", service_name="SEN – (EHCP via EHC Hub)")
Decided.example = Decided(files=(RECEIVED,), act="received", by="Sam Hale")
LostRace.example = LostRace(file=RECEIVED, act="reject")
Trouble.example = Trouble(subject="Autumn return", item=17)
Alert.example = Alert(what="A message waits in quarantine", lines=("17: from jo@leys.example: sent by a machine",))

KINDS: dict[str, type[Notice]] = {
    kind.kind: kind
    for kind in (
        Receipt, Advice, Mixed, Duplicate, Discarded, NothingAttached, Status, History, Recalled, Which, TooLate, Help,
        UnknownCommand, NotAuthorised, SharedMailbox, Received, Rejected, Moved, NewFiles, Decided, LostRace, Trouble,
        Alert,
    )
}  # fmt: skip
"""Every kind by its word, as it stands in the Postroom-Notice header."""
