"""What a report on the delivery of a mail of ours means (RFC 3464, section 2.3; status codes: RFC 3463; lesson L21)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from bot.rules.address import normal
from bot.rules.unlinked import unlinked

STATUS = re.compile(r"(?<![0-9.])([245])\.([0-9]{1,3})\.([0-9]{1,3})(?![0-9]|\.[0-9])")
"""RFC 3463, section 2. What has a dot and a digit on either side is an IP address or a version, and no status."""
DELIVERED = frozenset({"delivered", "relayed", "expanded"})
"""Actions that report no failure (RFC 3464, section 2.3.3)."""
MEANINGS = (
    ("X.1.1", "there is no such mailbox"),
    ("X.1.2", "there is no such mail domain"),
    ("X.1.3", "the address is not a possible one"),
    ("X.1.6", "the mailbox has moved"),
    ("X.1.10", "its domain takes in no mail"),
    ("X.1.", "the address cannot be used"),
    ("X.2.1", "the mailbox is switched off"),
    ("X.2.2", "the mailbox is full"),
    ("X.2.3", "the mail is larger than the mailbox takes"),
    ("X.2.", "the mailbox cannot take it in"),
    ("X.3.4", "the mail is larger than their mail system takes"),
    ("X.3.", "their mail system cannot take it in"),
    ("X.4.7", "it could not be delivered in time"),
    ("X.4.", "their mail system could not be reached"),
    ("X.6.", "their mail system cannot read the mail"),
    ("X.7.", "their mail system refuses mail from us"),
)
"""What status codes say, by how they begin: the more exact first."""
UNSAID = "their mail system does not say why"


class Severity(IntEnum):
    """How bad a report is: of several the greatest counts."""

    NOTHING = 0
    """It arrived, or is on its way."""
    DELAYED = 1
    """It has not arrived so far, and is still being tried."""
    GIVEN_UP = 2
    """It did not arrive, for a reason that may pass: of the next mail this says nothing."""
    HARD = 3
    """It did not arrive, nor would the next one."""


@dataclass(frozen=True)
class Report:
    """What a mail system says of one recipient."""

    recipient: str = ""
    """The address as we wrote it, where it says which, else as they know it; empty where it says neither."""
    action: str = ""
    """`failed`, `delayed`, `delivered`, `relayed` or `expanded`; empty where it is not said."""
    status: str = ""
    """Such as `5.1.1`; empty where it is not said."""
    diagnostic: str = ""
    """In the mail system's own words: written by strangers."""

    @property
    def severity(self) -> Severity:
        """A soft failure (4.x.x) is counted apart from a hard one (5.x.x), also where nothing is tried any more."""
        if self.action in DELIVERED or self.status.startswith("2"):
            return Severity.NOTHING
        if self.action == "delayed":
            return Severity.DELAYED
        if self.status.startswith("4"):
            return Severity.GIVEN_UP if self.action == "failed" else Severity.DELAYED
        return Severity.HARD if self.action == "failed" or self.status else Severity.NOTHING

    @property
    def why(self) -> str:
        """The reason for people: what the status means, then the status and what the mail system said."""
        status = "" if self.status in self.diagnostic else self.status
        said = " ".join(part for part in (status, unlinked(self.diagnostic)) if part)
        return f"{meaning(self.status)} ({said})" if said else meaning(self.status)


@dataclass(frozen=True)
class Returned:
    """What came back to the address of a notice."""

    reports: tuple[Report, ...] = ()
    """None where it is no report at all, such as an answer that somebody's mailbox gives by itself."""
    attached: bool = False
    """Something is attached to it that may be a file."""


def meaning(status: str) -> str:
    """A status code in words."""
    code = f"X.{status.partition('.')[2]}"
    exact = next((words for start, words in MEANINGS if code == start), None)
    return exact or next((words for start, words in MEANINGS if start.endswith(".") and code.startswith(start)), UNSAID)


def worst(reports: Sequence[Report], recipient: str) -> Report:
    """What counts of all that is said of a mail to this one recipient.

    What names the recipient goes before what names others, to whom the mail was passed on. A report of nothing where
    none is left.
    """
    own = [one for one in reports if normal(one.recipient) == normal(recipient)]
    return max(own or reports, key=lambda one: one.severity, default=Report())


def status_in(text: str) -> str:
    """The first status code of a failure that a text speaks of; "" where it speaks of none."""
    return next(_failures(STATUS.finditer(text)), "")


def _failures(found: Iterable[re.Match[str]]) -> Iterator[str]:
    return (".".join(one.groups()) for one in found if one[1] != "2")
