"""The filename convention (docs/rules.md, «The filename convention»): what a name says, and all that is wrong with it.

`8301102_INFOeyfsreturn20170731.docx`: the school's number, the service's code in capitals, a description in lower case, a
date or a version, and the file's own extension.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

OLD_YEARS = 2
"""A date further back is advised about."""
NAME_CHARACTERS_MAX = 255
"""What file systems hold; a longer name could not be saved by whoever receives the file."""

SHAPE = re.compile(
    r"(?P<school>[0-9]{7})_(?P<service>[A-Z]+)(?P<about>[a-z][a-z0-9]*?)(?P<when>[0-9]{8}|V[0-9]{2})\.(?P<extension>[A-Za-z0-9]+)"
)
ENDS_IN_DATE = re.compile(r"[0-9]{8}$")
WHITE = " \t\n\v\f\r\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
"""The white space of Unicode (property White_Space); `str.strip` would take four control characters besides."""


class Fault(StrEnum):
    """What can be wrong with a name. Each has its sentence in `mail_templates/faults/`."""

    NAMELESS = "nameless"
    SCHOOL_MISSING = "school-missing"
    SCHOOL_FORM = "school-form"
    SCHOOL_UNKNOWN = "school-unknown"
    SCHOOL_FOREIGN = "school-foreign"
    SEPARATOR = "separator"
    STRAY = "stray-separator"
    SERVICE_MISSING = "service-missing"
    SERVICE_UNKNOWN = "service-unknown"
    SERVICE_CASE = "service-case"
    DESCRIPTION_MISSING = "description-missing"
    DESCRIPTION_START = "description-start"
    DESCRIPTION_CAPITALS = "description-capitals"
    DESCRIPTION_CHARACTERS = "description-characters"
    DATE_MISSING = "date-missing"
    DATE_IMPOSSIBLE = "date-impossible"
    DATE_FORM = "date-form"
    DATE_SHORT = "date-short"
    DATE_PLACE = "date-place"
    DATE_AND_VERSION = "date-and-version"
    VERSION = "version"
    COPY_MARK = "copy-mark"
    SPACE_BEFORE_DOT = "space-before-dot"
    SPACE_AFTER_DOT = "space-after-dot"
    EXTENSION_MISSING = "extension-missing"
    EXTENSION_FORBIDDEN = "extension-forbidden"
    EXTENSION_OTHER = "extension-other"
    EXTENSION_TWICE = "extension-twice"
    UNSEEN_CHARACTER = "unseen-character"
    UNUSUAL_CHARACTER = "unusual-character"
    TOO_LONG = "too-long"
    DATE_FUTURE = "date-future"
    DATE_OLD = "date-old"


REFUSED = frozenset({Fault.SCHOOL_FOREIGN, Fault.EXTENSION_MISSING, Fault.EXTENSION_FORBIDDEN})
"""Not the name's fault alone: nothing is stored and nothing corrected."""


@dataclass(frozen=True)
class Finding:
    """One thing at fault, and the words at fault, to be quoted."""

    fault: Fault
    found: str


@dataclass(frozen=True)
class Name:
    """A valid name in its parts."""

    school: str
    service: str
    about: str
    when: str
    extension: str

    def __str__(self) -> str:
        return f"{self.school}_{self.service}{self.about}{self.when}.{self.extension}"


@dataclass(frozen=True)
class Convention:
    """The convention as it binds one sender."""

    authority: str
    """The first three digits of every school's number."""
    services: Mapping[str, str]
    """Code and service in words."""
    extensions: frozenset[str]
    """In lower case, without the dot."""
    schools: tuple[str, ...] = ()
    """The schools they act for; empty: not known, and only the authority's digits are checked."""
    roster: frozenset[str] = frozenset()
    """The number of every school."""


@dataclass(frozen=True)
class Verdict:
    """What is to be said of a name."""

    given: str
    """In Unicode NFC, without white space round the whole."""
    name: Name | None = None
    faults: tuple[Finding, ...] = ()
    advice: tuple[Finding, ...] = ()
    """What is worth a second look although the name is valid."""
    meant: str | None = None
    """The one sure correction."""
    choices: tuple[str, ...] = ()
    """Names that may have been meant, best first; never with `meant`."""
    refused: bool = False
    """Something is at fault that no other name would mend."""


def settled(given: str) -> str:
    """The name as it is judged: NFC, freed of white space round the whole."""
    return unicodedata.normalize("NFC", given).strip(WHITE)


def parse(name: str, by: Convention) -> Name | None:
    """The parts of a valid name; None where anything is at fault."""
    match = SHAPE.fullmatch(name)
    if not match or len(name) > NAME_CHARACTERS_MAX:
        return None
    found = Name(**match.groupdict())
    return found if all(holds(found, by) for holds in CHECKS) else None


def day_of(digits: str) -> date | None:
    """The day that eight digits `yyyymmdd` name, if it is in the calendar."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) if re.fullmatch(r"[0-9]{8}", digits) else None
    except ValueError:
        return None


def ours(number: str, by: Convention) -> bool:
    """Whether the sender may send under this school's number."""
    return number in by.schools if by.schools else number.startswith(by.authority)


def is_foreign(number: str, by: Convention) -> bool:
    """Whether this is the number of a school for which the sender does not act."""
    return bool(by.schools) and number in by.roster and number not in by.schools


def _when_holds(name: Name, by: Convention) -> bool:
    del by
    if name.when.startswith("V"):
        ending = ENDS_IN_DATE.search(name.about)
        return name.when != "V00" and not (ending and day_of(ending[0]))
    return day_of(name.when) is not None


CHECKS: tuple[Callable[[Name, Convention], bool], ...] = (
    lambda name, by: ours(name.school, by),
    lambda name, by: name.service in by.services,
    _when_holds,
    lambda name, by: name.extension.lower() in by.extensions,
)
"""What a name of the right shape must hold besides (docs/rules.md, «The filename convention», 1 to 4)."""


def advise(name: Name, today: date) -> tuple[Finding, ...]:
    """A date in the future, or more than two years old, is advised about, not refused."""
    day = day_of(name.when)
    if day is None:
        return ()
    if day > today:
        return (Finding(Fault.DATE_FUTURE, name.when),)
    past = (day.year + OLD_YEARS, day.month, day.day) < (today.year, today.month, today.day)
    return (Finding(Fault.DATE_OLD, name.when),) if past else ()


def model(by: Convention, today: date) -> str:
    """A good name, as a model, with the sender's own school's number."""
    school = by.schools[0] if by.schools else f"{by.authority}nnnn"
    service = "SEN" if "SEN" in by.services else next(iter(by.services), "SEN")
    return f"{school}_{service}description{today:%Y%m%d}"
