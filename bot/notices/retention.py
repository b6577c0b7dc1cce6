"""What is told of files that come to their end."""

from typing import ClassVar, Literal

from bot.notices.examples import FILE, LINKS
from bot.notices.facts import OfFiles


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


Unreceived.example = Unreceived(files=(FILE,), links=LINKS, days={FILE.reference: 60}, reader="officer")
Destroyed.example = Destroyed(files=(FILE,), by="Alex Reed", why="The pupil has moved to another authority.")
