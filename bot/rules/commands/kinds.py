"""What can be asked for, as values, and what must be known to read it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from bot.rules.calendar import Period


@dataclass(frozen=True)
class Filters:
    """Which files `status` is asked for; nothing set: the current academic year's."""

    statuses: tuple[str, ...] = ()
    period: Period | None = None
    sent_by: str = ""
    """A name or an address, or a part of one."""
    school: str = ""
    service: str = ""
    text: str = ""
    """A reference, or words to be found in a name, a comment or a tag."""


@dataclass(frozen=True)
class Which:
    """Which files are meant; nothing set: those of the notice answered."""

    references: tuple[str, ...] = ()
    """As they are shown."""
    numbers: tuple[int, ...] = ()
    """Those that the notice answered gives them."""
    all: bool = False


@dataclass(frozen=True)
class Command:
    """Something asked for. Two that ask for the same are equal, however they were said."""

    said: str = field(compare=False)
    """The line as it was written."""


@dataclass(frozen=True)
class Status(Command):
    """Where files stand."""

    filters: Filters


@dataclass(frozen=True)
class History(Command):
    """What befell a file; `what` is empty for the file of the notice answered."""

    what: str


@dataclass(frozen=True)
class Recall(Command):
    """Take files back: the one that `what` names or is a part of; where it is None, `which`."""

    what: str | None
    which: Which = Which()


@dataclass(frozen=True)
class Copy(Command):
    """Have the contents again: of the file that `what` names or is a part of; where it is None, of `which`."""

    what: str | None
    which: Which = Which()


@dataclass(frozen=True)
class Help(Command):
    """What can be done here."""


@dataclass(frozen=True)
class Verify(Command):
    """Whether the receipts that come with it are genuine, and of what."""


@dataclass(frozen=True)
class Yes(Command):
    """Take every sure offer."""


@dataclass(frozen=True)
class No(Command):
    """Discard what is held."""

    numbers: tuple[int, ...] = ()
    """Only what these stand for."""
    meaning: Literal["no", "it", "all"] = "no"
    """Without numbers: a bare `no`, which may be the answer to another question; that which waits; all that does."""


@dataclass(frozen=True)
class Pick(Command):
    """Take these offers; with a name, the file that the one number stands for, under it."""

    numbers: tuple[int, ...]
    name: str | None = None


@dataclass(frozen=True)
class Named(Command):
    """Take the held file under this name, whose extension may be missing. Whether it is valid is judged later."""

    name: str


@dataclass(frozen=True)
class Receive(Command):
    """Have the contents."""

    which: Which


@dataclass(frozen=True)
class Reject(Command):
    """Turn down. An empty reason is to be asked for."""

    which: Which
    reason: str


@dataclass(frozen=True)
class Move(Command):
    """Hand to another service. The code may be nobody's; where it is empty it is to be asked for."""

    which: Which
    service: str
    reason: str = ""
    """Nobody must give one."""


@dataclass(frozen=True)
class Freeze(Command):
    """Let nobody have these files any more: they are the wrong ones. Said in plain words, or as a command."""

    which: Which = Which()


@dataclass(frozen=True)
class Release(Command):
    """They are right after all: they can be had again."""

    which: Which = Which()


@dataclass(frozen=True)
class Settle(Command):
    """An administrator settles messages that lie in quarantine: those of the notice answered that these numbers name."""

    act: Literal["release", "discard", "retry"]
    numbers: tuple[int, ...] = ()
    """None: the only one, or all."""
    all: bool = False
    sender: str = ""
    """As whom they are released, as it was written."""
    reason: str = ""


@dataclass(frozen=True)
class Context:
    """What must be known to tell a command from prose."""

    today: date
    services: frozenset[str]
    """Every service code."""
    is_file: Callable[[str], bool]
    """Whether a text names a file that this person can see: a reference, a name or a part of one."""
    replying: bool
    """It answers one of our notices, or files of theirs wait for a word."""
    officer: bool
    """They take in for some service."""
    has_files: bool
    """The message brings files, so that its words are a comment on them first of all."""
    tags: tuple[str, ...] = ()
    has_receipt: bool = False
    """The message brings a receipt of ours, or what looks like one; it is none of its files."""
    frozen: bool = False
    """Something is frozen of which the notice speaks that they answer."""
    quarantine: Literal["", "answered", "perhaps"] = ""
    """They answer a notice of what lies in quarantine, or are an administrator who may mean one."""


@dataclass(frozen=True)
class Reading:
    """What a message asks for."""

    commands: tuple[Command, ...] = ()
    nearest: tuple[str, str] | None = None
    """A line that is no command, and the command it comes nearest to (lesson L46)."""
    tag: str = ""
    comment: str = ""
    """The new text without the commands and the tag; empty where it says no more than thanks."""
    unknown_tag: str = ""
    """A tag that is not configured; its line stays in the comment."""
