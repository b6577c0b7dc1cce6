"""How people name a file: `PR-7K3Q-M2XD`, read as people type it.

Eight characters of Crockford's base 32 (no I, L, O, U), of which the last is a check by the Luhn algorithm modulo 32:
each wrong character and each swap of two neighbours is noticed, save `0Z` for `Z0`, which that algorithm cannot see.
"""

import re
from functools import reduce

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32, in the order of its values."""
BASE = len(ALPHABET)
BITS = 35
"""What a reference holds besides its check: seven characters of five bits."""
PREFIX = "PR"

UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyzOoIiLl", "ABCDEFGHIJKLMNOPQRSTUVWXYZ001111")
"""Either case; O for 0, I and L for 1. Only ASCII: other scripts' letters stand for nothing here."""
DASHES = r"\-\u2010-\u2015\u2212\u00ad"
"""For a set of characters in a pattern."""
SEPARATORS = re.compile(rf"[\s{DASHES}]+")
SYMBOLS = re.compile(rf"[{ALPHABET}]{{8}}")
LETTER = re.compile(r"[A-Za-z]")
IN_TEXT = re.compile(
    rf"(?<![0-9A-Za-z])PR[{DASHES}]?[0-9A-Za-z]{{4}}[{DASHES}\s]?[0-9A-Za-z]{{4}}(?![0-9A-Za-z])", re.IGNORECASE
)
"""In free text the prefix must be there, and only the places where the shown form has a dash may be spaced."""


def make(number: int) -> str:
    """The reference of these 35 bits. Raises ValueError for a number that does not fit."""
    if not 0 <= number < 1 << BITS:
        raise ValueError(f"a reference is made of {BITS} bits")
    values = [number >> shift & (BASE - 1) for shift in range(BITS - 5, -5, -5)]
    return _shown([*values, _check(values)])


def read(text: str) -> str | None:
    """The reference that the whole of this text is, as it is shown; None for anything else, also for a wrong check.

    The prefix may be missing where nothing but a reference looks so: a run of letters alone, or of digits alone, is a
    word or a date.
    """
    joined = SEPARATORS.sub("", text)
    symbols = joined.translate(UPPER)
    if symbols.startswith(PREFIX) and (shown := _proved(symbols.removeprefix(PREFIX))):
        return shown
    return _proved(symbols) if _is_no_word(text.strip(), joined) else None


def find(text: str) -> list[str]:
    """All references in free text such as a subject, as they are shown, each once."""
    found = (read(match.group()) for match in IN_TEXT.finditer(text))
    return list(dict.fromkeys(shown for shown in found if shown))


def has_prefix(text: str) -> bool:
    """Whether the text begins as the shown form does."""
    return text[: len(PREFIX)].upper() == PREFIX


def _is_no_word(text: str, joined: str) -> bool:
    """Whether eight characters without the prefix can be meant as a reference, and not as a word or a date."""
    spaced = text != joined
    return bool(LETTER.search(joined)) and (spaced or not joined.isalpha())


def _proved(symbols: str) -> str | None:
    if not SYMBOLS.fullmatch(symbols):
        return None
    values = [ALPHABET.index(symbol) for symbol in symbols]
    return _shown(values) if _check(values[:-1]) == values[-1] else None


def _check(values: list[int]) -> int:
    """Luhn modulo 32: from the right, every other value is doubled and its two digits in base 32 are added."""
    doubled = (value * 2 // BASE + value * 2 % BASE for value in values[::-2])
    return -reduce(int.__add__, doubled, sum(values[-2::-2])) % BASE


def _shown(values: list[int]) -> str:
    symbols = "".join(ALPHABET[value] for value in values)
    return f"{PREFIX}-{symbols[:4]}-{symbols[4:]}"
