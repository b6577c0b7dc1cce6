"""What the domain name system is asked for, by those who prove who sent a mail; who asks is `resolver`.

"Nothing there" is an answer, an empty one; only where nobody could answer is there trouble, and that proves neither one
thing nor another.
"""

from typing import Protocol


class DnsTrouble(Exception):
    """Nobody could answer: a server failed, none was reached in time, or what came could not be read. It may pass."""


class Texts(Protocol):
    """Whoever can be asked for texts. Names are in any case, with a final dot or without, in Unicode or not.

    Every question is answered () where there is nothing of the kind, or where no such name can exist, and raises
    `DnsTrouble`.
    """

    async def txt(self, name: str) -> tuple[bytes, ...]:
        """Each TXT record, its strings joined."""


class Dns(Texts, Protocol):
    """Whoever can be asked for anything."""

    async def addresses(self, name: str, *, v6: bool) -> tuple[str, ...]:
        """Each A record, or each AAAA record."""

    async def exchangers(self, name: str) -> tuple[str, ...]:
        """The mail servers of a domain, the preferred first, without a final dot; none for a null MX (RFC 7505)."""

    async def names(self, address: str) -> tuple[str, ...]:
        """What an IP address calls itself, without a final dot."""
