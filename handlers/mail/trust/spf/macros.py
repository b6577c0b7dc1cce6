"""What a domain may leave open in its SPF record, to be filled in for each mail: macros (RFC 7208, section 7). Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

NAME_CHARACTERS_MAX = 253
"""RFC 7208, section 7.3: a longer name loses labels on the left."""

MACRO = re.compile(r"%(?:(?P<sign>[%_-])|\{(?P<letter>[A-Za-z])(?P<keep>[0-9]*)(?P<reverse>[rR]?)(?P<at>[.+,/_=-]*)\})")
LITERAL = re.compile(r"[!-$&-~]+")
"""Whatever can be seen in ASCII, save %."""
SIGNS = {"%": "%", "_": " ", "-": "%20"}
LETTERS = frozenset("slodiphv")
"""Those that mean something in a record; c, r and t are for explanations, which nobody reads here."""
EXPLAINING = frozenset("crt")
LAST = re.compile(
    r".*(?:\.(?:[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9-]*[A-Za-z0-9])\.?|%[%_-]|%\{[^}]*\})"
)
"""How a name ends: in a label that can be a top-level domain, or in a macro (RFC 7208, section 7.1)."""


class Malformed(Exception):
    """The record is not as RFC 7208 has it; the whole of it then counts for nothing (section 4.6)."""


@dataclass(frozen=True)
class Macro:
    """One `%{…}`."""

    letter: str
    """In lower case."""
    keep: int | None = None
    """So many parts from the right; None: all of them."""
    reverse: bool = False
    delimiters: str = "."
    escaped: bool = False
    """As in a URL: the letter was a capital."""

    def expand(self, values: Mapping[str, str]) -> str:
        """What stands in its place."""
        parts = re.split(f"[{re.escape(self.delimiters)}]", values[self.letter])
        if self.reverse:
            parts.reverse()
        text = ".".join(parts[-self.keep :] if self.keep else parts)
        return quote(text, safe="-._~") if self.escaped else text


Template = tuple[str | Macro, ...]
"""Text and macros, in turn."""


def parse(text: str, letters: Iterable[str] = LETTERS) -> Template:
    """A macro-string. Raises Malformed."""
    found: list[str | Macro] = []
    at = 0
    while at < len(text):
        if literal := LITERAL.match(text, at):
            found.append(literal[0])
            at = literal.end()
        elif macro := MACRO.match(text, at):
            found.append(_read(macro, letters))
            at = macro.end()
        else:
            raise Malformed(f"a macro that is none in «{text}»")
    return tuple(found)


def name(text: str) -> Template:
    """A domain-spec. Raises Malformed."""
    if not LAST.fullmatch(text):
        raise Malformed(f"«{text}» is no domain")
    return parse(text)


def expand(template: Template, values: Mapping[str, str]) -> str:
    """The name that is meant for this mail."""
    text = "".join(piece if isinstance(piece, str) else piece.expand(values) for piece in template)
    while len(text) > NAME_CHARACTERS_MAX and "." in text:
        text = text.partition(".")[2]
    return text


def letters_in(template: Template) -> set[str]:
    """Which values it needs."""
    return {piece.letter for piece in template if isinstance(piece, Macro)}


def _read(macro: "re.Match[str]", letters: Iterable[str]) -> str | Macro:
    if macro["sign"]:
        return SIGNS[macro["sign"]]
    letter, keep = macro["letter"].lower(), macro["keep"]
    if letter not in letters or (keep and not int(keep[-3:]) and not keep.strip("0")):
        raise Malformed(f"there is no macro {macro[0]}")
    return Macro(
        letter,
        keep=int(keep) if keep else None,
        reverse=bool(macro["reverse"]),
        delimiters=macro["at"] or ".",
        escaped=macro["letter"].isupper(),
    )
