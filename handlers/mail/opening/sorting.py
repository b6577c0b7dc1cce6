"""What each part of a mail is: the letter, a file, or a part of the letter that nobody attached (lessons L36, L38)."""

import re
from collections.abc import Collection
from enum import Enum, auto
from urllib.parse import unquote

from handlers.mail.message.part import Part
from handlers.mail.opening.hindrances import hindrance


class Sort(Enum):
    """What a part is, as far as its header tells."""

    LETTER = auto()
    """What the person wrote."""
    FILE = auto()
    """A file, unless it turns out to be a picture in the letter."""
    NOTE = auto()
    """A text that a program added: to be looked at only for word of a file that was taken out (lesson L42)."""
    MESSAGE = auto()
    """A whole mail as a file, to be opened (lesson L37)."""
    SIGNED = auto()
    """A mail packed in its signature, or encrypted (lesson L36)."""
    PARCEL = auto()
    """What Outlook packs files in (lesson L35)."""
    HINDERED = auto()
    """What its sender has to send otherwise."""
    NEITHER = auto()
    """What programs add: signatures, invitations, delivery reports, forks of a Macintosh."""


LETTERS = frozenset({"text/plain", "text/html"})

NEVER_FILES = frozenset({
    "application/applefile", "application/pgp-encrypted", "application/pgp-keys", "application/pgp-signature", "application/pkcs7-signature",
    "application/pkix-cert", "application/x-mso", "application/x-pkcs7-certificates", "application/x-pkcs7-signature", "message/delivery-status", "message/disposition-notification",
    "message/feedback-report", "message/global-delivery-status", "text/calendar", "text/directory",
    "text/rfc822-headers", "text/vcard", "text/x-vcard",
})  # fmt: skip
"""Content types that programs add of themselves (lesson L36)."""

NEVER_NAMES = re.compile(
    r"smime\.p7[sc]|(signature|OpenPGP_\w+)\.asc|oledata\.mso|.*\.(ics|vcf)"
    r"|\._.*",  # the resource fork of a Macintosh's file
    re.IGNORECASE | re.DOTALL,
)
"""Names of what programs add of themselves (lesson L36)."""

NOTE_NAMES = re.compile(r"ATT[0-9]{5}\.(txt|html?)", re.IGNORECASE)
"""Exchange names so the text that Apple Mail writes between attachments, and what gateways add."""
PARCEL_TYPES = {"application/ms-tnef", "application/vnd.ms-tnef"}
PARCEL_NAMES = re.compile(r"win(mail)?\.dat", re.IGNORECASE)
MESSAGE_TYPES = {"message/rfc822", "message/global"}
MESSAGE_NAMES = re.compile(r".*\.eml", re.IGNORECASE | re.DOTALL)
SIGNED_TYPES = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
SIGNED_NAMES = re.compile(r"smime\.p7[mz]", re.IGNORECASE)
SIGNED_FILE = re.compile(r".+\.\w{1,5}\.p7m", re.IGNORECASE | re.DOTALL)
"""A single file that somebody signed: no mail."""

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
    if packed := _packed(part):
        return packed
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


def _packed(part: Part) -> Sort | None:
    """What is neither letter nor file, but may hold either or stand for one."""
    kind, name = part.kind.value, part.name.text
    if NOTE_NAMES.fullmatch(name):
        return Sort.NOTE
    if hindrance(part):
        return Sort.HINDERED
    if kind in PARCEL_TYPES or PARCEL_NAMES.fullmatch(name):
        return Sort.PARCEL
    if (kind in SIGNED_TYPES and not SIGNED_FILE.fullmatch(name)) or SIGNED_NAMES.fullmatch(name):
        return Sort.SIGNED
    return Sort.MESSAGE if kind in MESSAGE_TYPES or MESSAGE_NAMES.fullmatch(name) else None


def _is_named(part: Part) -> bool:
    """Whether text is a file by its name; the first part is the letter, even where its type names it."""
    if "filename" in part.disposition.parameters:
        return True
    return "name" in part.kind.parameters and (part.number != "1" or part.disposition.value == "inline")
