"""What a notice can tell of files, names and history: values that cross as text."""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Literal, Self, TypeVar, cast

from pydantic import Field

from bot.arrival import Frozen


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
    moved_by: str = ""
    moved_at: datetime | None = None
    frozen_by: str = ""
    frozen_at: datetime | None = None
    """Its school says that it is the wrong file: nobody gets the contents. None: it is not frozen."""
    discarded_by: str = ""
    discarded_at: datetime | None = None
    contents: Literal["kept", "destroyed"] = "kept"
    kept_until: date | None = None
    version: int = 0
    """Which of the file's states this tells; 0 where that is not known."""
    recallable: bool = True
    """Its school could still take it back."""

    def elsewhere(self) -> Self:
        """The same without anybody's own words, for a place that others read."""
        return self.model_copy(update={"comment": "", "reason": ""})


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
    from_subject: bool = False
    """The names that are offered were made from the subject of its mail."""
    earlier: FileFacts | None = None
    """A file of the same name with other contents, sent before."""
    model: str = ""
    """A good name, as a model, where nothing could be guessed."""
    whole_mail: bool = False
    """It is no single file that is refused, but an email whose files are not to be had."""


class Entry(Frozen):
    """One line of history."""

    at: datetime
    by: str
    act: str
    why: str = ""
    channel: str = ""


class KeptCopy(Frozen):
    """A file as a chat keeps it."""

    name: str
    copy_id: str
    """What the chat calls it."""


class Candidate(Frozen):
    """One of several files that a command may have meant."""

    number: int
    file: FileFacts


class Receipted(Frozen):
    """One file as a receipt has it: what was sent, by whom, when. It does not change with what becomes of the file."""

    reference: str
    name: str
    given: str = ""
    """The name as it was sent, where that was another."""
    school: str
    school_name: str
    service: str
    service_name: str
    size: int
    """Octets."""
    sha256: str
    sent_at: datetime
    sent_by: str

    @classmethod
    def of(cls, file: FileFacts) -> Self:
        """What a receipt has of a file that has just been sent."""
        return cls(**file.model_dump(include=set(cls.model_fields)))


class Verdict(StrEnum):
    """What is to be said of a receipt."""

    GENUINE = "genuine"
    ALTERED = "altered"
    """It names a key of ours, which did not sign what it says."""
    FOREIGN = "foreign"
    """It names no key of ours."""


class Proven(Frozen):
    """One file of a genuine receipt."""

    then: Receipted
    now: FileFacts | None = None
    """What became of it, for those who may see it."""


class Checked(Frozen):
    """One receipt that somebody had checked. Of one that is not genuine nothing is told but its name."""

    name: str
    """As it was attached."""
    verdict: Verdict
    issuer: str = ""
    issued_at: datetime | None = None
    files: tuple[Proven, ...] = ()


class Compared(Frozen):
    """A file that was held against the receipts it came with."""

    name: str
    reference: str = ""
    """That of the file which it is, to the octet; empty: none that is proven."""


class Wait(Frozen):
    """How long a file has waited to be received."""

    since: datetime
    """When it was sent or, where it was moved, when it last was."""
    hours: int
    """Whole office hours since then."""


class Notice(Frozen):
    """One thing to tell one person or place."""

    kind: ClassVar[str]
    example: ClassVar["Notice"]
    live: ClassVar[bool] = False
    """Where it can be drawn anew it shows how its files stand by then; others tell what somebody did once."""

    @property
    def template(self) -> str:
        """The file that words it, below `mail_templates`."""
        return f"{self.kind}.md"

    @property
    def to_a_place(self) -> bool:
        """Whether it is told to a place that others may read, not to one person."""
        return False

    @property
    def replies_to(self) -> str:
        """The mailbox to which a reply by mail goes; empty: to an address that finds this very notice."""
        return ""

    def mentioned(self) -> tuple[FileFacts, ...]:
        """The stored files that it speaks of."""
        return ()

    def retold(self, tell: Callable[[FileFacts], FileFacts]) -> Self:
        """The same notice, with other facts of each file that it speaks of."""
        return _retold(self, tell)


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


T = TypeVar("T")


def _retold(value: T, tell: Callable[[FileFacts], FileFacts]) -> T:
    if isinstance(value, FileFacts):
        return cast("T", tell(value))
    if isinstance(value, tuple):
        return cast("T", tuple(_retold(one, tell) for one in value))
    if isinstance(value, Frozen):
        fields = {name: _retold(getattr(value, name), tell) for name in type(value).model_fields}
        return cast("T", value.model_copy(update=fields))
    return value
