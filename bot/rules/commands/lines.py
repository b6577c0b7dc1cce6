"""A line as its writer meant it: freed of what telephones and manners add (lesson L51)."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

LINE_CHARACTERS_MAX = 4000
"""A longer line is no command: not even a reason is so long."""

UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
"""Controls, marks without width, and those that turn the direction of writing."""
TYPOGRAPHY = str.maketrans("‘’‚“”„–—‑", "'''\"\"\"---")
OPENING = "\"'“‘„«(*`~"
CLOSING = ".,;:!?…\"'”’»)*`~"
DASHES = "-–—"
MARKS = OPENING + CLOSING
PICTURES = frozenset({"So", "Sk"})
"""Unicode categories of emoji and of their skin tones."""

BEFORE = frozenset({"please", "pls", "plz", "kindly", "hi", "hello", "hiya"})
THANKS = (
    "thanks very much", "thank you very much", "thanks so much", "thank you so much", "many thanks", "thank you",
    "thankyou", "thanks", "thx", "cheers", "ta",
)  # fmt: skip
CLOSES = (*THANKS, "kind regards", "best regards", "best wishes", "regards", "best", "please", "pls", "plz")
"""What may follow a command without being part of it; after thanks also a name."""
NAME_WORDS_MAX = 2
PHRASE_WORDS_MAX = max(phrase.count(" ") + 1 for phrase in CLOSES)
ENDINGS = (frozenset(CLOSES), *[frozenset(THANKS)] * NAME_WORDS_MAX)
"""Of a line that closes with so many words of a name."""
LAST_WORDS = tuple(frozenset(phrase.rpartition(" ")[2] for phrase in endings) for endings in ENDINGS)
"""One of these ends such a phrase: most lines end in none, and need not be looked at further."""
GREETING_WORDS_MAX = 5
GREETING = re.compile(
    r"(?:hi|hello|hiya|dear|good (?:morning|afternoon|evening))(?: \S+){0,3}|(?:morning|afternoon|evening)(?: \S+)?"
)


@dataclass(frozen=True)
class Line:
    """One line, in words."""

    said: str
    """As it was written, on one line and visible."""
    words: tuple[str, ...]
    """Without the manners at both ends and the closing marks."""
    written: tuple[str, ...]
    """The same words, with all that was written after them."""

    @property
    def command(self) -> str:
        """The word by which a command is known; a closing mark makes it another (`No. 2` is a number)."""
        return self.words[0].strip(OPENING + ",!").translate(TYPOGRAPHY).casefold() if self.words else ""


def tidy(text: str) -> str:
    """On one line, with ordinary spaces and nothing that does not show."""
    return " ".join(UNSEEN.sub("", text).split())


def plain(words: Iterable[str]) -> str:
    """The words as they are compared: in lower case, without marks around them."""
    return " ".join(map(_compared, words))


def _compared(word: str) -> str:
    plainly = word if word.isascii() else word.translate(TYPOGRAPHY)
    return plainly.casefold().strip(MARKS)


def bare(word: str) -> str:
    """The word without marks around it, otherwise as written."""
    return word.strip(MARKS)


def read(text: str) -> Line:
    """The line in words; without any where it is blank, quoted or longer than any command."""
    said = tidy(text[: LINE_CHARACTERS_MAX + 1])
    if not said or said.startswith(">") or len(text) > LINE_CHARACTERS_MAX:
        return Line(said, (), ())
    if not said.strip("? "):
        return Line(said, ("?",), ("?",))
    words = said.lstrip(OPENING + " ").split()
    while len(words) > 1 and plain(words[:1]) in BEFORE:
        words = words[1:]
    return Line(said, tuple(_without_manners(words)), tuple(words))


def joined(line: Line, following: Iterable[str]) -> Line:
    """The line with those that follow it, said as it was itself."""
    return replace(read(" ".join([line.said, *following])), said=line.said)


def is_greeting(text: str) -> bool:
    """Whether a line does nothing but greet: it is passed over, neither a command nor the end of them."""
    words = tidy(text[:LINE_CHARACTERS_MAX]).split()
    return len(words) <= GREETING_WORDS_MAX and GREETING.fullmatch(plain(words)) is not None


def is_closing(text: str) -> bool:
    """Whether a line ends what is said: thanks, regards, `--` (lesson L47)."""
    said = tidy(text[:LINE_CHARACTERS_MAX])
    return said.startswith("--") or (bool(said) and not _without_manners(said.split()))


def _without_manners(words: list[str]) -> list[str]:
    while True:
        closed = _closed(words)
        kept = _without_closing_phrase(closed)
        if kept == words:
            return words
        words = kept


def _closed(words: list[str]) -> list[str]:
    """Without marks, lone dashes and pictures at the end."""
    while words:
        last = words[-1].rstrip(CLOSING) if words[-1].strip(DASHES) else ""
        if last and unicodedata.category(last[-1]) in PICTURES:
            last = last[:-1]
        if last == words[-1]:
            break
        words = [*words[:-1], last] if last else words[:-1]
    return words


def _without_closing_phrase(words: list[str]) -> list[str]:
    for names, endings in enumerate(ENDINGS):
        end = len(words) - names
        if end <= 0 or (names and not words[end][:1].isupper()):
            break
        if _compared(words[end - 1]) not in LAST_WORDS[names]:
            continue
        for length in range(min(PHRASE_WORDS_MAX, end), 0, -1):  # the longest, for some end with others
            if plain(words[end - length : end]) in endings:
                return words[: end - length]
    return words
