"""What was answered, by key, and whether it will do: judged by the same settings that every command reads."""

import json
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bot.settings import Misconfigured, load
from bot.settings.mistakes import spelt, unknown
from bot.settings.reading import PREFIX, SEPARATOR
from bot.settings.tables import Loc, field_at, is_list, is_written_elsewhere, takes_text

Answers = Mapping[Loc, str]
"""By the place of its key, the text that was typed."""


class Unfit(Exception):
    """What was answered will not do: says what would."""


def located(key: str) -> Loc:
    """The place of a key such as `email.smtp.port`. Raises `Unfit` where there is none that these files may hold."""
    loc: Loc = tuple(key.strip().split("."))
    if field_at(loc) is None:
        raise Unfit(f"{key}: {unknown(loc)}")
    if is_written_elsewhere(loc):
        raise Unfit(
            f"{key}: a secret is not written into the configuration; set {key}_file, and write it into that file"
        )
    return loc


def value(loc: Loc, text: str) -> object:
    """What stands in the file for it: several values may be typed with commas between."""
    field = field_at(loc)
    if field is not None and is_list(field.annotation) and not text.startswith("["):
        return [part for part in text.replace(",", " ").split() if part]
    if takes_text(loc):
        return text
    for read in (json.loads, lambda written: tomllib.loads(f"value = {written}")["value"]):
        with suppress(ValueError):
            return read(text)
    return text


def judged(shipped: Path, answers: Answers, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every key at fault once the shipped configuration is changed by these answers, and what would be right."""
    typed = {_variable(loc): _text(value(loc, text)) for loc, text in answers.items()}
    try:
        load(shipped, {**environ, **typed})
    except Misconfigured as fault:
        return [(problem.key, problem.right) for problem in fault.problems]
    return []


def fit(loc: Loc, shipped: Path, answers: Answers, environ: Mapping[str, str]) -> None:
    """Whether the answer to this one key will do beside the others. Raises `Unfit`."""
    faults = judged(shipped, answers, environ)
    own = [right for key, right in faults if key.partition("[")[0] == spelt(loc)]
    others = {loc_: text for loc_, text in answers.items() if loc_ != loc}
    known = judged(shipped, others, environ) if faults and not own else []
    if why := own or [f"{key}: {right}" for key, right in faults if (key, right) not in known]:
        raise Unfit(why[0])


def _variable(loc: Loc) -> str:
    return PREFIX + SEPARATOR.join(map(str, loc)).upper()


def _text(typed: object) -> str:
    return typed if isinstance(typed, str) else json.dumps(typed)
