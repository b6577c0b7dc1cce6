"""The header section of a message or of one of its parts, read without ever raising (lesson L31)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from handlers.mail.message.charset import decoded
from handlers.mail.message.words import shown, unencoded

HEAD_BYTES_MAX = 1 << 18
"""Octets of one header section: a hundred times an ordinary one."""
FIELDS_MAX = 1000
"""Fields of one header section."""
MESSAGE_IDS_MAX = 100
"""Message ids read from one field: a thread's References grow without end."""
MESSAGE_ID_MAX = 998
"""Characters of one message id: the longest line (RFC 5322, section 2.1.1)."""

FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
"""RFC 5322, sections 2.2 and 4.5: white space before the colon is obsolete, but a `From :` must not escape notice."""
IN_BRACKETS = re.compile(r"<([^<>]*)>")


@dataclass(frozen=True)
class Head:
    """Header fields in the order and spelling they came in, unfolded, not decoded."""

    fields: tuple[tuple[str, str], ...]
    """Name and value; octets beyond ASCII read as UTF-8, where they are not that, as Windows-1252 or Latin-1."""
    cut: bool = False
    """There was more than the limits allow: what is missing might contradict what is here."""

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """The fields up to the first empty line. A line that is no field is passed over. Never raises."""
        found: list[tuple[bytes, list[bytes]]] = []
        lines = raw[:HEAD_BYTES_MAX].split(b"\n")
        ended = False
        for line in lines:
            text = line.removesuffix(b"\r")
            if ended := not text:
                break
            if text[:1] in (b" ", b"\t"):
                if found:
                    found[-1][1].append(text)
            elif field := FIELD.fullmatch(text):
                found.append((field[1], [field[2]]))
        cut = len(found) > FIELDS_MAX or (len(raw) > HEAD_BYTES_MAX and not ended)
        return cls(tuple((name.decode(), _value(lines)) for name, lines in found[:FIELDS_MAX]), cut)

    def all(self, name: str) -> Sequence[str]:
        """Every value of this field, in order."""
        return self._by_name.get(name.lower(), [])

    def first(self, name: str) -> str | None:
        """The first value of this field."""
        return next(iter(self.all(name)), None)

    def text(self, name: str) -> str:
        """The first value in readable words: RFC 2047 decoded, control characters removed, "" where absent."""
        return shown(unencoded(self.first(name) or ""))

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[str]]:
        """The values by the field's name in lower case: a head is asked for dozens of fields, most of which it lacks."""
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            found.setdefault(name.lower(), []).append(value)
        return found


def message_ids(value: str) -> tuple[str, ...]:
    """The ids of a Message-ID, In-Reply-To or References field, without brackets, in order, malformed ones too."""
    bracketed = ("".join(found.split()) for found in IN_BRACKETS.findall(value))
    bare = (word.strip("<>,;\"'") for word in value.split() if "@" in word)
    ids = bracketed if IN_BRACKETS.search(value) else bare
    sound = (shown(found) for found in ids if len(found) <= MESSAGE_ID_MAX)
    return tuple(dict.fromkeys(found for found in sound if found))[:MESSAGE_IDS_MAX]


def _value(lines: list[bytes]) -> str:
    """A field's value, unfolded (RFC 5322, section 2.2.3)."""
    return decoded(b"".join(lines), "utf-8").strip()
