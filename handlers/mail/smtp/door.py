"""Between SMTP and whatever takes mail in: what the server asks of it, and one message on its way there."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from handlers.mail.smtp.data import Fault, Text
from handlers.mail.smtp.syntax import wire

log = structlog.get_logger(__name__)

TRY_AGAIN = "451 4.3.0 The mail could not be taken in just now. Nothing was kept; please try again later."
MALFORMED = (
    "550 5.6.0 Nothing was kept, because the mail contains {fault}. "
    "The program that sent it has to be set right; an ordinary mail program does not do this."
)
TOO_LARGE = (
    "552 5.3.4 Nothing was kept, because the mail is larger than the {megabytes:,} MB that are taken in one mail. "
    "Please send fewer files in each mail."
)


@dataclass(frozen=True)
class Envelope:
    """What the dialogue says of a message, none of it proven but the address of the peer."""

    peer: str
    """IP address; an IPv4 address that came mapped into IPv6 is IPv4 here."""
    helo: str
    mail_from: str | None
    """"" for the null sender; None where nobody knows it any more, in a mailbox."""
    recipients: tuple[str, ...]
    """As they were written, each one of ours."""
    secure: bool
    """Whether TLS is in use."""


class Incoming(Protocol):
    """One message being received. After any number of writes exactly one of `accept` and `abandon` is called."""

    def write(self, chunk: bytes) -> None:
        """More of the text, CRLF lines, dots undone. Whatever it raises is answered 451, and the message abandoned."""

    async def accept(self) -> str:
        """The message is whole. Returns the reply line once all that was kept is durable.

        It runs to its end even when the connection is lost meanwhile. Whatever it raises is answered 451; it is not
        followed by `abandon`, because only the door knows how far it came.
        """

    def abandon(self) -> None:
        """The connection is lost, or the message refused: nothing is kept."""


Door = Callable[[Envelope], Incoming]
"""Takes the next message in. Whatever it raises is answered 451 before any of the text is sent."""


class Receiving:
    """One message on its way to the door: written while it is sound, abandoned as soon as it is not."""

    def __init__(self, incoming: Incoming, octets_max: int) -> None:
        """A message of no more than this many octets, dots undone."""
        self._incoming = incoming
        self._octets_max = octets_max
        self._sent = 0
        self._octets = 0
        self._text = Text()
        self.refusal: str | None = None
        """The reply, once the message can no longer be accepted."""

    @property
    def rest(self) -> bytes | None:
        """What was sent after the end of the message; None while it has not ended."""
        return self._text.rest

    @property
    def is_suspect(self) -> bool:
        """Whether another server may have seen the end of this message elsewhere, so that what follows it is nobody's."""
        return self._text.fault is Fault.LINE_END

    @property
    def drained(self) -> bool:
        """Whether a refused message has been listened to for long enough to stop waiting for its end."""
        return self.refusal is not None and self._sent > 2 * self._octets_max

    def take(self, piece: bytes) -> None:
        """More of the message as it was sent."""
        self._sent += len(piece)
        text = self._text.feed(piece)
        self._octets += len(text)
        if self.refusal is None:
            self._write(text)

    def abandon(self, refusal: str) -> None:
        """Keep nothing, and say so; does nothing if the message was refused before."""
        if self.refusal is not None:
            return
        self.refusal = refusal
        try:
            self._incoming.abandon()
        except Exception as error:  # noqa: BLE001 (whatever the door raises, the dialogue goes on)
            report("mail not abandoned", error)

    async def accept(self) -> str:
        """The door's reply to the whole message, or `TRY_AGAIN`."""
        try:
            reply = await self._incoming.accept()
            wire(reply)
        except Exception as error:  # noqa: BLE001 (whatever the door raises, the sender is asked to try again)
            report("mail not accepted", error)
            return TRY_AGAIN
        return reply

    def _write(self, text: bytes) -> None:
        if fault := self._text.fault:
            self.abandon(malformed(fault))
        elif self._octets > self._octets_max:
            self.abandon(too_large(self._octets_max))
        elif text:
            try:
                self._incoming.write(text)
            except Exception as error:  # noqa: BLE001 (whatever the door raises, the sender is asked to try again)
                report("mail not written", error)
                self.abandon(TRY_AGAIN)


def malformed(fault: Fault) -> str:
    """The reply to a message that no mail program writes."""
    return MALFORMED.format(fault=fault.value)


def too_large(octets_max: int) -> str:
    """The reply to a message larger than this."""
    return TOO_LARGE.format(megabytes=octets_max // 1_000_000)


def report(event: str, error: BaseException) -> None:
    """Log what went wrong and where; never what the error says, which may be anybody's data."""
    where = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    log.error(event, error=type(error).__name__, where=where)
