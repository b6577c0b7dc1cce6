"""What is wrong with a configuration, in words that say where it is and what would be right."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic_core import ErrorDetails

from bot.settings.kinds import nearest
from bot.settings.tables import Loc, field_at, is_secret, table_at, table_within

SHOWN_MAX = 80
"""Characters of a value that are shown."""


@dataclass(frozen=True)
class Problem:
    """One mistake."""

    where: str
    """The file, or the environment variable."""
    line: int | None
    """The line in the file, counted from 1, where it could be told."""
    key: str
    """Empty where no key is to blame."""
    found: str | None
    """The value as it was found; None where there is none, or where it might be a secret."""
    right: str
    """What would be right."""

    def __str__(self) -> str:
        place = f"{self.where}, line {self.line}" if self.line else self.where
        subject = f"{self.key} = {self.found}" if self.found is not None else self.key
        return ": ".join(part for part in (place, subject, self.right) if part)


class Misconfigured(Exception):
    """The configuration cannot be used: holds every mistake, not just the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"The configuration has {count} mistakes:" if count > 1 else "The configuration has a mistake:"
        return "\n".join([head, *(f"  {problem}" for problem in self.problems)])


PLAIN = {
    "missing": "must be set",
    "int_type": "a whole number, without quotes",
    "bool_type": "true or false, without quotes",
    "string_type": "text in quotes",
    "secret_type": "text",
    "path_type": "a path in quotes",
    "tuple_type": 'a list in square brackets, such as ["one", "two"]',
    "model_type": "a table of keys",
    "mapping_type": "a table of keys",
    "literal_error": "one of {expected}",
    "greater_than_equal": "{ge:,} or more",
    "less_than_equal": "{le:,} or less",
    "value_error": "{error}",
}
"""What would be right, by the kind of error that validation reports."""


def right(error: ErrorDetails) -> str:
    """What would be right in place of what validation refuses."""
    loc = error["loc"]
    if error["type"] == "extra_forbidden":
        return unknown(loc)
    plain = PLAIN.get(error["type"])
    words = plain.format(**error.get("ctx", {})) if plain else error["msg"]
    field = field_at(loc)
    if error["type"] == "missing" and field and field.description:
        return f"{words}. {field.description}"
    if error["type"] == "string_type" and isinstance(error["input"], int) and not is_secret(loc):
        return f'{words}: "{error["input"]}"'
    return words


def meant(loc: Loc) -> Loc | None:
    """Where the value of a key that does not exist was most likely meant to be."""
    table = table_at(loc[:-1])
    best = nearest(str(loc[-1]), list(table.model_fields)) if table else None
    return (*loc[:-1], best) if best else None


def unknown(loc: Loc) -> str:
    """What to say of a key that does not exist."""
    best = meant(loc)
    return f"there is no such key; did you mean {best[-1]}?" if best else "there is no such key"


def spelt(loc: Loc) -> str:
    """A place as it is told: `services[entry 3].code`."""
    key = ""
    for part in loc:
        key += f"[entry {part + 1}]" if isinstance(part, int) else f".{part}" if key else part
    return key


def shown(loc: Loc, value: object) -> str | None:
    """A value as it may be told; None for what might be a secret, and for whole tables."""
    key = loc[: _field_end(loc)]
    field = field_at(key)
    if field is None or table_within(field.annotation) or is_secret(key):
        return None
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = re.sub(r"(://)[^/@]*@", r"\1…@", text)
    return text if len(text) <= SHOWN_MAX else text[: SHOWN_MAX - 1] + "…"


def _field_end(loc: Loc) -> int:
    return max(position for position, part in enumerate(loc, start=1) if isinstance(part, str))
