"""One mailbox at work: on a thread of its own it fetches what lies in the folder, moves it away, and listens for more."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.faults import of
from bot.ledger import Later
from bot.measures import Measures
from bot.vault import Unavailable
from bot.watching import Trouble
from handlers.mail.door import CANNOT_STORE, NO_ROOM, IncomingMail, MailDoor
from handlers.mail.imap.attempts import Attempts
from handlers.mail.imap.faults import BadMailbox, Lost, Refused, Vanished
from handlers.mail.imap.fetching import Fetcher, Stopped
from handlers.mail.imap.session import IDLE_SECONDS, Mail, Session
from handlers.mail.imap.signin import Account

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 1.0
"""After the first failure; doubled for each further one."""
PAUSE_SECONDS_MAX = 300.0
AGAIN_SECONDS = 60.0
"""How long we listen before we look by ourselves, while mails wait."""
MINUTE = timedelta(minutes=1)
DOWN = timedelta(minutes=30)
"""After so long without all mail being fetched the administrators are told."""
REFUSED_MAX = 3
"""So often in a row a sign-in may be refused before it shows; once may be the server's own trouble."""
FINISH_SECONDS = 5.0
"""How long what was begun may take when we stop, before the connection is cut."""

Alert = Callable[[str, Sequence[str]], None]
"""Tells the administrators of what happened once. Raises `Later`. What lasts is a `Trouble`."""


class _NotNow(Exception):
    """The door cannot take the mail just now: it stays where it is."""


class _Undecided(Exception):
    """It cannot be said just now who sent this one mail: it waits, and others go on."""


class _NoRoom(Exception):
    """There is no room just now for mail that nobody is proven to have sent: it waits, and others go on."""


@dataclass(frozen=True)
class _Down:
    """Mail is not fetched."""

    since: datetime
    why: str
    """How it failed last."""
    refused: bool
    """It was the sign-in."""


class Collector:
    """Fetches the mail of one mailbox until it is stopped."""

    def __init__(
        self, account: Account, door: MailDoor, clock: Clock, alert: Alert, measures: Measures | None = None
    ) -> None:
        self._account, self._clock, self._alert = account, clock, alert
        self._measures = measures or Measures()
        self._stopping = threading.Event()
        self._fetcher = Fetcher(door, self._stopping, account.settings.user)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._session: Session | None = None
        self._attempts = Attempts()
        self._faults = 0
        self._down: _Down | None = None

    async def start(self) -> None:
        """Sign in, and begin. Raises `BadMailbox`; a server that cannot be reached is tried again and again."""
        self._loop = asyncio.get_running_loop()
        session = None
        try:
            session = await asyncio.to_thread(Session.ready, self._account)
        except Lost as fault:
            self._note(fault)
        self._thread = threading.Thread(
            target=self._run, args=(session,), name=f"imap-{self._account.name}", daemon=True
        )
        self._thread.start()

    async def stop(self) -> None:
        """Fetch no more. A mail that is being made durable is moved away first, if its server lets us."""
        self._stopping.set()
        if self._thread is None:
            return
        await asyncio.to_thread(self._thread.join, FINISH_SECONDS)
        if self._thread.is_alive() and self._session:
            self._session.cut()
            await asyncio.to_thread(self._thread.join, FINISH_SECONDS)
        if self._thread.is_alive():
            log.warning("a mailbox is left in the middle of a call", mailbox=self._account.name)

    def troubles(self) -> Iterator[Trouble]:
        """That mail has not been fetched for long. May be asked from any thread."""
        if (down := self._down) and (lasting := self._clock.now() - down.since) >= DOWN:
            lines = f"For {lasting // MINUTE} minutes: {down.why}", "On the server, postroom doctor says what is wrong."
            yield Trouble(f"Mail in the mailbox {self._account.name} is not fetched", lines)

    def _run(self, session: Session | None) -> None:
        """Connect again whenever it ends, and never end for good."""
        if session is None:
            self._pause()
        while not self._stopping.is_set():
            try:
                self._attend(session or Session.ready(self._account))
            except Stopped:
                return
            except (Lost, Refused, BadMailbox) as fault:
                self._failed(fault)
            except Exception as fault:
                log.exception("a mailbox failed", mailbox=self._account.name)
                self._failed(fault)
            session = None

    def _attend(self, session: Session) -> None:
        """Fetch and listen, on one connection."""
        self._session = session
        try:
            while not self._stopping.is_set():
                if self._fetch_all(session):
                    self._well()
                    session.await_news(self._stopping, AGAIN_SECONDS if self._attempts.has_waiting else IDLE_SECONDS)
                else:
                    self._pause()
        finally:
            self._session = None
            session.close()

    def _fetch_all(self, session: Session) -> bool:
        """Whether all is done that can be done now."""
        mails = self._attempts.keep(session.mails())
        try:
            done = [self._one(session, mail) for mail in mails]
        except _NotNow as fault:
            self._note(fault)
            return False
        return all(done)

    def _one(self, session: Session, mail: Mail) -> bool:
        """Take one mail in and move it away. False: it must be tried again. Raises `Stopped`, `Lost`, `_NotNow`."""
        if self._stopping.is_set():
            raise Stopped
        now = self._clock.now()
        try:
            if self._attempts.is_hopeless(mail, now):
                self._put_aside(session, mail)
            elif not self._attempts.waits(mail, now) and (self._attempts.is_taken(mail) or self._take(session, mail)):
                session.file(mail, self._account.settings.done_folder)
        except Vanished:
            return True
        except _Undecided:
            log.info("it cannot be said now who sent a mail", mailbox=self._account.name)
            self._attempts.undecided(mail, now)
        except _NoRoom:
            self._attempts.without_room(mail, now)
        except Refused as fault:
            self._note(fault)
            return False
        return True

    def _take(self, session: Session, mail: Mail) -> bool:
        """Make the mail durable; count the failures to."""
        try:
            self._deliver(self._fetcher.fetch(session, mail))
        except Unavailable as fault:
            raise _NotNow(str(fault)) from fault
        except (Stopped, Vanished, _NotNow, _NoRoom, _Undecided):
            raise
        except Exception:  # a lost connection, or our own fault: it may be this mail that brings it about
            self._attempts.failed(mail)
            raise
        self._attempts.took(mail)
        return True

    def _deliver(self, incoming: IncomingMail) -> None:
        """Wait until it is durable. Raises `_NotNow`, `_NoRoom`, `_Undecided`, and `Refused` where it never will be."""
        assert self._loop is not None  # noqa: S101 - there is no thread before it is started
        reply = asyncio.run_coroutine_threadsafe(incoming.accept(), self._loop).result()
        if reply == CANNOT_STORE:
            raise _NotNow(reply)
        if reply == NO_ROOM:
            raise _NoRoom
        if reply.startswith("4"):
            raise _Undecided(reply)
        if not reply.startswith("2"):
            raise Refused(reply)

    def _put_aside(self, session: Session, mail: Mail) -> None:
        """Out of the way, once the administrators are told of it. Raises `_NotNow` where that cannot be written down."""
        folder, tries = self._account.settings.failed_folder, self._attempts.tries(mail)
        why = f"It failed to be fetched {tries} times." if tries else "It could not be looked up for hours who sent it."
        lines = [why, f"It was not taken in, and its sender has heard nothing. It lies in the folder «{folder}» now."]
        try:
            self._alert(f"A mail in the mailbox {self._account.name} cannot be fetched", lines)
        except Later as fault:
            raise _NotNow(str(fault)) from fault
        session.file(mail, folder)

    def _failed(self, fault: Exception) -> None:
        self._note(fault)
        self._pause()

    def _note(self, fault: Exception) -> None:
        """Something is wrong, and since when."""
        since = self._down.since if self._down else self._clock.now()
        self._down = _Down(since, str(fault), isinstance(fault, BadMailbox))
        log.warning("mail is not fetched; it will be tried again", mailbox=self._account.name, fault=of(fault))

    @property
    def name(self) -> str:
        """What the mailbox is called in the configuration."""
        return self._account.name

    @property
    def is_alive(self) -> bool:
        """Whether somebody still fetches, even if the server cannot be reached just now; one that has refused the sign-in again and
        again will not be reached by waiting."""
        is_refused = self._down is not None and self._down.refused and self._faults >= REFUSED_MAX
        return self._thread is not None and self._thread.is_alive() and not is_refused

    def _well(self) -> None:
        self._measures.looked(self._account.name, self._clock.now().timestamp())
        if self._down:
            log.info("mail is fetched again", mailbox=self._account.name)
        self._faults, self._down = 0, None

    def _pause(self) -> None:
        """Wait before the next attempt, longer each time, and never as long as others who lost the same server."""
        self._faults += 1
        longest = min(PAUSE_SECONDS * (1 << min(self._faults - 1, 20)), PAUSE_SECONDS_MAX)
        self._stopping.wait(longest * (0.5 + self._clock.octets(1)[0] / 512))
