"""One part of a mail, and where in the mail it stands."""

from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property

from bot.arrival import Unreadable
from handlers.mail.message.head import Head
from handlers.mail.message.parameters import Field, Name, name_of

DEPTH_MAX = 30
"""Multiparts, attached messages and parcels within each other (lesson L37)."""
TOO_DEEP = "its parts are nested deeper than any program nests them"


class Cut(Enum):
    """How what is read of a part may end."""

    SHORT = auto()
    """The message ended within it: what its multipart begins, nothing closes. It is not whole."""


@dataclass
class Reading:
    """What is known of one mail with all that is packed in it: parcels in parcels are counted together."""

    heads: int = 0
    heads_bytes: int = 0
    cut_short: bool = False
    """It ended before what it had begun; what was attached to it does not count."""


@dataclass(frozen=True)
class Inside:
    """Where in a mail a message stands that is read."""

    reading: Reading = field(default_factory=Reading)
    prefix: str = ""
    """Before the numbers of its parts: the number of the part in which it was packed."""
    depth: int = 0
    embedded: bool = False
    """It is an attached message, or belongs to one."""

    def packed(self, number: str, *, embedded: bool) -> "Inside":
        """Where what was packed in this part stands. Unreadable: too deep."""
        if self.depth >= DEPTH_MAX:
            raise Unreadable(TOO_DEEP)
        return Inside(self.reading, f"{number}.", self.depth + 1, embedded)


@dataclass(frozen=True)
class Part:
    """One part that has contents of its own: what its header says of them."""

    number: str
    """Counted from 1 through the whole message, containers left out; of what was packed in a part, `3.1`."""
    head: Head
    kind: Field
    """Its Content-Type."""
    alternative: str | None
    """Which multipart/alternative it belongs to, however deep: parts of one say the same thing in several ways."""
    related: bool
    """It belongs to a multipart/related: to a page made of several parts."""
    embedded: bool
    """It belongs to an attached message."""
    encrypted: bool = False
    """It belongs to a multipart/encrypted (RFC 1847)."""

    @cached_property
    def disposition(self) -> Field:
        """Its Content-Disposition."""
        return Field.parse(self.head.first("Content-Disposition") or "")

    @cached_property
    def name(self) -> Name:
        """The file's name as sent, "" where none is given."""
        return name_of(self.head, self.kind, self.disposition)

    @property
    def encoding(self) -> str:
        """Its Content-Transfer-Encoding, in lower case."""
        return encoding_of(self.head)

    @cached_property
    def content_id(self) -> str:
        """By what name a page refers to it, without angle brackets."""
        return (self.head.first("Content-ID") or "").strip().strip("<>").strip()


def encoding_of(head: Head) -> str:
    """The Content-Transfer-Encoding, in lower case."""
    return Field.parse(head.first("Content-Transfer-Encoding") or "").value
