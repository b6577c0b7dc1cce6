"""Words that PGP signed in the midst of a letter (RFC 9580, section 7): read as if nothing stood round them (lesson L36)."""

import re

ARMOUR = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:Hash: [^\n]{1,100}\n)*(?:[ \t]*\n)?"
    r"|^-----BEGIN PGP SIGNATURE-----[ \t]*\n(?:[^-\n][^\n]*\n|\n)*-----END PGP SIGNATURE-----[ \t]*$",
    re.MULTILINE,
)
ESCAPED = re.compile(r"^- ", re.MULTILINE)


def unsigned(text: str) -> str:
    """The text without what PGP put round it. The signature is not looked at: nothing is believed for its sake."""
    bare = ARMOUR.sub("", text)
    return text if bare == text else ESCAPED.sub("", bare)
