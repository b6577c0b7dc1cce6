"""What each part of a mail is: the letter, a file, or a part of the letter that nobody attached (lessons L36, L38)."""

import re
from collections.abc import Collection
from enum import Enum, auto
from urllib.parse import unquote

from handlers.mail.mime import Part


class Sort(Enum):
    """What a part is, as far as its header tells."""

    LETTER = auto()
    """What the person wrote."""
    FILE = auto()
    """A file, unless it turns out to be a picture in the letter."""
    NEITHER = auto()
    """What programs add: signatures, invitations, delivery reports."""


LETTERS = frozenset({"text/plain", "text/html"})

NEVER_FILES = frozenset({
    "application/pgp-encrypted", "application/pgp-keys", "application/pgp-signature", "application/pkcs7-signature",
    "application/x-mso", "application/x-pkcs7-signature", "message/delivery-status", "message/disposition-notification",
    "message/feedback-report", "message/global-delivery-status", "text/calendar", "text/directory",
    "text/rfc822-headers", "text/vcard", "text/x-vcard",
})  # fmt: skip
"""Content types that programs add of themselves (lesson L36)."""

NEVER_NAMES = re.compile(
    r"smime\.p7s|(signature|OpenPGP_\w+)\.asc|oledata\.mso|.*\.(ics|vcf)"
    r"|ATT[0-9]{5}\.(txt|html?)",  # Exchange: the text that Apple Mail writes between attachments
    re.IGNORECASE | re.DOTALL,
)
"""Names of what programs add of themselves (lesson L36)."""

PICTURE_TYPE = re.compile(r"image/")
PICTURE_NAME = re.compile(r".*\.(bmp|emz|gif|jpe?g|png|svg|webp|wmz)", re.IGNORECASE | re.DOTALL)
PROGRAM_NAMES_IT = re.compile(
    r"(image([-_ ]?[0-9]{1,5})?|Outlook-\w+|ATT[0-9]{5}|~WRD[0-9]+|unnamed|(email)?[-_ ]?(signature|logo))?(\.[a-z]{3,4})?",
    re.IGNORECASE,
)
"""How mail programs name the pictures in a letter; no return is named so."""


def sort(part: Part) -> Sort:
    """What this part is. Where it is not sure, it is a file: then at least its sender hears of it."""
    name, attached = part.name.text, part.disposition.value == "attachment"
    if part.kind.value in NEVER_FILES or NEVER_NAMES.fullmatch(name):
        return Sort.NEITHER
    if part.kind.value in LETTERS:
        return Sort.FILE if attached or _is_named(part) else Sort.LETTER
    spare = not name and not attached and (part.alternative is not None or part.kind.value.startswith("text/"))
    return Sort.NEITHER if spare else Sort.FILE


def in_letter(part: Part, references: Collection[str]) -> bool:
    """Whether this is a picture that belongs to the letter, such as a logo (lesson L38).

    `references` are what the letter's pages refer to. Disposition alone says little: Apple Mail marks real files inline.
    """
    name = part.name.text
    if not PICTURE_TYPE.match(part.kind.value) and not PICTURE_NAME.fullmatch(name):
        return False
    if part.content_id and unquote(part.content_id).lower() in references:
        return True
    placed = part.disposition.value == "inline" or part.content_id or part.related
    return bool(placed and part.disposition.value != "attachment" and PROGRAM_NAMES_IT.fullmatch(name))


def _is_named(part: Part) -> bool:
    """Whether text is a file by its name; the first part is the letter, even where its type names it."""
    if "filename" in part.disposition.parameters:
        return True
    return "name" in part.kind.parameters and (part.number != "1" or part.disposition.value == "inline")
