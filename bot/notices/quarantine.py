"""What is told of messages that lie in quarantine, and of what administrators decided on them."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal

from pydantic import Field

from bot.arrival import Frozen
from bot.notices.examples import NOON
from bot.notices.facts import Notice


class Quarantined(Frozen):
    """One message in quarantine. What of it a stranger wrote is bounded and leads nowhere."""

    number: int
    """By which a reply to this notice names it."""
    item: int
    """Its number in the inbox."""
    at: datetime
    sender: str
    """Who it claims to be from."""
    subject: str = ""
    why: str
    """Why it lies there, as a sentence without its stop."""
    files: tuple[str, ...] = ()
    """Name, size and kind of what it brought."""
    more: int = 0
    """So many more files."""
    hindrance: str = ""
    """Why it is not known what it brought; empty where it is."""
    guess: str = ""
    """Who may have sent it, and what."""
    because: tuple[str, ...] = ()
    """Why that is supposed."""
    until: date
    """The last day on which it lies there: it is destroyed as that ends, if nobody settles it."""
    releasable: bool = False
    """It can be released as whom it names."""
    release_as: str = ""
    """As whom else it may be released, by what is supposed."""
    retryable: bool = False
    """Who sent it was never in doubt: it can be handled again."""


Verdict = Literal[
    "done", "settled", "busy", "unknown", "nameless", "unlisted", "shared", "retry", "which", "one-by-one", "unclear"
]


class SettledLine(Frozen):
    """What came of one word of an administrator about one message."""

    said: str
    number: int = 0
    """As they named it; 0 where they named none."""
    act: str
    verdict: Verdict
    """As in `bot.quarantine`; `unclear`: the line could not be read."""
    shown: str = ""
    """Which message that is, for its reader."""
    sender: str = ""
    by: str = ""
    at: datetime | None = None
    other_act: str = ""
    """What whoever was quicker did."""


class Quarantine(Notice):
    """To the administrators, once a day: what lies in quarantine, newest first."""

    kind = "quarantine"
    items: tuple[Quarantined, ...] = ()
    left_out: int = 0
    """So many more lie there."""
    asked: str = ""
    """What they wrote without saying of which notice; empty where nobody asked."""


class QuarantineSettled(Notice):
    """To an administrator: what came of each line of their reply."""

    kind = "quarantine-settled"
    lines: tuple[SettledLine, ...]
    numbers: dict[int, int] = Field(default_factory=dict)
    """What each number still stands for in a reply to this: the number in the inbox."""
    left: int = 0
    """So many messages still lie in quarantine."""


class NotTaken(Notice):
    """To whoever is proven to have sent it: their message is destroyed, and nothing of it was taken."""

    kind = "not-taken"
    subject: str
    sent_at: datetime
    why: str = ""
    """As the administrator put it."""
    expired: bool = False
    """Nobody decided on it for as long as it is kept."""
    by_machine: bool = False
    """It was sent by a machine in their name, such as a photocopier."""


SCAN = Quarantined(
    number=1, item=117, at=NOON, sender="jo.sands@leysjunior.example", subject="Message from KM_C258",
    why="A machine sent it in this person’s name (Precedence: bulk), with a file", files=("SKM_C25826090112300.pdf (412 KB, PDF)",),
    guess="probably 8302000 Leys Junior School, from a photocopier",
    because=("From names Jo Sands, who may send", "scanners write such subjects"), until=date(2026, 10, 1), releasable=True,
)  # fmt: skip
STRANGE = Quarantined(
    number=2, item=115, at=NOON, sender="Jo Sands <jo.sands@gmail.com>", subject="plan",
    why="It is not proven who sent it: neither SPF nor DKIM speaks for gmail.com",
    files=("8302000_SENplan20260901.docx (48 KB, ZIP or Office document)",), guess="probably 8302000 Leys Junior School",
    because=(
        "Jo Sands, who may send, is known as jo.sands@leysjunior.example: the same name at another domain",
        "the name of an attached file holds 8302000",
    ), until=date(2026, 10, 1), release_as="jo.sands@leysjunior.example",
)  # fmt: skip
FAILED = Quarantined(
    number=3, item=112, at=NOON, sender="beth.lowe@moorview.example", subject="Autumn return",
    why="Something failed on our side, again and again (RuntimeError); nothing in it was taken", hindrance="its contents cannot be read any more",
    until=date(2026, 10, 1), retryable=True,
)  # fmt: skip

Quarantine.example = Quarantine(items=(SCAN, STRANGE, FAILED))
QuarantineSettled.example = QuarantineSettled(
    lines=(
        SettledLine(said="release 1", number=1, act="release", verdict="done", shown=SCAN.sender, sender=SCAN.sender),
        SettledLine(said="release 2", number=2, act="release", verdict="unlisted", shown=STRANGE.sender, sender="jo.sands@gmail.com"),
        SettledLine(
            said="discard 3", number=3, act="discard", verdict="settled", shown=FAILED.sender, by="Robin Vale", at=NOON, other_act="retry",
        ),
    ),
    numbers={1: 117, 2: 115, 3: 112}, left=1,
)  # fmt: skip
NotTaken.example = NotTaken(subject="Message from KM_C258", sent_at=NOON, why="It is a test page.", by_machine=True)


def variants() -> Iterator[tuple[str, str, Notice]]:
    """Those that look otherwise: their names, what is different, and themselves."""
    yield "quarantine-one", "A single message lies there.", Quarantine(items=(SCAN,))
    yield (
        "quarantine-many",
        "More lie there than one letter tells of.",
        Quarantine(items=(STRANGE, FAILED), left_out=9_950),
    )
    yield (
        "quarantine-asked", "An administrator named a number, but not in reply to such a letter.",
        Quarantine(items=(SCAN.model_copy(update={"hindrance": "it has not been looked into"}),), asked="discard 2"),
    )  # fmt: skip
    yield "quarantine-none", "The same, and nothing lies there.", Quarantine(asked="discard 2")
    refused = [
        SettledLine(
            said=said,
            number=at,
            act=act,
            verdict=verdict,
            shown=f"{STRANGE.sender}, «return {at}»",
            sender="office@leysjunior.example",
        )
        for at, (said, act, verdict) in enumerate(REFUSED, 1)
    ]
    yield (
        "quarantine-settled-refused",
        "Every way in which a line is refused.",
        QuarantineSettled(lines=tuple(refused), left=2),
    )
    yield (
        "quarantine-settled-done", "All of it was done.",
        QuarantineSettled(
            lines=(
                SettledLine(said="discard 1: spam", number=1, act="discard", verdict="done", shown=STRANGE.sender),
                SettledLine(said="retry 2", number=2, act="retry", verdict="done", shown=FAILED.sender),
            )
        ),
    )  # fmt: skip
    yield "not-taken-failed", "It had failed on our side.", NotTaken(subject="Autumn return", sent_at=NOON)
    yield "not-taken-expired", "Nobody settled it.", NotTaken(subject="", sent_at=NOON, expired=True, by_machine=True)


REFUSED: tuple[tuple[str, str, Verdict], ...] = (
    ("release 1", "release", "shared"), ("release 2 as somebody", "release", "nameless"), ("release all", "release", "one-by-one"),
    ("release 4", "release", "retry"), ("discard", "discard", "which"), ("discard 6", "discard", "unknown"),
    ("retry 7", "retry", "busy"), ("retry 8", "retry", "settled"), ("discrad 9", "", "unclear"),
)  # fmt: skip
