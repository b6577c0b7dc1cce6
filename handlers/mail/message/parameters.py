"""Parameters of Content-Type and Content-Disposition, and the name of a file, in every form they come in (lessons L32 to L34)."""

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from handlers.mail.message.charset import decoded
from handlers.mail.message.head import Head
from handlers.mail.message.words import unencoded

PARAMETERS_MAX = 200
"""Parameters read from one field; a name in continuations of a few characters each needs many."""
NAME_MAX = 1000
"""Characters of a name; no file system takes a quarter of that."""

NEXT = re.compile(r"[;\s]*([^\s;=\"]+)\s*=\s*")
QUOTED = re.compile(r'"((?:[^"\\]|\\.|"(?!\s*(?:;|\Z|[\w*-]+\s*=)))*)"', re.DOTALL)
"""Up to the quote that ends it: one followed by the next parameter, or by nothing."""
UNQUOTED = re.compile(r'"?((?:[^;]|;(?!\s*(?:\Z|[\w*-]+\s*=)))*)', re.DOTALL)
"""Up to the next parameter, white space and all: mail programs forget the quotes."""
ESCAPED = re.compile(r'\\(["\\])')
"""Other backslashes stand for themselves: a path of Windows."""
SECTION = re.compile(r"([^*]+)(?:\*([0-9]{1,3}))?(\*)?")
"""RFC 2231: `name*`, `name*0`, `name*0*`."""
EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}\s*\Z")
"""A name that ends so was not cut short."""


class Value(NamedTuple):
    """One parameter's value."""

    text: str
    unquoted: bool = False
    """It may be only the beginning."""
    gap: bool = False
    """A section of it is missing."""

    @property
    def cut(self) -> bool:
        """Whether it may have been cut short: what ends like the name of a file was not."""
        return self.gap or (self.unquoted and not EXTENSION.search(self.text))


class Name(NamedTuple):
    """A file's name as sent."""

    text: str = ""
    cut: bool = False
    """It may have been cut short by the mail program (lesson L34)."""


@dataclass(frozen=True)
class Field:
    """A field's value, in lower case, and its parameters by lower-case name."""

    value: str = ""
    parameters: dict[str, Value] = field(default_factory=dict)

    @classmethod
    def parse(cls, raw: str) -> "Field":
        """Whatever can be made of it; the first of several parameters of one name counts. Never raises."""
        value, semicolon, rest = raw.partition(";")
        if not semicolon and "=" in value:  # the semicolon was forgotten
            value, _, rest = value.strip().partition(" ")
        return cls("".join(value.partition("(")[0].split()).lower(), _joined(_given(rest)) if rest else {})

    def get(self, name: str) -> str:
        """A parameter's text, "" where absent."""
        return self.parameters.get(name, Value("")).text


def name_of(head: Head, kind: Field, disposition: Field) -> Name:
    """The file's name: `filename`, else `name`, the first that was not cut; as a last resort the Content-Location."""
    given = [value._replace(text=unencoded(value.text)) for value in _names(kind, disposition)]
    names = [without_path(value.text, cut=value.cut) for value in given]
    names = [name for name in names if name.text]
    whole = (name for name in names if not name.cut)
    return next(whole, None) or next(iter(names), None) or _located(head)


def _names(kind: Field, disposition: Field) -> list[Value]:
    """What may be the name, the most trustworthy first."""
    places = ((disposition, "filename"), (kind, "name"), (kind, "filename"), (disposition, "name"))
    return [place.parameters[name] for place, name in places if name in place.parameters]


def _located(head: Head) -> Name:
    """RFC 2557: where the sender had it, which ends in its name."""
    if (place := head.first("Content-Location")) is None:
        return Name()
    try:
        path = urlsplit("".join(place.split())).path
    except ValueError:
        return Name()
    return without_path(unquote(path), cut=False)


def without_path(text: str, *, cut: bool) -> Name:
    """Line ends and folders removed; what else is wrong with it is for the judge of names."""
    name = re.split(r"[/\\]", text.replace("\r", "").replace("\n", ""))[-1]
    return Name(name[:NAME_MAX], cut or len(name) > NAME_MAX)


def _given(rest: str) -> dict[str, Value]:
    """Parameters as written, RFC 2231's sections still apart."""
    given: dict[str, Value] = {}
    at = 0
    for _ in range(PARAMETERS_MAX):
        if not (name := NEXT.match(rest, at)):
            break
        quoted = QUOTED.match(rest, name.end())
        raw = quoted or UNQUOTED.match(rest, name.end())
        assert raw  # noqa: S101 (UNQUOTED matches the empty string)
        text = ESCAPED.sub(r"\1", raw[1]) if quoted else raw[1].rstrip()
        given.setdefault(name[1].lower(), Value(text, unquoted=not quoted))
        at = raw.end()
    return given


def _joined(given: dict[str, Value]) -> dict[str, Value]:
    """RFC 2231 undone; `filename*` goes before `filename`, which is there for old programs."""
    sections: dict[str, dict[int, tuple[Value, bool]]] = {}
    whole: dict[str, Value] = {}
    extended: dict[str, Value] = {}
    for name, value in given.items():
        match SECTION.fullmatch(name):
            case None:
                continue
            case shape if shape[2]:
                sections.setdefault(shape[1], {}).setdefault(int(shape[2]), (value, bool(shape[3])))
            case shape if shape[3]:
                extended[shape[1]] = Value(_extended([(value.text, True)]))
            case shape:
                whole[shape[1]] = value
    continued = {name: _continued(found) for name, found in sections.items()}
    return whole | continued | extended


def _continued(found: dict[int, tuple[Value, bool]]) -> Value:
    """Sections in the order of their numbers; where one is missing, the name is not whole."""
    numbers = sorted(found)
    text = _extended([(found[number][0].text, found[number][1]) for number in numbers])
    return Value(text, gap=numbers != list(range(len(numbers))))


def _extended(sections: list[tuple[str, bool]]) -> str:
    """Character set and percent escapes undone; a character may be split between sections (lesson L33)."""
    charset, quotes, first = _charset(sections[0])
    rest = [(first, quotes), *sections[1:]]
    said = []
    for encoded, run in groupby(rest, key=lambda section: section[1]):
        text = "".join(part for part, _ in run)
        said.append(decoded(unquote_to_bytes(text), charset) if encoded else text)
    return "".join(said)


def _charset(section: tuple[str, bool]) -> tuple[str, bool, str]:
    """The character set that the first section names, whether it is encoded, and the rest of it."""
    text, encoded = section
    charset, first_quote, rest = text.partition("'")
    _, second_quote, rest = rest.partition("'")
    return (charset, encoded, rest) if encoded and first_quote and second_quote else ("", encoded, text)
