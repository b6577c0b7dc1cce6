"""What a good file name is (docs/rules.md, «The filename convention»): its shape, its parts, and what each must hold.

`8301102_INFOeyfsreturn20170731.docx`: the school's number, the service's code in capitals, a description in lower case,
a date or a version, and the file's own extension.
"""

import re
import unicodedata
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Fault(StrEnum):
    """What can be said of a name. Each has its sentence in `mail_templates/faults/`."""

    NAMELESS = "nameless"
    EXTENSION_FORBIDDEN = "extension-forbidden"
    EXTENSION_MISSING = "extension-missing"
    EXTENSION_TWICE = "extension-twice"
    EXTENSION_OTHER = "extension-other"
    UNSEEN_CHARACTER = "unseen-character"
    COPY_MARK = "copy-mark"
    SPACE_BEFORE_DOT = "space-before-dot"
    SCHOOL_FOREIGN = "school-foreign"
    SCHOOL_AUTHORITY = "school-authority"
    SCHOOL_UNKNOWN = "school-unknown"
    SCHOOL_MISSING = "school-missing"
    SCHOOL_PLACE = "school-place"
    SEPARATOR = "separator"
    SERVICE_MISSING = "service-missing"
    SERVICE_UNKNOWN = "service-unknown"
    SERVICE_CASE = "service-case"
    SERVICE_PLACE = "service-place"
    DESCRIPTION_MISSING = "description-missing"
    DESCRIPTION_START = "description-start"
    DESCRIPTION_CHARACTERS = "description-characters"
    DESCRIPTION_GAPS = "description-gaps"
    DESCRIPTION_CAPITALS = "description-capitals"
    DATE_MISSING = "date-missing"
    DATE_SHORT = "date-short"
    DATE_FORM = "date-form"
    DATE_IMPOSSIBLE = "date-impossible"
    DATE_PLACE = "date-place"
    DATE_AND_VERSION = "date-and-version"
    VERSION = "version"
    DATE_FUTURE = "date-future"
    DATE_OLD = "date-old"


REFUSED = frozenset({Fault.NAMELESS, Fault.EXTENSION_FORBIDDEN, Fault.SCHOOL_FOREIGN})
"""Not the name's fault alone: nothing is stored and no correction offered."""


@dataclass(frozen=True)
class Finding:
    """One thing that is said of a name."""

    fault: Fault
    found: str = ""
    """The words at fault, to be quoted."""


@dataclass(frozen=True)
class Name:
    """The parts of a name of the right shape, as written."""

    school: str
    service: str
    about: str
    when: str
    """A date `yyyymmdd`, or a version `V01`."""
    extension: str

    def __str__(self) -> str:
        return f"{self.school}_{self.service}{self.about}{self.when}.{self.extension}"

    @property
    def day(self) -> date | None:
        """The date at the end; None where it is no day in the calendar, or a version stands there."""
        return day_of(self.when)


@dataclass(frozen=True)
class Convention:
    """The convention as it binds one sender."""

    authority: str
    """The three digits with which the number of every school of the authority begins."""
    services: Mapping[str, str]
    """Each service's code, in capitals, and its name in words."""
    extensions: frozenset[str]
    """Those that are taken, in lower case, without the dot."""
    schools: tuple[str, ...] = ()
    """The numbers under which the sender may send."""
    roster: Container[str] = frozenset[str]()
    """The number of every school on the roster, to be looked up in; false where there is none: neither is known then, and
    only the authority's digits are checked."""

    def may_be(self, school: str) -> bool:
        """Whether the sender may send under this number."""
        known = self.schools or self.roster
        return school.startswith(self.authority) and (not known or school in self.schools)

    def is_foreign(self, school: str) -> bool:
        """Whether this is the number of a school on the roster for which the sender does not act."""
        return school not in self.schools and school in self.roster


SHAPE = re.compile(
    r"(?P<school>[0-9]{7})_(?P<service>[A-Z]+)(?P<about>[a-z][a-z0-9]*?)(?P<when>[0-9]{8}|V[0-9]{2})\.(?P<extension>[^\s.]+)"
)
"""The code ends where the lower case begins; the eight digits directly before the extension are the date."""


@dataclass(frozen=True)
class Check:
    """What one part of a name of the right shape must hold besides."""

    fault: Fault
    part: Callable[[Name], str]
    holds: Callable[[Name, Convention], bool]


CHECKS = (
    Check(Fault.SCHOOL_FOREIGN, lambda name: name.school, lambda name, by: not by.is_foreign(name.school)),
    Check(Fault.SCHOOL_UNKNOWN, lambda name: name.school, lambda name, by: by.may_be(name.school)),
    Check(Fault.SERVICE_UNKNOWN, lambda name: name.service, lambda name, by: name.service in by.services),
    Check(Fault.DATE_IMPOSSIBLE, lambda name: name.when, lambda name, _: name.when[0] == "V" or name.day is not None),
    Check(Fault.VERSION, lambda name: name.when, lambda name, _: name.when != "V00"),
    Check(Fault.DATE_AND_VERSION, lambda name: name.about, lambda name, _: name.when[0] != "V" or not dated(name.about)),
    Check(Fault.EXTENSION_FORBIDDEN, lambda name: name.extension, lambda name, by: name.extension.lower() in by.extensions),
)  # fmt: skip
"""docs/rules.md, «The filename convention», 1, 2 and 4, and what is settled there."""


def read(text: str, by: Convention) -> Name | None:
    """The parts of a valid name; None where anything is at fault."""
    name = shaped(text)
    return name if name and all(check.holds(name, by) for check in CHECKS) else None


def shaped(text: str) -> Name | None:
    """The parts of a name of the right shape, whatever they say."""
    match = SHAPE.fullmatch(text)
    return Name(**match.groupdict()) if match else None


def broken(name: Name, by: Convention) -> tuple[Finding, ...]:
    """The checks that a name of the right shape fails."""
    return tuple(Finding(check.fault, check.part(name)) for check in CHECKS if not check.holds(name, by))


def settled(given: str) -> str:
    """The text that is judged: Unicode NFC, freed of white space round the whole of it."""
    return unicodedata.normalize("NFC", given).strip()


def split(text: str) -> tuple[str, str]:
    """The name before the last dot, and the extension behind it: "" where none follows that could be one.

    Digits alone are none (`plan 01.09.2026`), nor is what holds a space (`Mrs. Jones`).
    """
    stem, dot, extension = text.rpartition(".")
    if not dot or any(character.isspace() for character in extension) or re.fullmatch("[0-9]+", extension):
        return text, ""
    return stem, extension


def day_of(digits: str) -> date | None:
    """The day that eight digits `yyyymmdd` stand for; None where the calendar has none."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) if re.fullmatch("[0-9]{8}", digits) else None
    except ValueError:
        return None


def dated(about: str) -> bool:
    """Whether a description ends in a date."""
    return day_of(about[-8:]) is not None
