"""What became of the files that somebody sent, and of those that waited for a word."""

from datetime import date
from typing import ClassVar, Literal

from bot.notices.examples import FILE, HELD, MODEL, SENT
from bot.notices.facts import FileFacts, Finding, KeptCopy, Notice, Offer, OfFiles, Outcome


class Outcomes(Notice):
    """What became of each file of one message; also of a reply that settled held ones."""

    live: ClassVar[bool] = True

    outcomes: tuple[Outcome, ...]
    remaining: tuple[Outcome, ...] = ()
    """Held files of the earlier reply that still wait for a word."""
    unused: str = ""
    """What they replied, where it settles none of these."""
    missing: tuple[Finding, ...] = ()
    """Why more may have been meant to come than did."""

    def mentioned(self) -> tuple[FileFacts, ...]:
        """Every file stored."""
        return tuple(outcome.file for outcome in (*self.outcomes, *self.remaining) if outcome.file)


class Receipt(Outcomes):
    """To the sender: all files are Sent."""

    kind = "receipt"
    example: ClassVar[Notice]


class Advice(Outcomes):
    """To the sender: none is Sent; what is at fault and what to do."""

    kind = "advice"


class Expiring(Outcomes):
    """To the sender, once, in time: held files are still not sent, and are soon destroyed."""

    kind = "expiring"
    until: date
    """The last day on which all of them are held."""


class Mixed(Outcomes):
    """To the sender: not all files fared alike."""

    kind = "mixed"


class Duplicate(Outcomes):
    """To the sender: all of this was here already."""

    kind = "duplicate"


class Discarded(Outcomes):
    """To the sender: held files were destroyed at their word, or for want of it."""

    kind = "discarded"
    unanswered_days: int = 0
    """Nothing was said for so many days; 0: they said so."""


class Settled(OfFiles):
    """To the sender: their word is about files that wait for none any more; nothing further was done."""

    live: ClassVar[bool] = True

    kind = "settled"
    said: str
    recallable: bool = False
    """At least one of them can still be taken back."""


class NothingAttached(Notice):
    """To the sender: no file came."""

    kind = "nothing-attached"
    only_pictures: bool = False
    """Pictures came, but they belong to the letter, such as a logo."""
    model: str = ""
    missing: tuple[Finding, ...] = ()
    """Why a file may have been meant to come, and did not."""


class DeleteYourCopy(Notice):
    """To whoever posted files in a chat: it still keeps them, and only they can delete them there."""

    kind = "delete-your-copy"
    copies: tuple[KeptCopy, ...]


class Unchanged(OfFiles):
    """To the sender, in a chat: changing or deleting the message that brought files changes nothing of what was sent."""

    live: ClassVar[bool] = True

    kind = "unchanged"
    how: Literal["edited", "deleted"]


Receipt.example = Receipt(outcomes=(SENT,))
Advice.example = Advice(outcomes=(HELD,))
Expiring.example = Expiring(outcomes=(HELD,), until=date(2026, 9, 8))
Mixed.example = Mixed(
    outcomes=(SENT, HELD.model_copy(update={"offers": (Offer(number=1, name=FILE.name, sure=True),)}))
)
Duplicate.example = Duplicate(outcomes=(Outcome(verdict="duplicate", given=FILE.name, file=FILE),))
Discarded.example = Discarded(outcomes=(HELD.model_copy(update={"verdict": "discarded", "offers": ()}),))
Settled.example = Settled(files=(FILE,), said="yes", recallable=True)
NothingAttached.example = NothingAttached(model=MODEL)
DeleteYourCopy.example = DeleteYourCopy(copies=(KeptCopy(name=FILE.name, copy_id="F08A2K4Q7ZM"),))
Unchanged.example = Unchanged(files=(FILE,), how="edited")
