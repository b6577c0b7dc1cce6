"""What is told of files that come to their end."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from bot.notices.examples import FILE, HELD, LINKS, RECEIVED
from bot.notices.facts import Notice, OfFiles


class Unreceived(OfFiles):
    """To a service's officers and places, and to the administrators: nobody has received these files for weeks, or they
    stay frozen. Without anybody's own words."""

    kind = "unreceived"
    days: dict[str, int]
    """By the references of the files: how many days ago they were sent."""
    overdue: tuple[str, ...] = ()
    """The references of those that wait for an administrator's word."""
    more: int = 0
    """How many others it is to be said of today, which are not listed."""
    reader: Literal["officer", "place", "administrators"]

    @property
    def to_a_place(self) -> bool:
        """As it says."""
        return self.reader == "place"

    example: ClassVar["Unreceived"]


class Destroyed(OfFiles):
    """To the sender: nobody received it, and an administrator had it destroyed. Also the answer to the administrator."""

    kind = "destroyed"
    by: str
    why: str
    reader: Literal["sender", "headteacher"] = "sender"

    example: ClassVar["Destroyed"]


class Erased(OfFiles):
    """To whoever sent it, leads the school, takes it in, has had it, or administers: its contents had to go before their time."""

    kind = "erased"
    why: str
    by: str = ""
    """An administrator; empty: whoever runs the server."""
    reader: Literal["sender", "headteacher", "officer", "administrators"]
    reader_had: bool = False
    """An officer who has had the contents."""
    had: tuple[str, ...] = ()
    """The names of those who have had them."""

    example: ClassVar["Erased"]


Unreceived.example = Unreceived(files=(FILE,), links=LINKS, days={FILE.reference: 60}, reader="officer")
Destroyed.example = Destroyed(files=(FILE,), by="Alex Reed", why="The pupil has moved to another authority.")
ERASURE = "A parent’s request for erasure was granted."
Erased.example = Erased(files=(FILE,), why=ERASURE, by="Alex Reed", reader="sender")


def variants() -> Iterator[tuple[str, str, Notice]]:
    """Those that look otherwise: their names, what is different, and themselves."""
    held = HELD.file
    if held:
        yield "erased-held", "It had not been sent on yet.", Erased(files=(held,), why=ERASURE, reader="sender")
    received = Erased(files=(RECEIVED,), why=ERASURE, reader="officer", reader_had=True, had=("Sam Hale",))
    yield "erased-had", "To the officer who had received it; nobody is named as having ordered it.", received
    for reader in ("headteacher", "administrators"):
        told = received.model_copy(update={"reader": reader, "reader_had": False})
        yield f"erased-{reader}", f"To the {reader}: an officer has had it.", told
    waiting = Erased(files=(FILE,), why=ERASURE, by="Alex Reed", reader="officer")
    yield "erased-unread", "To an officer for whom it waited.", waiting
