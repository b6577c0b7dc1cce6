"""Octets to words, whatever a mail says of its character set: declared sets lie (lesson L39)."""

import codecs
import encodings
from encodings.aliases import aliases

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


def decoded(octets: bytes, declared: str = "", *, cut: bool = False) -> str:
    """The words of these octets; never raises. With `cut`, a last character that is incomplete is left out."""
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
    name = name.strip(" \t\"';").lower()[:40]
    module = encodings.normalize_encoding(MEANT.get(name, name))
    if module not in KNOWN or aliases.get(module) in NOT_OF_MAIL:
        raise LookupError(name)
    return codecs.getincrementaldecoder(module)("strict")
