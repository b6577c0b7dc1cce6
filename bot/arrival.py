"""What arrives, as every channel hands it in: who is proven to speak, what they say, what they attach."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field

MAIL = "email"
"""The channel whose identities are mailboxes."""
SLACK = "slack"
"""The channel whose identities are Slack's: the id of a workspace and that of its user, parted by a slash."""


class Frozen(BaseModel):
    """A value that crosses as text: immutable, and refusing what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Route(Frozen):
    """How an arrival is tied to what was said before, and how its answer is threaded."""

    message_id: str | None = None
    """The arrival's own name in its channel (for mail its Message-ID, without angle brackets)."""
    references: tuple[str, ...] = ()
    """What it says it answers: In-Reply-To first, then References from the newest to the oldest."""
    token: str | None = None
    """The reply token of the address it was sent to. A token finds, never authorises."""
    place: str = ""
    """The conversation in which it was said, in a chat."""
    thread: str = ""
    """The message of that conversation below which it stands, and its answer too."""
    private: bool = False
    """Nobody but its author reads that conversation."""
    aside: bool = False
    """Others read it, but the answer is for its author's eyes alone."""
    message: int | None = None
    """The number of the message in the inbox, once it is handled."""
    taken_in_at: datetime | None = None
    """When that message was durable, once it is handled."""

    @property
    def others_read(self) -> bool:
        """It was said in a conversation that not only its author reads."""
        return bool(self.place) and not self.private


class Press(Frozen):
    """A button pressed in a chat, or a form sent that such a button had opened. It finds, it never authorises."""

    said: str
    """The command it stands for, as one would type it."""
    notice: str = ""
    """The id of our notice that bore the button; empty where none did."""
    seen: dict[str, int] = Field(default_factory=dict)
    """The version of each file, by its reference, for which the button was shown."""
    files: tuple[str, ...] = ()
    """The references of the files that are meant, where the command does not name them."""
    reason: str = ""
    """What was written as the reason, in the form."""


class Change(Frozen):
    """In a chat somebody changed a message of theirs that had brought files, or took it away."""

    what: Literal["edited", "deleted"]
    message: str
    """The key under which that message arrived."""


class Arrival(Frozen):
    """One thing that arrived from one channel: all that is known of it before its contents are opened."""

    channel: str
    key: str
    """The same for the same thing however often it comes; unique within the channel."""
    sender: str
    """The identity that the channel proved (for mail the normal form of the one From address)."""
    believed: str
    """Why the sender is believed, in words for the record."""
    subject: str = ""
    automatic: str | None = None
    """The marker by which a machine, not a person, is known to have sent it; None for a person."""
    automatic_sure: bool = True
    """False: only the subject says so, which counts for nothing where a file is attached (lesson L15)."""
    posted_by: str | None = None
    """Who posted it on the sender's behalf, where that was another address (lesson L6)."""
    returned: bool = False
    """It bears a sign of a report on the delivery of a notice of ours, and came to the address of one. That finds the
    notice; who sent the report need not be proven, for nobody can guess that address (lesson L21)."""
    unproven: str | None = None
    """Why the sender is not proven; such an arrival goes to quarantine and is never answered."""
    vouched: bool = False
    """No check proved who sent it: an administrator who released it from quarantine says so. They saw what it brings, and
    not its words."""
    trial: bool = False
    """It came to the mailbox for trying out: it is told what would happen, and nothing of it stays."""
    size: int = 0
    """Octets of the raw message."""
    oversize: int = 0
    """So many octets it has where that is more than are taken in: it was left where it lay, and only its head is here."""
    press: Press | None = None
    """What was pressed, where nothing was written."""
    change: Change | None = None
    """What was done to an earlier message, where nothing new was said."""
    addressed: bool = True
    """It is said to us: it is not merely overheard in a conversation in which others speak, too."""
    brings: int = 0
    """So many files come with it, where the channel knows before it is opened."""
    canary: datetime | None = None
    """A mail of ours to ourselves: when it was sent, which it proves (lesson L23). It is noted, and nothing else."""
    route: Route = Route()

    @classmethod
    def about(cls, channel: str, identity: str) -> Self:
        """Nothing arrived: it is only asked who this is."""
        return cls(channel=channel, key=identity, sender=identity, believed="", route=Route(private=True))


class Introduction(Frozen):
    """What a channel itself vouches for of who speaks, where its identities are not mailboxes."""

    address: str = ""
    """The mailbox that is confirmed as theirs; empty where none is."""
    claimed: str = ""
    """The mailbox that they say is theirs, where it must still be proven to us. It finds, it never authorises."""
    name: str = ""
    """What they call themselves in the channel, where they claim a mailbox: chosen by them, and shown to its reader."""
    workspace: str = ""
    """The name of the workspace that they are in; empty where that is another organisation's."""
    refused: str = ""
    """Why people like them are not heard: `guest`, `elsewhere`, `machine` or `gone`; empty where they are."""


Introduce = Callable[[Arrival], Awaitable[Introduction]]
"""What a channel whose identities are not mailboxes vouches for of who speaks. Raises `Later` where it cannot be asked."""


class Kept(Frozen):
    """Contents that were taken in whole, before they are judged."""

    size: int
    sha256: str
    object_id: str


class Sink(Protocol):
    """Where the contents of one attachment go. What it raises passes through, after every sink has been abandoned."""

    def write(self, data: bytes) -> None:
        """More of the contents, decoded."""

    def finish(self) -> Kept:
        """That was all. It may still be abandoned: a letter's last part may show that this was only a logo."""

    def abandon(self) -> None:
        """It is no file, or the message cannot be read. Never raises; harmless when repeated."""


class Hints(Frozen):
    """What the head of a message tells of what may have sent it: a help to guess, never a proof."""

    program: str = ""
    """What the program or device calls itself."""
    sender: str = ""
    """The author as the message has it, name and all."""
    forwarded: bool = False
    """A rule of some mailbox passed it on."""


ReadHints = Callable[[Iterator[bytes]], Hints]
"""A channel's reading of the head of a raw message."""


class Unreadable(Exception):
    """A message so malformed or hostile that it is not opened; says why, for the administrator."""


class Attachment(Frozen):
    """One attached file whose contents have been sealed in the vault."""

    part: str
    """Which part of the message, counted from 1: stable, so that a retry finds the same."""
    name: str
    """The name as sent: decoded, without any path; neither trimmed nor judged."""
    size: int
    sha256: str
    """Of the contents, in lower-case hexadecimal."""
    object_id: str
    """Where the vault keeps the contents."""
    cut: bool = False
    """The mail program wrote the name so that it may have been cut short (lesson L34)."""
    copy_id: str = ""
    """What the channel calls the copy of it that it keeps itself; empty where it keeps none."""
    absent: str = ""
    """Why its contents cannot be had, as the name of a fault; empty where they have been sealed."""


class Opened(Frozen):
    """What an arrival contains, once opened."""

    text: str = ""
    """The new text: what this person wrote, without quoted mail and without the signature."""
    only_old: bool = False
    """There is a text, and nothing in it is new; it is more than a letter of ours by itself."""
    attachments: tuple[Attachment, ...] = ()
    only_pictures: bool = False
    """Nothing was attached but pictures that belong to the letter itself, such as a logo (lesson L38)."""
    missing: tuple[str, ...] = ()
    """Why something that was meant to come may not be among the attachments, such as a link in its place: names of
    faults, each once (lessons L35, L42)."""
