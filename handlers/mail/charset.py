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


def decoder(name: str) -> codecs.IncrementalDecoder:
    """A strict decoder for the character set meant by this name. LookupError: there is none."""
    name = name.strip().lower()[:40]
    module = encodings.normalize_encoding(MEANT.get(name, name))
    if module not in KNOWN or aliases.get(module) in NOT_OF_MAIL:
        raise LookupError(name)
    return codecs.getincrementaldecoder(module)("strict")
