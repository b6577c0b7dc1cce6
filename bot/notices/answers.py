"""What whoever asks for something is answered."""

from typing import ClassVar, Literal

from bot.notices.examples import CHECKED, CODES, FILE, HISTORY, LINKS, MODEL, RECEIVED, REVIEW
from bot.notices.facts import Candidate, Checked, Compared, Entry, FileFacts, Finding, Notice, OfFiles, OfOneFile


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

    live: ClassVar[bool] = True

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
    missing: tuple[Finding, ...] = ()
    """Why a file may have been meant to come, and did not."""


class NotAuthorised(Notice):
    """To somebody proven who may not do this. `act` is empty for one who is nobody's staff: told whom to ask."""

    kind = "not-authorised"
    act: str = ""
    named: str = ""
    """The file, as they named it."""
    ask: tuple[str, ...] = ()
    """The names of those who may do it."""
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


class TooLarge(Notice):
    """To the sender of a message that is larger than is taken in: it was left where it lay."""

    kind = "too-large"
    subject: str
    size: int
    """Octets of the message, encoded as it came."""
    limit: int
    """Octets of the largest message that is taken in."""


class Trouble(Notice):
    """To the sender: our own fault; what was and what was not stored."""

    kind = "trouble"
    subject: str
    item: int
    """The number of the inbox item, for the help contact."""


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
TooLarge.example = TooLarge(subject="Autumn return", size=310_000_000, limit=220_000_000)
Trouble.example = Trouble(subject="Autumn return", item=17)
