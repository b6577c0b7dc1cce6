"""What a signature has to hold besides being true, lest somebody send a genuine mail once more as another (decision 12).

Whoever has had a mail from a school can send it to us, as often as they like: its signature stays sound. So it counts
for as long as an honest mail may be on its way, and what it leaves open must not make another mail of it.
"""

import re
from collections.abc import Collection, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime

from handlers.mail.message.parameters import Field as Structured
from handlers.mail.trust.lexical import Doubtful
from handlers.mail.trust.signatures.fields import CRLF, Field

AGE_SECONDS_MAX = 7 * 24 * 3600
"""Mail servers give up after four to five days (RFC 5321, section 4.5.4.1); Google's own signatures end after seven."""
ALWAYS = (b"subject", b"date")
"""Fields that we go by and that every mail system signs, where they are there (RFC 6376, section 5.4.1)."""
BEGINNING_OCTETS = 1 << 12
"""Octets of the body from which its shape is seen."""
PREAMBLE = re.compile(rb"[^\n]*\bmulti-?part\b", re.IGNORECASE)
"""How the line begins that some programs write above the first part, such as «This is a multi-part message in MIME format.»"""
BLANK = re.compile(rb"(?:[ \t]*\r\n)*")


def check_cover(present: Sequence[Field], names: Collection[bytes], beginning: bytes) -> None:
    """Raises Doubtful where fields that are not signed could make something else of what is.

    `beginning`: that of the body. Google and others sign no Content-Type: it has to be the one with which the body was
    written, and not one that turns quoted words into files.
    """
    there = {field.name: field for field in reversed(present)}  # of several the first is read, and all are signed
    for name in ALWAYS:
        if name in there and name not in names:
            raise Doubtful(f"it does not cover the {name.decode().title()} line")
    if b"content-type" in names:
        if _is_text(there) and not _may_be_a_letter(there, names):
            raise Doubtful("it does not cover the line that makes a file of the text")
    elif not _fits(there, names, beginning):
        raise Doubtful("it does not cover the Content-Type line, and the text may be of another type")


def check_age(present: Sequence[Field], names: Collection[bytes], signed_at: int | None, now: float) -> None:
    """Raises Doubtful for a signature that is older than any mail on its way, and for one that does not say how old it is."""
    times = [float(signed_at)] if signed_at is not None else []
    if b"date" in names:
        times += [made for field in present if field.name == b"date" if (made := _time(field.value)) is not None]
    if not times:
        raise Doubtful("it says nothing of when it was made")
    if max(times) < now - AGE_SECONDS_MAX:
        raise Doubtful(f"it was made more than {AGE_SECONDS_MAX // 86_400} days ago: anybody may have kept the mail")


def _fits(there: dict[bytes, Field], names: Collection[bytes], beginning: bytes) -> bool:
    kind = _structured(there, b"content-type")
    if kind.value.startswith("multipart/"):
        return _begins_with(kind.get("boundary").encode("utf-8", "replace"), beginning)
    return _is_text(there) and _may_be_a_letter(there, names) and "name" not in kind.parameters


def _begins_with(boundary: bytes, beginning: bytes) -> bool:
    """Whether the first line of the body is that of this boundary: no part of it lies above, or is read otherwise."""
    rest = _unblank(beginning)
    if PREAMBLE.match(rest):
        rest = _unblank(rest.partition(CRLF)[2])
    return bool(boundary) and rest.partition(CRLF)[0].rstrip(b" \t") == b"--" + boundary.rstrip()


def _unblank(text: bytes) -> bytes:
    blank = BLANK.match(text)
    return text[blank.end() :] if blank else text


def _is_text(there: dict[bytes, Field]) -> bool:
    return _structured(there, b"content-type").value in {"", "text/plain", "text/html"}


def _may_be_a_letter(there: dict[bytes, Field], names: Collection[bytes]) -> bool:
    """Whether nothing unsigned says that the text is a file."""
    if b"content-disposition" not in there or b"content-disposition" in names:
        return True
    placed = _structured(there, b"content-disposition")
    named = "filename" in placed.parameters or "name" in _structured(there, b"content-type").parameters
    return placed.value in {"", "inline"} and not named


def _structured(there: dict[bytes, Field], name: bytes) -> Structured:
    value = there[name].value if name in there else b""
    return Structured.parse(value.replace(CRLF, b"").decode("utf-8", "replace"))


def _time(value: bytes) -> float | None:
    """Seconds since 1970; None where nobody can tell."""
    try:
        made = parsedate_to_datetime(value.decode("ascii", "replace"))
        return (made if made.tzinfo else made.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
