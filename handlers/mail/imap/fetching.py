"""One mail on its way from a mailbox to the door, in pieces that go straight into the sealed spool."""

import threading
from collections.abc import Iterator

from bot.vault import Unavailable
from handlers.mail.door import IncomingMail, MailDoor
from handlers.mail.imap.addressed import envelope
from handlers.mail.imap.faults import Refused
from handlers.mail.imap.lines import Lines, whole
from handlers.mail.imap.session import PIECE, Mail, Session
from handlers.mail.message.head import Head


class Stopped(Exception):
    """We are to stop; what was begun was left."""


class _TooLarge(Exception):
    """It goes on beyond what is taken in, whatever its server said of its size."""


class Fetcher:
    """Brings mails to the door."""

    def __init__(self, door: MailDoor, stopping: threading.Event, user: str) -> None:
        """`user`: whose mailbox it is. What lies in that for trying out was sent to it, also where no field says so."""
        self._door, self._stopping = door, stopping
        boxes = door.mailboxes
        self._besides = (boxes.trial.address,) if boxes.trial and boxes.is_trial_user(user) else ()
        self._octets_max = door.settings.email.smtp.message_bytes_max

    def fetch(self, session: Session, mail: Mail) -> IncomingMail:
        """The mail, whole; of one that is too large only its head (lesson L30). Whatever is raised, nothing is kept.

        Raises `Stopped`, `Vanished`, `Refused`, `Lost`, `Unavailable` while there is no room, and what the door raises.
        """
        size = session.size(mail)
        if not self._door.space.has_room(min(size, self._octets_max)):
            raise Unavailable("the disk is nearly full")
        if size > self._octets_max:
            return self._head(session, mail, size)
        try:
            return self._whole(session, mail, size)
        except _TooLarge:
            return self._head(session, mail, self._octets_max + 1)

    def _whole(self, session: Session, mail: Mail, size: int) -> IncomingMail:
        lines, pieces = Lines(), self._pieces(session, mail, size)
        first = lines.feed(next(pieces, b""))
        if not first:
            raise Refused("it hands out nothing of the mail")
        incoming = self._door(envelope(Head.parse(first), *self._besides))
        try:
            incoming.write(first)
            for piece in pieces:
                incoming.write(lines.feed(piece))
            incoming.write(lines.end())
        except BaseException:
            incoming.abandon()
            raise
        return incoming

    def _pieces(self, session: Session, mail: Mail, size: int) -> Iterator[bytes]:
        """The end is where nothing more comes: a declared size may be wrong."""
        start = 0
        while piece := self._piece(session, mail, start):
            start += len(piece)
            if start > self._octets_max:
                raise _TooLarge
            yield piece
            if len(piece) < PIECE and start >= size:
                return

    def _piece(self, session: Session, mail: Mail, start: int) -> bytes:
        if self._stopping.is_set():
            raise Stopped
        return session.piece(mail, start)

    def _head(self, session: Session, mail: Mail, size: int) -> IncomingMail:
        head = whole(session.head(mail)).rstrip(b"\r\n") + b"\r\n\r\n"
        incoming = self._door(envelope(Head.parse(head), *self._besides), oversize=size)
        try:
            incoming.write(head)
        except BaseException:
            incoming.abandon()
            raise
        return incoming
