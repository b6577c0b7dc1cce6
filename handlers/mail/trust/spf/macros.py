"""What a domain may leave open in its SPF record, to be filled in for each mail: macros (RFC 7208, section 7). Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

NAME_CHARACTERS_MAX = 253
"""RFC 7208, section 7.3: a longer name loses labels on the left."""

MACRO = re.compile(r"%(?:(?P<sign>[%_-])|\{(?P<letter>[A-Za-z])(?P<keep>[0-9]*)(?P<reverse>[rR]?)(?P<at>[.+,/_=-]*)\})")
WRITTEN_CHARACTERS_MAX = 1000
"""Of a name as it stands in the record: what macros make of it cannot cost much more."""
KEEP_DIGITS_MAX = 3
"""No name has as many parts as a longer number says: all of them are kept then."""
LITERAL = re.compile(r"[!-$&-~]+")
"""Whatever can be seen in ASCII, save %."""
SIGNS = {"%": "%", "_": " ", "-": "%20"}
LETTERS = frozenset("slodiphv")
"""Those that mean something in a record; c, r and t are for explanations, which nobody reads here."""
EXPLAINING = frozenset("crt")
LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")


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


def parse(text: str, letters: Collection[str] = LETTERS) -> Template:
    """A macro-string. Raises Malformed."""
    return tuple(piece for piece, _ in _pieces(text, letters))


def name(text: str) -> Template:
    """A domain-spec: it ends in a macro, or in a label that can be a top-level domain (section 7.1). Raises Malformed."""
    if len(text) > WRITTEN_CHARACTERS_MAX:
        raise Malformed("a name longer than any can be")
    pieces = list(_pieces(text, LETTERS))
    last, is_macro = pieces[-1] if pieces else ("", False)
    if isinstance(last, str) and not is_macro:
        _, dot, label = last.removesuffix(".").rpartition(".")
        if not dot or not LABEL.fullmatch(label) or label.isdigit():
            raise Malformed("a name of no domain")
    return tuple(piece for piece, _ in pieces)


def expand(template: Template, values: Mapping[str, str]) -> str:
    """The name that is meant for this mail."""
    text = "".join(piece if isinstance(piece, str) else piece.expand(values) for piece in template)
    if len(text) <= NAME_CHARACTERS_MAX:
        return text
    dot = text.find(".", len(text) - NAME_CHARACTERS_MAX - 1)
    return text[dot + 1 :]


def letters_in(template: Template) -> set[str]:
    """Which values it needs."""
    return {piece.letter for piece in template if isinstance(piece, Macro)}


def _pieces(text: str, letters: Collection[str]) -> Iterator[tuple[str | Macro, bool]]:
    """Each piece, and whether it was written as a macro. Costs no more than the length of the text."""
    at = 0
    while at < len(text):
        if literal := LITERAL.match(text, at):
            yield literal[0], False
            at = literal.end()
        elif macro := MACRO.match(text, at):
            yield _read(macro, letters), True
            at = macro.end()
        else:
            raise Malformed("a macro that is none")


def _read(macro: "re.Match[str]", letters: Collection[str]) -> str | Macro:
    if macro["sign"]:
        return SIGNS[macro["sign"]]
    letter, keep = macro["letter"].lower(), macro["keep"].lstrip("0")
    if letter not in letters or (macro["keep"] and not keep):
        raise Malformed("a macro that is none")
    return Macro(
        letter,
        keep=int(keep) if 0 < len(keep) <= KEEP_DIGITS_MAX else None,
        reverse=bool(macro["reverse"]),
        delimiters=macro["at"] or ".",
        escaped=macro["letter"].isupper(),
    )
