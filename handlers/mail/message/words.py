"""Encoded words in header fields (RFC 2047), as they really come: badly padded, split in mid-character, in any set."""

import binascii
import re
from itertools import groupby

from handlers.mail.message.charset import decoded

ENCODED_WORD = re.compile(r"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bq])\?([^?]*)\?=", re.IGNORECASE)
BETWEEN_WORDS = re.compile(r"(?<=\?=)\s+(?==\?)")
NEVER_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Control characters, line ends of every kind, and marks that turn the direction of writing."""


def unencoded(value: str) -> str:
    """The value with its encoded words decoded; what cannot be decoded stays as it is. Never raises."""
    if "=?" not in value:
        return value.encode("utf-8", "replace").decode()
    said: list[str] = []
    for charset, pieces in groupby(_pieces(BETWEEN_WORDS.sub("", value)), key=lambda piece: piece[0]):
        # Words that touch are decoded as one: some programs split them in the middle of a character.
        octets = b"".join(octets for _, octets in pieces)
        said.append(decoded(octets, charset or "utf-8"))
    return "".join(said)


def shown(words: str) -> str:
    """Fit for one line of a screen: no control characters, none that turn the direction of writing (lesson L34)."""
    return NEVER_SHOWN.sub("", re.sub(r"[\t\r\n]+", " ", words)).strip()


def _pieces(value: str) -> list[tuple[str | None, bytes]]:
    """Character set (None for plain words, which become UTF-8) and octets, in order."""
    found: list[tuple[str | None, bytes]] = []
    at = 0
    for word in ENCODED_WORD.finditer(value):
        found.append((None, value[at : word.start()].encode("utf-8", "replace")))
        found.append((word[1].lower(), DECODE[word[2].lower()](word[3].encode("utf-8", "replace"))))
        at = word.end()
    found.append((None, value[at:].encode("utf-8", "replace")))
    return [piece for piece in found if piece[1]]


def _b(letters: bytes) -> bytes:
    """Base64 of an encoded word, padded or not, freed of foreign characters."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", letters)
    kept = kept[: len(kept) - (len(kept) % 4 == 1)]  # one letter alone says nothing
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def _q(letters: bytes) -> bytes:
    """The Q encoding: like quoted-printable, with `_` for a space."""
    return binascii.a2b_qp(letters, header=True)


DECODE = {"b": _b, "q": _q}
