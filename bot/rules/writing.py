"""How people and computers write names: separators, marks of a copy, characters that look like others or like nothing."""

import re
import unicodedata
from dataclasses import dataclass

from bot.rules.convention import WHITE

SEPARATOR = rf"[{WHITE}_.\-\u2010-\u2015\u2212]"
"""One separator: white space, an underscore, a dot, a hyphen or a dash."""
EDGES = re.compile(rf"^{SEPARATOR}+|{SEPARATOR}+$")
SEPARATORS = re.compile(rf"{SEPARATOR}+")
COPY = rf"copy(?:[{WHITE}]*\([0-9]{{1,3}}\))?"
COPY_BEFORE = re.compile(rf"^{SEPARATOR}*({COPY}{SEPARATOR}+of){SEPARATOR}+", re.IGNORECASE)
COPY_AFTER = re.compile(rf"(?:{SEPARATOR}+({COPY})|[{WHITE}]*(\([0-9]{{1,3}}\))){SEPARATOR}*$", re.IGNORECASE)
"""The marks of a copy: `copy of`, `- copy`, `copy (2) of`, ` (1)` (docs/rules.md, «A correction is sure»)."""
COPY_GUESSED = re.compile(
    rf"{SEPARATOR}+(copy{SEPARATOR}*[0-9]{{1,3}}|\((?:another |[0-9]{{1,3}}(?:st|nd|rd|th) )?copy\))$", re.IGNORECASE
)
"""What may be the mark of a copy, though the list of sure steps lacks it."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Unicode categories of characters that hide what a name says, such as one that turns the direction of reading."""


@dataclass(frozen=True)
class Guess:
    """What a part of a name may have been meant to be, and whether only sure steps led to it."""

    value: str
    sure: bool


def trimmed(text: str) -> str:
    """The text without separators round it."""
    return EDGES.sub("", EDGES.sub("", text))


def uncopied(stem: str) -> tuple[str, tuple[str, ...]]:
    """The name without the marks of a copy, however often it was copied, and those marks."""
    marks: list[str] = []
    while match := COPY_BEFORE.search(stem) or COPY_AFTER.search(stem):
        marks += [mark for mark in match.groups() if mark]
        stem = stem[: match.start()] + stem[match.end() :]
    return stem, tuple(marks)


def first_unseen(text: str) -> str:
    """The first character that cannot be seen, if there is one; white space is none of these."""
    return next((character for character in text if is_unseen(character)), "")


def is_unseen(character: str) -> bool:
    """Whether this character cannot be seen."""
    return character not in WHITE and unicodedata.category(character) in UNSEEN


def seen(text: str) -> str:
    """The text without characters that cannot be seen."""
    return "".join(character for character in text if not is_unseen(character))


def folded(text: str) -> str:
    """The text in plain letters and digits, where other characters only look different: `é`, `Ｓ`, `٣`."""
    return "".join(_folded(character) for character in text)


def first_unusual(text: str) -> str:
    """The first character that is neither ASCII nor a separator, if there is one."""
    return next((one for one in text if not one.isascii() and not SEPARATORS.fullmatch(one)), "")


def _folded(character: str) -> str:
    if character.isascii() or SEPARATORS.fullmatch(character):
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    parts = unicodedata.normalize("NFKD", character)
    return "".join(part for part in parts if not unicodedata.category(part).startswith("M"))


def described(text: str) -> Guess | None:
    """The description that the text stands for: lower-cased and joined. Dropping other characters is no sure step."""
    joined = SEPARATORS.sub("", text)
    about = "".join(character for character in joined if unicodedata.category(character)[0] not in "PSMC")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", about):
        return None
    return Guess(about.lower(), sure=about == joined)
