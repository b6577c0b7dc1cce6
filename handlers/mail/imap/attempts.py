"""What is known of the mails in a folder for as long as they lie there: which were taken in, which failed, which wait."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.mail.imap.session import Mail

TRIES_MAX = 5
"""After so many failures to fetch it a mail is moved out of the way (lesson L28)."""
AGAIN = timedelta(minutes=5)
"""After so long it is asked again who sent a mail, where that could not be looked up."""
WAIT_MAX = timedelta(hours=4)
"""After so long without an answer a mail is moved out of the way: somebody must look at it."""


@dataclass(frozen=True)
class Wait:
    """A mail that cannot be taken in yet, though others can."""

    since: datetime | None
    """When it was first asked in vain who sent it; None where it waits for room, however long that takes."""
    until: datetime


class Attempts:
    """Forgotten when Postroom stops, for it only spares work: what was taken in is known by its key as well."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._taken: set[Mail] = set()
        self._tries: Counter[Mail] = Counter()
        self._waits: dict[Mail, Wait] = {}

    def keep(self, there: Iterable[Mail]) -> list[Mail]:
        """Forget all others; what failed before comes last, so that it holds up no other mail."""
        mails = list(there)
        known = set(mails)
        self._taken &= known
        self._tries = Counter({mail: count for mail, count in self._tries.items() if mail in known})
        self._waits = {mail: wait for mail, wait in self._waits.items() if mail in known}
        return sorted(mails, key=lambda mail: self._tries[mail])

    def is_taken(self, mail: Mail) -> bool:
        """Whether it is durable, and has only to be moved."""
        return mail in self._taken

    def took(self, mail: Mail) -> None:
        """It is durable."""
        self._taken.add(mail)

    def failed(self, mail: Mail) -> None:
        """It could not be fetched."""
        self._tries[mail] += 1

    def tries(self, mail: Mail) -> int:
        """How often that was."""
        return self._tries[mail]

    def undecided(self, mail: Mail, now: datetime) -> None:
        """It cannot be said who sent it."""
        known = self._waits.get(mail)
        self._waits[mail] = Wait((known and known.since) or now, now + AGAIN)

    def without_room(self, mail: Mail, now: datetime) -> None:
        """There is no room for mail like this."""
        self._waits[mail] = Wait(None, now + AGAIN)

    def waits(self, mail: Mail, now: datetime) -> bool:
        """Whether it is too soon to ask again."""
        return mail in self._waits and now < self._waits[mail].until

    def is_hopeless(self, mail: Mail, now: datetime) -> bool:
        """Whether it has failed or waited for long enough."""
        wait = self._waits.get(mail)
        since = wait.since if wait else None
        return self._tries[mail] >= TRIES_MAX or (since is not None and now - since >= WAIT_MAX)

    @property
    def has_waiting(self) -> bool:
        """Whether any mail is to be asked about again."""
        return bool(self._waits)
