"""What is told of files to those who decide, and of decisions to those whom they concern."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from bot.arrival import Frozen
from bot.notices.examples import FILE, FROM_INFO, LINKS, NOON, RECEIVED, SEN, WAITS
from bot.notices.facts import Notice, OfFiles, OfOneFile, Wait


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


class More(Frozen):
    """Alerts of one wording of which each would have been a mail too many."""

    what: str
    count: int
    since: datetime
    """When the first of them came."""
    lines: tuple[str, ...] = ()
    """Some of what they said."""


class Alert(Notice):
    """To the administrators: something needs a person."""

    kind = "alert"
    what: str
    lines: tuple[str, ...] = ()
    more: tuple[More, ...] = ()
    """What there was besides, where they had many alerts of late; then there is nothing else."""


Received.example = Received(files=(RECEIVED,), by="Sam Hale")
Rejected.example = Rejected(
    files=(FILE.model_copy(update={"status": "Rejected", "rejected_by": "Sam Hale", "reason": "Wrong child"}),),
    by="Sam Hale",
    why="Wrong child",
)
Moved.example = Moved(files=(FILE.model_copy(update=FROM_INFO),), by="Ian Farrow", why="For SEN")
NewFiles.example = NewFiles(files=(FILE,), links=LINKS, service="SEN", service_name=SEN)
Waiting.example = Waiting(files=(FILE,), links=LINKS, service="SEN", service_name=SEN, hours=24, waits=WAITS)
Decided.example = Decided(files=(RECEIVED,), act="received", by="Sam Hale")
LostRace.example = LostRace(file=RECEIVED, act="reject")
Alert.example = Alert(what="A message waits in quarantine", lines=("17: from jo@leys.example: sent by a machine",))


def examples() -> tuple[tuple[str, str, Notice], ...]:
    """What looks otherwise than the examples above: its name, what is different, and the notice."""
    quarantined = More(
        what="A message lies in quarantine", count=412, since=NOON,
        lines=("17: from jo@leys.example: sent by a machine", "18: from jo@leys.example: sent by a machine"),
    )  # fmt: skip
    undelivered = More(
        what="An answer could not be delivered", count=2, since=NOON,
        lines=("receipt to jo@leys.example: 550 5.1.1 Unknown",),
    )  # fmt: skip
    many = Alert(what="414 more alerts", more=(quarantined, undelivered))
    return (("alert-many", "There were so many within an hour that the rest was kept for one email.", many),)
