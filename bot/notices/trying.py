"""What somebody is told who tries something out: what would have happened, for nothing has."""

from collections.abc import Iterator
from typing import Literal

from bot.arrival import Frozen
from bot.notices.examples import FILE, HELD, MODEL, SEN
from bot.notices.facts import Finding, Notice


class TriedFile(Frozen):
    """What would become of one attached file."""

    verdict: Literal["sent", "held", "refused", "duplicate", "discarded"]
    given: str
    """The name as it came."""
    name: str = ""
    """The name under which it would be sent; empty where it would not be."""
    service: str = ""
    """Its service, in words."""
    findings: tuple[Finding, ...] = ()
    """What is at fault."""
    advice: tuple[Finding, ...] = ()
    """What is worth a second look although nothing is at fault."""
    offers: tuple[str, ...] = ()
    """The names that it would be offered."""
    is_sure: bool = False
    """The one name that is offered is the right one, and no guess."""
    model: str = ""
    """A good name, as a model."""
    whole_mail: bool = False
    """It is no single file, but an email whose files are not to be had."""


class Quoted(Frozen):
    """A part of a letter, as words alone: nothing in it can be followed or pressed."""

    kind: Literal["heading", "words", "items", "rows"]
    words: str = ""
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()


class Said(Frozen):
    """An answer that would be given."""

    subject: str
    parts: tuple[Quoted, ...]


class Tried(Notice):
    """To whoever wrote to the mailbox for trying out: what would have happened, and that nothing has."""

    kind = "tried"
    subject: str
    """Of what they sent."""
    address: str
    """The mailbox for trying out."""
    returns: str
    """The mailbox to which it has to go for real."""
    outcome: Literal["served", "unheard", "unreadable", "failed"] = "served"
    """What would have happened: it was served; its sender may not write to us; nobody could open it. `failed`: what would
    have happened is not known, by a fault of ours."""
    sender: str
    believed: str
    """Why it is believed that it is from this mailbox."""
    person: str = ""
    """Who they are by the name on the roster; empty where they are nobody on it."""
    schools: tuple[str, ...] = ()
    """Number and name of those for which they may send."""
    schools_more: int = 0
    """For so many more."""
    services: tuple[str, ...] = ()
    """Code and name of those for which they take in."""
    administrator: bool = False
    files: tuple[TriedFile, ...] = ()
    said: tuple[Said, ...] = ()
    said_more: int = 0
    """So many more answers would be given."""
    replied: bool = False
    """It replies to such a notice."""

    @property
    def replies_to(self) -> str:
        """So that a reply is tried out, too."""
        return self.address


Tried.example = Tried(
    subject="Autumn plan",
    address="returns-try@derbyshire.example",
    returns="returns@derbyshire.example",
    sender="jo.sands@leysjunior.example",
    believed="dmarc=pass, found by mail.derbyshire.example",
    person="Jo Sands",
    schools=(f"{FILE.school} {FILE.school_name}",),
    files=(TriedFile(verdict="sent", given=FILE.name, name=FILE.name, service=SEN),),
    said=(
        Said(
            subject=f"Sent to SEN: {FILE.name} (PR-7K3Q-M2XW)",
            parts=(
                Quoted(kind="heading", words="Sent to SEN"),
                Quoted(kind="words", words=f"{FILE.name} has been sent. You do not need to do anything else."),
                Quoted(kind="rows", rows=(("Service", SEN), ("Size", "48 KB"))),
            ),
        ),
    ),
)
HELD_TOO = TriedFile(
    verdict="held", given=HELD.given, findings=HELD.findings, offers=(FILE.name,), is_sure=True, model=MODEL
)
REFUSED = TriedFile(
    verdict="refused",
    given="8302000_SENplan20260901.exe",
    findings=(Finding(fault="extension-forbidden", found=".exe"),),
)
NOT_ACCEPTED = Said(
    subject="Not accepted: this address is not on our list",
    parts=(
        Quoted(kind="heading", words="Not accepted"),
        Quoted(
            kind="words",
            words="The address that you wrote from is not on our list. We have not kept anything that you sent.",
        ),
    ),
)
WOULD_SHOW_NAMES = Said(
    subject="Not sent yet: 2 files",
    parts=(
        Quoted(kind="heading", words="Not sent yet"),
        Quoted(kind="words", words="None of your 2 files has been sent yet."),
        Quoted(kind="items", items=("Put an underscore between number and code.",)),
    ),
)


def examples() -> Iterator[tuple[str, str, Notice]]:
    """Such a notice where it looks otherwise: its name, when it is told, and itself."""
    tried = Tried.example
    yield (
        "tried-names", "The names are not right, or a file could not be taken.",
        tried.model_copy(update={"files": (HELD_TOO, REFUSED), "said": (WOULD_SHOW_NAMES,)}),
    )  # fmt: skip
    nobody = {"outcome": "unheard", "person": "", "schools": (), "files": (), "said": (NOT_ACCEPTED,)}
    yield (
        "tried-stranger", "Somebody practises who is not on the list.",
        tried.model_copy(update=nobody | {"sender": "new.starter@leysjunior.example"}),
    )  # fmt: skip
    yield (
        "tried-replied", "A practice answer was replied to.",
        tried.model_copy(update={"files": (), "said": (), "replied": True}),
    )  # fmt: skip
