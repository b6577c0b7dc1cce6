"""What may be a file of the mail that is read, in the order it came, and what stands for one that cannot be had."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.arrival import Attachment, Kept, Sink
from handlers.mail.message.part import Part

SHORT = "cut-short"
"""The fault of a file whose end did not come."""


@dataclass
class Candidate:
    """A part that may be a file."""

    part: Part
    sink: Sink
    kept: Kept | None = None
    """Once it is whole."""
    fault: str = SHORT
    """Why it is not, where it is not."""

    def end(self, *, whole: bool, fault: str = SHORT) -> None:
        """No more of it comes. What is not whole is not kept."""
        if whole:
            self.kept = self.sink.finish()
        else:
            self.fault = fault
            self.sink.abandon()

    def attachment(self) -> Attachment:
        """The file, or that it cannot be had."""
        name = self.part.name
        if not self.kept:
            return _absent(self.part.number, name.text, self.fault)
        return Attachment(
            part=self.part.number, name=name.text, size=self.kept.size, sha256=self.kept.sha256,
            object_id=self.kept.object_id, cut=name.cut,
        )  # fmt: skip


class Candidates:
    """All of one mail."""

    def __init__(self, sink_for: Callable[[str], Sink]) -> None:
        self._sink_for = sink_for
        self._found: list[Candidate | Attachment] = []

    def begin(self, part: Part) -> Candidate:
        """A file begins."""
        candidate = Candidate(part, self._sink_for(part.number))
        self._found.append(candidate)
        return candidate

    def absent(self, number: str, name: str, fault: str) -> None:
        """Something stands for a file that cannot be had."""
        self._found.append(_absent(number, name, fault))

    def broken(self, number: str, name: str, fault: str) -> None:
        """What files were packed in is damaged: the last of them is not whole, or there may have been more."""
        last = self._found[-1] if self._found else None
        if isinstance(last, Candidate) and last.part.number.startswith(f"{number}.") and not last.kept:
            last.end(whole=False, fault=fault)
        else:
            self.absent(number, name, fault)

    def drop(self, is_none: Callable[[Part], bool]) -> bool:
        """Abandon what is no file after all; whether there was any."""
        dropped = [one for one in self._found if isinstance(one, Candidate) and is_none(one.part)]
        for candidate in dropped:
            candidate.sink.abandon()
        self._found = [one for one in self._found if one not in dropped]
        return bool(dropped)

    def has(self, fault: str) -> bool:
        """Whether something is absent for this fault."""
        return any(one.absent == fault for one in self.attachments())

    def attachments(self) -> tuple[Attachment, ...]:
        """The files, as they came."""
        return tuple(one.attachment() if isinstance(one, Candidate) else one for one in self._found)

    def abandon(self) -> None:
        """Leave nothing behind."""
        for one in self._found:
            if isinstance(one, Candidate):
                one.sink.abandon()


def _absent(number: str, name: str, fault: str) -> Attachment:
    return Attachment(part=number, name=name, size=0, sha256="", object_id="", absent=fault)
