"""The parts of a mail, each with its contents decoded, to be read one after the other."""

from collections.abc import Iterable, Iterator

from handlers.mail.message.mime import parts
from handlers.mail.message.part import Cut, Inside, Part
from handlers.mail.message.transfer import decoder


class Contents:
    """The decoded contents of one part."""

    def __init__(self, part: Part, events: Iterator[Part | bytes | Cut]) -> None:
        self.whole = True
        """Nothing of it is missing; known once all of it was read."""
        self.following: Part | None = None
        self.blocks = self._read(events, part.encoding)
        """To be read before the next part is asked for; what is not read by then is passed over."""

    def _read(self, events: Iterator[Part | bytes | Cut], encoding: str) -> Iterator[bytes]:
        decoding = decoder(encoding)
        for event in events:
            if isinstance(event, Part):
                self.following = event
                break
            if isinstance(event, Cut):
                self.whole = False
            elif contents := decoding.decode(event):
                yield contents
        if rest := decoding.end():
            yield rest
        self.whole = self.whole if decoding.whole is None else decoding.whole


def leaves(chunks: Iterable[bytes], inside: Inside) -> Iterator[tuple[Part, Contents]]:
    """Each part that has contents of its own. Unreadable: the mail is hostile."""
    events = parts(chunks, inside)
    part = next(events, None)
    while isinstance(part, Part):
        contents = Contents(part, events)
        yield part, contents
        for _ in contents.blocks:
            pass
        part = contents.following
