"""Every `*.toml` of a folder, and the environment, as one table; where each value came from is kept."""

import json
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.settings.mistakes import Problem, spelt, unknown
from bot.settings.tables import Loc, exists, field_at, is_written_elsewhere, takes_text

PREFIX = "POSTROOM__"
SEPARATOR = "__"

HEADER = re.compile(r"\s*(\[\[?)([\w\s.-]+)\]")
KEY = re.compile(r"\s*([\w.-]+)\s*=")
AT_LINE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")


@dataclass(frozen=True)
class Origin:
    """Where a value was written."""

    where: str
    line: int | None = None


@dataclass
class Source:
    """All that was written, before it is judged."""

    table: dict[str, Any] = field(default_factory=dict)
    origins: dict[Loc, Origin] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: bool = False
    """Whether a file could not be read, so that what seems to be missing may be in it."""

    def origin(self, loc: Loc) -> Origin | None:
        """Where the value at this place was written, or the nearest table around it."""
        places = (self.origins.get(loc[:length]) for length in range(len(loc), 0, -1))
        return next((place for place in places if place), None)

    def value(self, loc: Loc) -> object:
        """What was written at this place; None for nothing."""
        value: Any = self.table
        for part in loc:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value


def read(directory: Path, environ: Mapping[str, str]) -> Source:
    """All that is written in a folder and in the environment, which has the last word."""
    source = Source()
    files = sorted(path for path in directory.glob("*.toml") if not path.name.startswith("."))
    if not files:
        source.problems.append(
            Problem(str(directory), None, "", None, "there is no configuration (*.toml) in this folder")
        )
        source.unread = True
    for path in files:
        _read_file(path, source)
    for name in sorted(environ):
        if name.startswith(PREFIX):
            _read_variable(name, environ[name], source)
    return source


def _read_file(path: Path, source: Source) -> None:
    try:
        text = path.read_text("utf-8-sig")
        table = tomllib.loads(text)
    except OSError as error:
        problem = Problem(path.name, None, "", None, f"the file cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        problem = Problem(path.name, None, "", None, "the file is not UTF-8: save it as UTF-8")
    except tomllib.TOMLDecodeError as error:
        at = AT_LINE.search(str(error))
        line = int(at[1]) if at and at[1] else None
        problem = Problem(path.name, line, "", None, f"this is not TOML: {AT_LINE.sub('', str(error)).strip()}")
    else:
        _File(path.name, _lines(text), source).merge(table, source.table, ())
        return
    source.problems.append(problem)
    source.unread = True


def _lines(text: str) -> dict[Loc, int]:
    """The line on which each key and table stands, as far as it can be told at a glance."""
    lines: dict[Loc, int] = {}
    entries: dict[Loc, int] = {}
    table: Loc = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            table = tuple(part.strip() for part in header[2].split("."))
            if header[1] == "[[":
                lines.setdefault(table, number)
                entries[table] = entries.get(table, -1) + 1
                table = (*table, entries[table])
            lines.setdefault(table, number)
        elif key := KEY.match(line):
            lines.setdefault((*table, *key[1].split(".")), number)
    return lines


@dataclass(frozen=True)
class _File:
    """One file on its way into the whole."""

    name: str
    lines: Mapping[Loc, int]
    source: Source

    def merge(self, table: Mapping[str, Any], into: dict[str, Any], at: Loc) -> None:
        """Add what the file says at this place. The same key in two files is a mistake: neither would be seen to count."""
        for key, value in table.items():
            loc = (*at, key)
            before = self.source.origins.get(loc)
            if isinstance(value, dict) and isinstance(into.get(key, {}), dict):
                self.source.origins.setdefault(loc, self.origin(loc))
                self.merge(value, into.setdefault(key, {}), loc)
            elif before:
                self.refuse(loc, f"this key stands in {before.where} as well: keep one of them")
            elif is_written_elsewhere(loc):
                self.refuse(loc, _elsewhere(loc))
            else:
                into[key] = value
                self.source.origins[loc] = self.origin(loc)
                self.note_entries(value, loc)

    def note_entries(self, value: object, loc: Loc) -> None:
        """Keep where each table of a list stands."""
        for position, entry in enumerate(value if isinstance(value, list) else []):
            if isinstance(entry, dict):
                places = [(*loc, position), *((*loc, position, key) for key in entry)]
                self.source.origins |= {place: self.origin(place) for place in places if place in self.lines}

    def origin(self, loc: Loc) -> Origin:
        """Where this is in the file."""
        return Origin(self.name, self.lines.get(loc))

    def refuse(self, loc: Loc, why: str) -> None:
        """Add a mistake."""
        self.source.problems.append(Problem(self.name, self.lines.get(loc), spelt(loc), None, why))


def _elsewhere(loc: Loc) -> str:
    variable = PREFIX + SEPARATOR.join(map(str, loc)).upper()
    return f"a secret is not written here: name the file that holds it as {loc[-1]}_file, or set {variable}"


def _read_variable(name: str, text: str, source: Source) -> None:
    loc: Loc = tuple(name.removeprefix(PREFIX).lower().split(SEPARATOR))
    here = Origin(f"environment variable {name}")
    into = _table_for(loc, here, source)
    if field_at(loc) is None or into is None:
        known = next((loc[:length] for length in range(1, len(loc)) if not exists(loc[:length])), loc)
        source.problems.append(Problem(here.where, None, spelt(loc), None, unknown(known)))
        return
    into[str(loc[-1])] = text if takes_text(loc) else _typed(text)
    source.origins = {place: origin for place, origin in source.origins.items() if place[: len(loc)] != loc}
    source.origins[loc] = here


def _table_for(loc: Loc, here: Origin, source: Source) -> dict[str, Any] | None:
    """The table that this key belongs in, made where it is missing; None where there can be none."""
    if not all(exists(loc[:length]) for length in range(1, len(loc))):
        return None
    into: Any = source.table
    for length in range(1, len(loc)):
        if not isinstance(into.setdefault(loc[length - 1], {}), dict):
            return None
        into = into[loc[length - 1]]
        source.origins.setdefault(loc[:length], here)
    return into if isinstance(into, dict) else None


def _typed(text: str) -> object:
    """A value as JSON or TOML writes it; text that is neither is left for validation to refuse."""
    with suppress(ValueError):
        return json.loads(text)
    with suppress(tomllib.TOMLDecodeError):
        return tomllib.loads(f"value = {text}")["value"]
    return text
