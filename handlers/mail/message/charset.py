"""Octets to words, whatever a mail says of its character set: declared sets lie (lesson L39)."""

import codecs
import encodings
from collections.abc import Callable
from encodings.aliases import aliases
from functools import lru_cache

MEANT = {
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "iso-8859-1": "windows-1252",
    "latin-1": "windows-1252",
    "latin1": "windows-1252",
    "iso-8859-8-i": "iso-8859-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "windows-874": "cp874",
}
"""What is meant by a declared name: mail programs write the left and send the right (WHATWG Encoding, section 4.2)."""

NOT_OF_MAIL = {
    "base64_codec",
    "bz2_codec",
    "hex_codec",
    "mbcs",
    "quopri_codec",
    "rot_13",
    "utf_7",
    "uu_codec",
    "zlib_codec",
}
"""Codecs that make no words of octets, and one that hides ASCII from whoever scans for it."""

KNOWN = ({*aliases, *aliases.values(), "cp874", "koi8_u", "utf_8_sig"}) - NOT_OF_MAIL
"""Only these are looked up: Python tries to import, and remembers for good, every name it is asked for."""

BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",  # begins like the next but one
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8-sig",
}
ZEROS_SEEN = 4096
"""Octets in which zeros are counted: half of English in UTF-16."""

TRIED = ("utf-8", "windows-1252", "latin-1")
"""What is tried where the declared set is absent, unknown or wrong (lesson L39)."""
ASCII_ALIKE = frozenset({"", "utf-8", "us-ascii", "iso-8859-1"})
"""What is declared most often, if anything is: of each, octets that are ASCII are just that, as most of what mails say is."""
NAME_MAX = 40
"""Characters of the name of a set; none that is known has more."""
NAMES_MAX = 64
"""Names whose decoders are remembered: more than mails use."""


def decoded(octets: bytes, declared: str = "", *, cut: bool = False) -> str:
    """The words of these octets; never raises. With `cut`, a last character that is incomplete is left out."""
    if octets.isascii() and declared.lower() in ASCII_ALIKE:
        return octets.decode("ascii")
    for name in (declared, *TRIED):
        try:
            return decoder(name).decode(octets, final=not cut)
        except (LookupError, ValueError):
            continue
    return octets.decode("latin-1")


def letter_decoded(octets: bytes, declared: str = "", *, cut: bool = False) -> str:
    """The words of a letter, which may begin with a byte order mark as no header field does; never raises."""
    return decoded(octets, _marked(octets) or _sized(octets, declared), cut=cut)


def _marked(octets: bytes) -> str:
    """The set that a byte order mark says, "" without one: it goes before what is declared (WHATWG Encoding, section 6)."""
    return next((name for mark, name in BYTE_ORDER_MARKS.items() if octets.startswith(mark)), "")


def _sized(octets: bytes, declared: str) -> str:
    """The declared set; of those with two or four octets a character that which the zeros speak for, "" if there are none."""
    name = declared.strip().lower().replace("_", "-")
    if not name.startswith(("utf-16", "utf16", "utf-32", "utf32", "unicode")):
        return declared
    zeros = [octets[at:ZEROS_SEEN:4].count(0) for at in range(4)]
    if "32" in name:
        return "utf-32-le" if zeros[3] > zeros[0] else "utf-32-be" if zeros[0] else ""
    return "utf-16-le" if zeros[1] + zeros[3] > zeros[0] + zeros[2] else "utf-16-be" if any(zeros) else ""


def decoder(name: str) -> codecs.IncrementalDecoder:
    """A strict decoder for the character set meant by this name. LookupError: there is none."""
    return _decoders(name.strip(" \t\"';").lower()[:NAME_MAX])("strict")


@lru_cache(maxsize=NAMES_MAX)
def _decoders(name: str) -> Callable[[str], codecs.IncrementalDecoder]:
    """What makes them. Mails name the same few sets again and again; a name that is none is told as such each time."""
    module = encodings.normalize_encoding(MEANT.get(name, name))
    if module not in KNOWN or aliases.get(module) in NOT_OF_MAIL:
        raise LookupError(name)
    return codecs.getincrementaldecoder(module)
