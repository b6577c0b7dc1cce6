"""Values are set aside while the words around them are read as Markdown, and put back as literal text afterwards.

So a file name, comment or reason can never become markup, a mention, a link, a header or a further line (docs/rules.md, «Duties»).
"""

import re
import unicodedata

FIRST_HOLDER = 0xF0000
"""Each value is held by one character of the supplementary private-use planes, to which Markdown gives no meaning."""
HOLDER = re.compile("[\U000f0000-\U0010ffff]")
LINE_BREAKS = re.compile("[\t-\r\x1c-\x1e\x85\u2028\u2029]+")
JOINERS = "\u200c\u200d"
"""Without width, yet part of the spelling of words and of emoji."""
NEVER_SHOWN = frozenset({"Cc", "Cf", "Cs"})
"""Controls, marks without width or that turn the direction of writing (lesson L34), and halves of characters."""


class Values:
    """The values of one letter."""

    def __init__(self) -> None:
        self._held: dict[str, str] = {}

    def set_aside(self, value: object) -> str:
        """The character that stands for this value until it is put back."""
        holder = chr(FIRST_HOLDER + len(self._held))
        self._held[holder] = plain(str(value))
        return holder

    def put_back(self, text: str) -> str:
        """The same text with every value in its place. Values are not looked into."""
        return HOLDER.sub(self._value, text)

    def _value(self, holder: re.Match[str]) -> str:
        return self._held[holder[0]]


def plain(text: str) -> str:
    """The text on one line, with U+FFFD for whatever would not show or would disguise what follows."""
    if text.isprintable():
        return text
    return "".join(map(_shown, LINE_BREAKS.sub(" ", text)))


def _shown(character: str) -> str:
    hidden = unicodedata.category(character) in NEVER_SHOWN and character not in JOINERS
    return "\N{REPLACEMENT CHARACTER}" if hidden else character
