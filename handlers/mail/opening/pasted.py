"""Files and ciphers that stand in the midst of a letter's text, as programs of old write them: uuencode, yEnc, armoured PGP."""

import re

BEGINS = re.compile(
    r"^(?:begin(?:-base64)? [0-7]{3,4} (?P<uu>[^\n]{1,300})\n(?=[ -`\n]|[A-Za-z0-9+/=])"
    r"|=ybegin (?:[^\n]{0,200} )?name=(?P<yenc>[^\n]{1,300})\n"
    r"|(?P<pgp>-----BEGIN PGP MESSAGE-----)\s*\n)",
    re.MULTILINE,
)
ENDS = {"uu": re.compile(r"^(?:end|====)[ \t]*$", re.MULTILINE), "yenc": re.compile(r"^=yend\b.*$", re.MULTILINE),
        "pgp": re.compile(r"^-----END PGP MESSAGE-----[ \t]*$", re.MULTILINE)}  # fmt: skip
FAULTS = {"uu": "uuencoded", "yenc": "uuencoded", "pgp": "encrypted-pgp"}
PASTED_MAX = 20
"""Of one letter."""


def pasted(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The text without them, and for each its name, where it has one, and the name of its fault."""
    said: list[str] = []
    found: list[tuple[str, str]] = []
    at = 0
    while len(found) < PASTED_MAX and (begin := BEGINS.search(text, at)):
        kind = begin.lastgroup or "uu"
        end = ENDS[kind].search(text, begin.end())
        said.append(text[at : begin.start()])
        found.append(("" if kind == "pgp" else begin[kind].strip(), FAULTS[kind]))
        at = end.end() if end else len(text)
    return "".join([*said, text[at:]]).strip(), found
