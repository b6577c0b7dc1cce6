"""What people did in the term, and what must have come of it: each file's end, and whom each act told (docs/rules.md)."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from tests.people import ALEX, DEE, IAN, NADIA, RAJ, SAM

Told = tuple[str, str, str]
"""Who was told, by which kind of notice, of which file."""

OFFICERS = {"SEN": (SAM, NADIA, DEE), "FIN": (RAJ,), "INFO": (IAN,)}
PLACES = {"SEN": ("senteam@derbyshire.example",), "INFO": ("early.years@derbyshire.example",)}
ENDS = {"received": "Received", "rejected": "Rejected", "recalled": "Recalled", "discarded": "Discarded"}


@dataclass(frozen=True)
class School:
    """One school and who acts for it."""

    number: str
    head: str
    senders: tuple[str, ...]


@dataclass
class Return:
    """One file, as its school knows it."""

    school: School
    owner: str
    service: str
    name: str
    contents: bytes
    came_at: datetime
    """When it came; once it is Sent, when that was."""
    status: str = ""
    reference: str = ""
    officers: set[str] = field(default_factory=set)
    """To whom it was announced in its present service."""
    frozen: bool = False
    object_id: str = ""
    wrapped: bytes = b""
    """Its key as it stands in the key file, sealed."""

    received_at: datetime | None = None
    """When an officer received it first."""
    destroyed_at: datetime | None = None
    """When an administrator gave the word."""

    @property
    def waits(self) -> bool:
        """Nobody received it, so its contents wait for an administrator's word."""
        return self.status == "Sent" and not self.destroyed_at


@dataclass
class Books:
    """The files of the term, and everything that was to be told because somebody did something."""

    files: list[Return] = field(default_factory=list)
    due: Counter[Told] = field(default_factory=Counter)

    def tell(self, file: Return, kind: str, *readers: str) -> None:
        """Each of these is told once."""
        self.due.update((reader, kind, file.reference) for reader in readers)

    def sent(self, file: Return, at: datetime) -> None:
        """It is Sent: its receipt, and its announcement."""
        file.status, file.came_at = "Sent", at
        self.tell(file, "receipt", file.owner)
        self.announced(file)

    def announced(self, file: Return, mover: str = "") -> None:
        """To the officers of its service and its places."""
        file.officers = {one for one in OFFICERS[file.service] if one != mover}
        self.tell(file, "new-files", *file.officers, *PLACES.get(file.service, ()))

    def held(self, file: Return) -> None:
        """Its name is at fault."""
        file.status = "Held"
        self.tell(file, "advice", file.owner)

    def decided(self, file: Return, officer: str, kind: str, *, warned: bool = False) -> None:
        """Received, rejected or moved: everybody who was told of it hears, and the school. `warned`: so was the administrator."""
        file.status = ENDS.get(kind, "Sent")
        self.tell(file, "decided", *{officer, *file.officers, *([ALEX] if warned else [])})
        schools = {file.owner, file.school.head} if kind == "rejected" else {file.owner}
        self.tell(file, kind, *schools)

    def moved(self, file: Return, officer: str, service: str) -> None:
        """To another service."""
        self.decided(file, officer, "moved")
        file.service = service
        self.announced(file, mover=officer)

    def expired(self, file: Return) -> None:
        """Its sender did not answer in time."""
        file.status = "Discarded"
        self.tell(file, "discarded", file.owner)

    def photocopied(self, sender: str) -> None:
        """A machine sent it in their name, and nobody settled it for as long as quarantine keeps it."""
        self.due[sender, "not-taken", ""] += 1

    def destroyed(self, file: Return, at: datetime) -> None:
        """At an administrator's word."""
        file.destroyed_at = at
        self.tell(file, "destroyed", file.owner)

    def alarmed(self, file: Return) -> None:
        """«Wrong file», and what became of it: officers, the headteacher, the administrator, but not who says so."""
        self.tell(file, "wrong-file", *{*OFFICERS[file.service], file.school.head, ALEX} - {file.owner})
