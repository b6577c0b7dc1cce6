"""Header fields octet by octet, as signatures see them (RFC 6376, sections 3.4.1, 3.4.2 and 5.4.2)."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from handlers.mail.trust.lexical import Doubtful

CRLF = b"\r\n"
NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")
"""As `handlers.mail.message.head` reads it: whatever counts as a From line there must count as one here."""
RUN = re.compile(rb"[ \t]+")


@dataclass(frozen=True, eq=False)
class Field:
    """One field. Only the same one equals it: there may be two with the same octets."""

    name: bytes
    """In lower case."""
    raw: bytes
    """As received, folded; without the CRLF that ends it."""

    @property
    def value(self) -> bytes:
        """What follows the colon."""
        return self.raw.partition(b":")[2]

    @cached_property
    def relaxed(self) -> bytes:
        """In the «relaxed» way (section 3.4.2): unfolded, white space made one space, none round the colon and at the end."""
        name, _, value = self.raw.partition(b":")
        return name.rstrip(b" \t").lower() + b":" + RUN.sub(b" ", value.replace(CRLF, b"")).strip(b" ")

    @property
    def simple(self) -> bytes:
        """In the «simple» way (section 3.4.1): as it is."""
        return self.raw


def fields(head: bytes) -> tuple[Field, ...]:
    """The fields of a header section, from top to bottom.

    Raises Doubtful where some line is no field, or where lines end otherwise than in CRLF: programs read such a head
    in different ways, and what is shown may not be what was signed.
    """
    lines = head.removesuffix(CRLF).removesuffix(CRLF).split(CRLF)
    if any(b"\r" in line or b"\n" in line for line in lines):
        raise Doubtful("its head has lines that do not end as lines of mail do")
    found: list[tuple[bytes, list[bytes]]] = []
    for line in lines:
        if line.startswith((b" ", b"\t")) and found:
            found[-1][1].append(line)
        elif field := NAME.match(line):
            found.append((field[1].lower(), [line]))
        else:
            raise Doubtful("its head holds a line that is no header field")
    return tuple(Field(name, CRLF.join(folded)) for name, folded in found)


def chosen(present: Sequence[Field], names: Sequence[bytes]) -> Iterator[Field]:
    """The fields of these names. Of several of one name the lowest comes first; a name too many stands for nothing."""
    left: dict[bytes, list[Field]] = defaultdict(list)
    for field in present:
        left[field.name].append(field)
    return (left[name].pop() for name in names if left.get(name))


def without_signature(field: Field) -> Field:
    """The field of a signature without the value of its tag `b` and all white space round that (RFC 6376, section 3.7)."""
    name, colon, value = field.raw.partition(b":")
    specs = (spec.partition(b"=") for spec in value.split(b";"))
    kept = (tag + equals + (b"" if tag.strip() == b"b" else text) for tag, equals, text in specs)
    return Field(field.name, name + colon + b";".join(kept))
