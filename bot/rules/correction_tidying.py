"""The name freed of what computers and keyboards put into it: marks of a copy, second extensions, unseen and odd characters."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

from bot.rules.correction_reading import LIKELY, SURE, Reading, finding
from bot.rules.filename_shape import Convention, Fault, Finding

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Categories of characters that do not show, or that turn the direction of reading (lesson L34)."""
SEPARATING = frozenset({"Zs", "Zl", "Zp", "Pd", "Pc"})
"""Categories of white space, of hyphens and dashes, and of underscores."""
ALSO_SEPARATING = ".\N{MINUS SIGN}"

GAP = r"[\s_]*"
DASH = "[-‐‑‒–—]"
COUNT = r"\([0-9]{1,3}\)"
COPIES_MAX = 5
"""So often a copy of a copy is followed back."""
COPY_OF = re.compile(rf"{GAP}copy{GAP}(?:{COUNT}{GAP})?of[\s_-]+", re.IGNORECASE)
"""`copy of`, `copy (2) of`."""
A_COPY = re.compile(rf"(?<![\s_]){GAP}(?:{DASH}{GAP}copy|{COUNT}){GAP}$", re.IGNORECASE)
"""`- copy`, ` (1)`."""
PERHAPS_A_COPY = re.compile(
    rf"(?<=[0-9])[\s_]{GAP}(?:copy{GAP}[0-9]{{0,3}}|\([a-z0-9 ]{{0,20}}copy[0-9 ]{{0,4}}\))$", re.IGNORECASE
)
"""What other systems write: ` copy 2`, ` (another copy)`. Not listed, hence not sure."""


def tidied(stem: str, by: Convention) -> Reading:
    """The name before its extension in ASCII letters, digits and separators alone."""
    seen = _seen(stem)
    single = _single(seen.rest, by)
    marked = _unmarked(single.rest)
    plain = _plain(marked.rest)
    steps = (seen, single, marked, plain)
    found = tuple(one for step in steps for one in step.findings)
    return Reading("", plain.rest, max(step.doubt for step in steps), found)


def _seen(stem: str) -> Reading:
    """Without the characters that cannot be seen."""
    unseen = dict.fromkeys(one for one in stem if unicodedata.category(one) in UNSEEN)
    if not unseen:
        return Reading("", stem)
    shown = "".join(" " if one.isspace() else "" if one in unseen else one for one in stem)
    codes = ", ".join(f"U+{ord(one):04X}" for one in unseen)
    return Reading("", shown, LIKELY, finding(Fault.UNSEEN_CHARACTER, codes))


def _single(stem: str, by: Convention) -> Reading:
    """Without a second extension before the last."""
    before, dot, extension = stem.rpartition(".")
    if not dot or extension.rstrip().lower() not in by.extensions:
        return Reading("", stem)
    return Reading("", before, LIKELY, finding(Fault.EXTENSION_TWICE, f".{extension}"))


def _unmarked(stem: str) -> Reading:
    """Without the marks of a copy, however often it was copied."""
    begin, doubt = 0, SURE
    while match := COPY_OF.match(stem, begin):
        begin = match.end()
    rest = stem[begin:]
    for _ in range(COPIES_MAX):
        rest = A_COPY.sub("", rest)
    if match := PERHAPS_A_COPY.search(rest):
        rest, doubt = rest[: match.start()], LIKELY
    marks = (stem[:begin].strip(" _"), stem[begin + len(rest) :].strip(" _"))
    return Reading("", rest, doubt, tuple(Finding(Fault.COPY_MARK, mark) for mark in marks if mark))


def _plain(stem: str) -> Reading:
    """In ASCII letters and digits: others are turned into them where that is plain, and else left out."""
    runs = ("".join(run) for plain, run in groupby(stem, _is_plain) if not plain)
    odd = " ".join(dict.fromkeys(runs))
    if not odd:
        return Reading("", stem)
    text = "".join(one if _is_plain(one) else "".join(_in_ascii(one)) for one in stem)
    return Reading("", text, LIKELY, finding(Fault.DESCRIPTION_CHARACTERS, odd))


def _is_plain(character: str) -> bool:
    return (character.isascii() and character.isalnum()) or separates(character)


def separates(character: str) -> bool:
    """Whether this is white space, a hyphen or dash, an underscore or a dot."""
    return unicodedata.category(character) in SEPARATING or character in ALSO_SEPARATING


def _in_ascii(character: str) -> Iterator[str]:
    if (digit := unicodedata.decimal(character, None)) is not None:
        yield str(digit)
        return
    yield from (one for one in unicodedata.normalize("NFKD", character) if one.isascii() and one.isalnum())
