"""The second of a message's three steps: it is opened, and its files are sealed.

Nothing here knows the record, so that it can be done in a process that has none (`handlers/aside`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Protocol

from bot.arrival import MAIL, Opened, Sink, Unreadable
from bot.preparing.sealing import Bench, Sealing
from bot.preparing.weighing import Weighing
from bot.receipts import Judged, KeyRing
from bot.rules.bounce import Returned
from bot.vault import Vault

OpenMessage = Callable[[Iterator[bytes], Callable[[str], Sink]], Opened]
"""A channel's reading of a raw message; raises `Unreadable`, or `Later` where something of it must still be fetched."""
ReadReturned = Callable[[Iterator[bytes]], Returned]
"""A channel's reading of what came back to the address of a notice; raises `Unreadable`."""

OPENED_AT_ONCE_MAX = 16
"""Messages of a channel that are opened at a time, of all that are handled (`bot.inbox.SENDERS_MAX`)."""
MAILS_READ_AT_ONCE_MAX = 2
"""A mail lies here whole, and keeps a processor busy and some megabytes of memory: more at once would not be quicker. Those
whose files are sealed wait for the disk beside them, and share its syncs."""


@dataclass(frozen=True)
class Raw:
    """A message as it was taken in: where its octets lie."""

    message: int
    """Its number in the inbox."""
    channel: str
    object_id: str
    sealed: bytes | None = field(repr=False)
    """The sealed octets, where they lie in the row."""

    @property
    def prefix(self) -> str:
        """How the ids of its files begin: no other message's do."""
        return f"f{self.message}"


@dataclass(frozen=True)
class Brought:
    """A receipt that came with a message."""

    name: str
    """As it was attached."""
    judged: Judged


@dataclass(frozen=True)
class Prepared:
    """The message, opened, with its files durably sealed."""

    opened: Opened
    """Its receipts are not among its files."""
    receipts: tuple[Brought, ...] = ()
    unwanted: tuple[str, ...] = ()
    """Sealed objects that turned out to be no files."""


@dataclass(frozen=True)
class Spoiled:
    """The message could not be opened."""

    why: str
    unwanted: tuple[str, ...]
    """What had been sealed of it by then."""


class Preparing(Protocol):
    """Where messages are opened. Every method raises `Unavailable`, `Later`, or whatever is our own fault."""

    async def prepare(self, raw: Raw) -> Prepared | Spoiled:
        """Open a message and seal its files."""

    async def weigh(self, raw: Raw) -> Prepared | Spoiled:
        """Open a message that is only tried out, and keep nothing of it."""

    async def returned(self, raw: Raw) -> Returned:
        """Read what came back to the address of a notice."""


class Preparer:
    """Does that work, in the thread that asks."""

    def __init__(
        self, vault: Vault, readers: Mapping[str, OpenMessage], keys: KeyRing, reports: Mapping[str, ReadReturned]
    ) -> None:
        """`readers`: how each channel's messages are opened; `keys`: those that prove receipts; `reports`: of the channels
        in which mail may come back."""
        self.readers, self._vault, self._keys, self._reports = readers, vault, keys, reports
        self._reading = {name: BoundedSemaphore(_at_once(name)) for name in readers}

    def prepare(self, raw: Raw) -> Prepared | Spoiled:
        """See `Preparing`. The files lie under names that a retry makes again."""
        sealing = Sealing(self._vault, raw.prefix, self._keys)
        try:
            with self._reading[raw.channel]:
                opened = self.readers[raw.channel](self._octets(raw), sealing.sink)
                opened, brought = _apart(opened, sealing.receipts)
                sealing.close({one.object_id for one in opened.attachments})
            return Prepared(opened, brought, sealing.finish())
        except Unreadable as fault:
            return Spoiled(f"unreadable: {fault}", sealing.durable)
        finally:
            sealing.abandon()

    def weigh(self, raw: Raw) -> Prepared | Spoiled:
        """See `Preparing`."""
        with self._reading[raw.channel]:
            return weigh(self.readers[raw.channel], self._octets(raw), self._keys)

    def returned(self, raw: Raw) -> Returned:
        """See `Preparing`."""
        try:
            with self._reading[raw.channel]:
                return self._reports[raw.channel](self._octets(raw))
        except Unreadable:
            return Returned(attached=True)

    def _octets(self, raw: Raw) -> Iterator[bytes]:
        return self._vault.read(raw.object_id, raw.sealed)


class PerChannel:
    """The messages of some channels are opened in places of their own (a `Preparing`)."""

    def __init__(self, places: Mapping[str, Preparing], otherwise: Preparing) -> None:
        self._places, self._otherwise = places, otherwise

    async def prepare(self, raw: Raw) -> Prepared | Spoiled:
        """See `Preparing`."""
        return await self._place(raw).prepare(raw)

    async def weigh(self, raw: Raw) -> Prepared | Spoiled:
        """See `Preparing`."""
        return await self._place(raw).weigh(raw)

    async def returned(self, raw: Raw) -> Returned:
        """See `Preparing`."""
        return await self._place(raw).returned(raw)

    def _place(self, raw: Raw) -> Preparing:
        return self._places.get(raw.channel, self._otherwise)


def weigh(read: OpenMessage, octets: Iterator[bytes], keys: KeyRing) -> Prepared | Spoiled:
    """What a message holds; nothing of it is kept. `keys`: those that prove receipts."""
    weighing = Weighing(Bench(keys))
    try:
        opened = read(octets, weighing.sink)
    except Unreadable as fault:
        return Spoiled(f"unreadable: {fault}", ())
    return Prepared(*_apart(opened, weighing.receipts))


def _apart(opened: Opened, receipts: Mapping[str, Judged]) -> tuple[Opened, tuple[Brought, ...]]:
    """A message's receipts, told from its files. `receipts`: by the id under which their contents came."""
    brought = [Brought(one.name, receipts[one.object_id]) for one in opened.attachments if one.object_id in receipts]
    kept = tuple(one for one in opened.attachments if one.object_id not in receipts)
    return opened.model_copy(update={"attachments": kept}), tuple(brought)


def _at_once(channel: str) -> int:
    return MAILS_READ_AT_ONCE_MAX if channel == MAIL else OPENED_AT_ONCE_MAX
