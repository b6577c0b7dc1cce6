"""What is asked and answered.

The service is believed, so what it asks is pickled. What comes back was made of strangers' mail, by the process that they
would have taken over if anybody did: it is read as data and never as code.
"""

import json
import pickle
import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from pydantic import ConfigDict, TypeAdapter

from bot.notices import Verdict
from bot.parcels import Posted, Undeliverable
from bot.preparing import Prepared, Raw, Spoiled
from bot.rules.bounce import Returned
from bot.settings import Settings
from bot.vault import Unavailable

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")
"""As a kind of error is called."""
PLACE = re.compile(r"(?:<frozen [\w.]+>|[\w./<>+-]{1,200}):[0-9]{1,9} [\w<>]{1,100}", re.ASCII)
"""As `bot.faults` writes a place."""
PLACES_MAX = 12
WORDS_BYTES_MAX = 500
"""Octets of the words with which a piece of work ended."""


@dataclass(frozen=True)
class Begin:
    """Said first, and once: what the process needs to know."""

    settings: Settings
    master: bytes = field(repr=False)
    """The secret of the master key."""


@dataclass(frozen=True)
class Prepare:
    """Open a message and seal its files."""

    raw: Raw


@dataclass(frozen=True)
class Weigh:
    """Open a message that is only tried out."""

    raw: Raw


@dataclass(frozen=True)
class ReadReturned:
    """Read what came back to the address of a notice."""

    raw: Raw


@dataclass(frozen=True)
class Write:
    """Write the mail that tells a notice."""

    posted: Posted


Request = Begin | Prepare | Weigh | ReadReturned | Write


class Failed(Exception):
    """The work failed over there, and it is our own fault. Of a class that is called as the error was called there."""


class Short(Failed):
    """It ran short of memory, of which all that is worked on there has one share."""


class Astray(ValueError):
    """The answer speaks of what is not this message's."""


class End(Enum):
    """How a piece of work ended: the first octet of its answer."""

    DONE = b"+"
    LATER = b"~"
    """It cannot be done now (`Unavailable`)."""
    REFUSED = b"-"
    """It can never be delivered (`Undeliverable`)."""
    FAILED = b"!"


OPENED: TypeAdapter[Prepared | Spoiled] = TypeAdapter(Prepared | Spoiled, config=ConfigDict(cache_strings="keys"))
"""Of what strangers wrote nothing stays in the cache of strings, which holds 16,384."""
PART = re.compile(r"-[0-9]+(?:\.[0-9]+)*")
"""What follows a message's prefix in the id of one of its files."""
RETURNED: TypeAdapter[Returned] = TypeAdapter(Returned)


def opened(octets: bytes, prefix: str) -> Prepared | Spoiled:
    """What a message was found to hold, whose files' ids begin with this: the vault keeps others' beside them, which no answer
    may have destroyed or claim. Raises ValueError."""
    found = OPENED.validate_json(octets)
    named = [*found.unwanted, *(_claimed(found) if isinstance(found, Prepared) else ())]
    if not all(one.startswith(prefix) and PART.fullmatch(one, len(prefix)) for one in named) or not _is_tellable(found):
        raise Astray
    return found


def _is_tellable(found: Prepared | Spoiled) -> bool:
    """People are told why a message is spoiled, and what a genuine receipt says, and no other."""
    if isinstance(found, Spoiled):
        return len(found.why) <= WORDS_BYTES_MAX
    judged = [one.judged for one in found.receipts]
    return all((one.verdict is Verdict.GENUINE) == (one.document is not None) for one in judged)


def _claimed(found: Prepared) -> list[str]:
    return [one.object_id for one in found.opened.attachments if not one.absent]


def asked(request: Request) -> bytes:
    """A request, as it is sent."""
    return pickle.dumps(request, pickle.HIGHEST_PROTOCOL)


def failed(kind: str, places: list[str]) -> bytes:
    """The answer that tells of an error by its kind and by where it happened, never by its words."""
    return End.FAILED.value + json.dumps([kind, places[-PLACES_MAX:]]).encode()


def answer(octets: bytes) -> bytes:
    """What an answer holds, where the work was done. Raises what it ended with: `Unavailable`, `Undeliverable`, or `Failed`
    with the places where it happened."""
    end, said = End(octets[:1]), octets[1:]
    match end:
        case End.DONE:
            return said
        case End.LATER:
            raise Unavailable(_words(said))
        case End.REFUSED:
            raise Undeliverable(_words(said))
        case End.FAILED:
            raise _fault(json.loads(said))


def _words(said: bytes) -> str:
    return said[:WORDS_BYTES_MAX].decode("utf-8", "replace")


def _fault(told: Any) -> Failed:
    """By its shape alone can a word be told from anybody's data, which must not be logged."""
    called, places = told
    name = called if isinstance(called, str) and WORD.fullmatch(called) else Failed.__name__
    kind = Short if name == MemoryError.__name__ else Failed
    fault: Failed = type(name, (kind,), {})(*filter(PLACE.fullmatch, map(str, places[:PLACES_MAX])))
    return fault
