"""One connection to one mailbox: which mails lie in its folder, their octets, and how they leave it."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Self

from imapclient import IMAPClient

from handlers.mail.imap.faults import Lost, Refused, Vanished, speaking
from handlers.mail.imap.signin import REPLY_SECONDS, Account, connect, hang_up
from handlers.mail.message.head import HEAD_BYTES_MAX

PIECE = 1 << 20
"""Octets fetched at a time: a mail of any size needs no more memory than one of these."""
IDLE_SECONDS = 540
"""How long we listen before we look by ourselves. Servers hang up after 29 minutes (RFC 2177), and networks before."""
TICK_SECONDS = 0.5
"""How soon we notice, while we listen, that we are to stop."""
DELETED = b"\\Deleted"


@dataclass(frozen=True)
class Mail:
    """A mail in the folder."""

    validity: int
    """UIDVALIDITY: the number says nothing under any other (RFC 3501, section 2.3.1.1)."""
    uid: int


class Session:
    """Signed in, with the folder selected. Every method raises `Lost`, and `Refused` where the server will not."""

    def __init__(self, account: Account, client: IMAPClient) -> None:
        self._account, self._client = account, client
        self._validity = 0
        self._marked: set[int] = set()

    @classmethod
    def open(cls, account: Account) -> Self:
        """Connect, sign in, and look into the folder. Raises `BadMailbox`, `Lost`."""
        client = connect(account)
        session = cls(account, client)
        try:
            session.select()
        except BaseException:
            hang_up(client)
            raise
        return session

    @classmethod
    def ready(cls, account: Account) -> Self:
        """The same, with the folder for what was taken in. Raises `BadMailbox`, `Lost`."""
        session = cls.open(account)
        try:
            session.prepare_done_folder()
        except BaseException:
            session.close()
            raise
        return session

    def select(self) -> None:
        """Look into the folder. Raises `BadMailbox` where there is none."""
        folder = self._account.settings.folder
        try:
            with speaking():
                self._validity = int(self._client.select_folder(folder).get(b"UIDVALIDITY", 0))
        except Refused as fault:
            remedy = f"The mailbox has: {', '.join(self._folders()) or 'none that we may see'}."
            raise self._account.bad("folder", f"it cannot be opened ({fault})", remedy) from fault

    def prepare_done_folder(self) -> None:
        """Make the folder for what was taken in, where it is missing. Raises `BadMailbox`."""
        if not (done := self._account.settings.done_folder):
            return
        try:
            self._make(done)
        except Refused as fault:
            remedy = f"Make it by hand, or give it a name that this server allows{self._prefix()}."
            raise self._account.bad("done_folder", f"it cannot be made ({fault})", remedy) from fault

    def has(self, folder: str) -> bool:
        """Whether there is such a folder."""
        with speaking():
            return bool(self._client.folder_exists(folder))

    def older(self, folder: str, than: date) -> int:
        """How many mails lie in a folder that came before that day. It is looked into, and the session is fit for nothing else."""
        with speaking():
            self._client.select_folder(folder, readonly=True)
            return len(self._client.search(["UNDELETED", "BEFORE", than]))

    def abilities(self) -> list[str]:
        """Which of the extensions that we gladly use the server has."""
        with speaking():
            return [name for name in ("IDLE", "MOVE", "UIDPLUS") if self._client.has_capability(name)]

    def mails(self) -> list[Mail]:
        """Every mail that nobody has marked as deleted, read or not, in the order they came."""
        self._heard()  # what was told before this look, it finds
        with speaking():
            uids = sorted(int(uid) for uid in self._client.search("UNDELETED"))
        return [Mail(self._validity, uid) for uid in uids]

    def size(self, mail: Mail) -> int:
        """Its octets, as declared: servers get it wrong. Raises `Vanished`.

        Asked of one mail at a time: Dovecot hangs up over one that it cannot read, and all others would suffer.
        """
        with speaking():
            said = self._client.fetch([mail.uid], ["RFC822.SIZE"])
            if mail.uid not in said:
                raise Vanished
            return int(said[mail.uid][b"RFC822.SIZE"])

    def piece(self, mail: Mail, start: int) -> bytes:
        """At most `PIECE` octets of the mail, from the octet `start` on; b"" behind its end. Raises `Vanished`."""
        return self._part(mail, "BODY.PEEK[]", b"BODY[]", start, PIECE)

    def head(self, mail: Mail) -> bytes:
        """The header section, as much of it as is ever read. Raises `Vanished`."""
        return self._part(mail, "BODY.PEEK[HEADER]", b"BODY[HEADER]", 0, HEAD_BYTES_MAX + 1)

    def file(self, mail: Mail, folder: str) -> None:
        """Move the mail to a folder, made where it is missing; delete it where that is ""."""
        if folder:
            try:
                self._move(mail.uid, folder)
            except Refused:
                self._make(folder)
                self._move(mail.uid, folder)
        else:
            self._delete(mail.uid)

    def await_news(self, stopping: threading.Event, seconds: float = IDLE_SECONDS) -> None:
        """Return when there may be new mail, or so long has passed, or we are to stop."""
        if self._heard():
            return
        with speaking():
            if not self._client.has_capability("IDLE"):
                stopping.wait(self._account.settings.poll_seconds)
                self._client.noop()
                return
            self._client.idle()
            try:
                self._listen(stopping, seconds)
            finally:
                self._client.idle_done()

    def cut(self) -> None:
        """End the connection from another thread: whoever waits for the server waits no more."""
        with suppress(OSError, AttributeError):
            self._client.socket().shutdown(2)

    def close(self) -> None:
        """Take leave, and hang up."""
        with suppress(Lost, Refused), speaking():
            self._client.logout()
        hang_up(self._client)

    def _listen(self, stopping: threading.Event, seconds: float) -> None:
        if self._told_already():
            return
        end = time.monotonic() + seconds
        while not stopping.is_set() and (begun := time.monotonic()) < end:
            told = self._client.idle_check(timeout=TICK_SECONDS)
            if told or time.monotonic() - begun < TICK_SECONDS / 2:  # nothing, at once: it hung up
                return

    def _heard(self) -> bool:
        """Whether the server has told of new mail since this was last asked, with whatever answer: it tells once."""
        return self._client._imap.untagged_responses.pop("EXISTS", None) is not None  # noqa: SLF001 - no other way to it

    def _told_already(self) -> bool:
        """Whether more came in one piece with the last answer: it lies in a buffer, into which idle_check does not look."""
        connection = self._client.socket()
        connection.settimeout(0)
        try:
            return bool(self._client._imap.file.peek(1))  # noqa: SLF001 - imapclient has no other way to it
        except OSError:  # by which TLS says that nothing has come
            return False
        finally:
            connection.settimeout(REPLY_SECONDS)

    def _part(self, mail: Mail, asked: str, answered: bytes, start: int, count: int) -> bytes:
        with speaking():
            said = self._client.fetch([mail.uid], [f"{asked}<{start}.{count}>"])
            if mail.uid not in said:
                raise Vanished
            found = said[mail.uid]
        for key, value in found.items():
            if isinstance(key, bytes) and key.upper().startswith(answered):
                return value if isinstance(value, bytes) else b""
        raise Refused("it does not hand out the mail")

    def _move(self, uid: int, folder: str) -> None:
        """RFC 6851; where the server does not have it, as section 3.3 says what it means."""
        with speaking():
            if self._client.has_capability("MOVE"):
                self._client.move([uid], folder)
                return
            self._client.copy([uid], folder)
        self._delete(uid)

    def _delete(self, uid: int) -> None:
        """By UID EXPUNGE (RFC 4315), else by EXPUNGE, where it removes nothing that somebody else has marked."""
        with speaking():
            self._client.add_flags([uid], [DELETED], silent=True)
            if self._client.has_capability("UIDPLUS"):
                self._client.uid_expunge([uid])
                return
            self._marked.add(uid)
            if self._marked.issuperset(self._client.search("DELETED")):
                self._client.expunge()
                self._marked.clear()

    def _make(self, folder: str) -> None:
        with speaking():
            if not self._client.folder_exists(folder):
                self._client.create_folder(folder)

    def _folders(self) -> list[str]:
        with suppress(Lost, Refused), speaking():
            return [str(name) for _, _, name in self._client.list_folders()][:20]
        return []

    def _prefix(self) -> str:
        """What the names of our own folders begin with (RFC 2342)."""
        with suppress(Lost, Refused), speaking():
            prefix = self._client.namespace()[0][0][0] if self._client.has_capability("NAMESPACE") else ""
            return f": names begin with {prefix}" if prefix else ""
        return ""
