"""References: how people name a file. `PR-` and eight Crockford base-32 characters, the last a check (Luhn mod 32)."""

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS = 35
"""Seven characters of five bits; the eighth is their check."""
LOOKS_ALIKE = str.maketrans("OIL", "011")
WRITTEN = re.compile(r"(?:PR[-\s]?)?([0-9A-TV-Z]{4})[-\s]?([0-9A-TV-Z]{4})", re.IGNORECASE)
IN_TEXT = re.compile(r"(?<![0-9A-Za-z])PR[-\s]?[0-9A-TV-Z]{4}[-\s]?[0-9A-TV-Z]{4}(?![0-9A-Za-z])", re.IGNORECASE)


def make(number: int) -> str:
    """The reference of these 35 random bits. Raises ValueError for a number outside them."""
    if not 0 <= number < 1 << BITS:
        raise ValueError("a reference has 35 bits")
    body = "".join(ALPHABET[number >> shift & 31] for shift in range(BITS - 5, -1, -5))
    return _shown(body + _check(body))


def read(text: str) -> str | None:
    """The reference that this text is, as it is shown; in either case, with or without `PR-` and dashes.

    None where it is none or its check is wrong. O is read as 0, I and L as 1.
    """
    match = WRITTEN.fullmatch(text.strip())
    if not match:
        return None
    body = (match[1] + match[2]).upper().translate(LOOKS_ALIKE)
    return _shown(body) if _check(body[:-1]) == body[-1] else None


def find(text: str) -> list[str]:
    """Every reference in a text, each once, as it is shown. Here `PR` is needed: other words have eight letters, too."""
    found = (read(match[0]) for match in IN_TEXT.finditer(text))
    return list(dict.fromkeys(reference for reference in found if reference))


def _shown(body: str) -> str:
    return f"PR-{body[:4]}-{body[4:]}"


def _check(body: str) -> str:
    """Luhn mod 32: from the right every second value is doubled, and its two base-32 digits are added."""
    total = 0
    for place, character in enumerate(reversed(body)):
        doubled = ALPHABET.index(character) * (2 if place % 2 == 0 else 1)
        total += doubled // 32 + doubled % 32
    return ALPHABET[-total % 32]
