"""What can go wrong with a mailbox, told apart by what is to be done about it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, ProtocolError

WORDS_MAX = 200
"""Characters of what a server says that are told on."""
FOR_NOW = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]", re.IGNORECASE)
"""Response codes by which a server says that it is not the request that was wrong (RFC 5530, section 3)."""


class BadMailbox(Exception):
    """The configuration of a mailbox cannot be right: says which key, what stands there, and what to do."""

    def __init__(self, detail: str, remedy: str = "") -> None:
        super().__init__(f"{detail} {remedy}".rstrip())
        self.detail, self.remedy = detail, remedy


class Lost(Exception):
    """The server cannot be reached or is in trouble: try again later, on a new connection."""


class Refused(Exception):
    """The server will not do this one thing; the connection is sound."""

    @property
    def passes(self) -> bool:
        """Whether it says that this is for now, and no fault of what it was asked."""
        return FOR_NOW.search(str(self)) is not None


class Vanished(Exception):
    """The mail lies in the folder no more: somebody else took it away."""


@contextmanager
def speaking() -> Iterator[None]:
    """Whatever goes wrong while we speak to a server, as `Lost` or `Refused`: it may answer anything at all."""
    try:
        yield
    except (BadMailbox, Lost, Refused, Vanished):
        raise
    except (IMAPClientAbortError, ProtocolError) as fault:
        raise Lost(words(fault)) from fault
    except IMAPClientError as fault:
        raise Refused(words(fault)) from fault
    except OSError as fault:
        raise Lost(words(fault)) from fault
    except Exception as fault:
        raise Lost(f"its answer is no IMAP: {words(fault)}") from fault


def words(fault: Exception) -> str:
    """What a fault says, in one short line that can be printed."""
    said = "".join(letter if letter.isprintable() else " " for letter in str(fault))
    return " ".join(said.split())[:WORDS_MAX] or type(fault).__name__
