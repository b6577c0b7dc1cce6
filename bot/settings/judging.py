"""What was written, judged: a `Settings`, or every mistake in it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.settings.checks import clashes
from bot.settings.kinds import Table
from bot.settings.mistakes import Misconfigured, Problem, meant, right, shown, spelt
from bot.settings.reading import Source
from bot.settings.tables import Loc, Settings, is_list, is_named, is_optional, table_within

HOME = {
    "authority.toml": ("authority", "help", "retention", "access", "files"),
    "services.toml": ("tags", "services", "reasons"),
    "channels.toml": ("email", "dns", "slack", "teams", "web"),
    "storage.toml": ("ledger", "vault", "keys", "scanner"),
}
"""Where a table is looked for that stands nowhere."""

STAND_INS: Mapping[str, object] = {
    "name": "-",
    "number": "000",
    "team": "-",
    "email": "help@postroom.example",
    "address": "returns@postroom.example",
    "shared_mailboxes": (),
    "personal_domains": (),
    "extensions": ("pdf",),
    "services": ({"code": "A", "name": "-"},),
    "code": "A",
    "text": "-",
    "host": "localhost",
    "user": "-",
    "client_id": "-",
    "tenant_id": "-",
}
"""What takes the place of a required value that is at fault, so that the sound ones can be held against each other."""


def judge(source: Source, directory: Path) -> Settings:
    """The settings that were written. Raises Misconfigured with every mistake."""
    table = _with_tables(Settings, source.table)
    try:
        settings, errors = Settings.model_validate(table, context=directory), []
    except ValidationError as error:
        errors = [_placed(one) for one in error.errors(include_url=False)]
        faulty = {one["loc"] for one in errors}
        settings = Settings.model_validate(_mended(Settings, table, faulty, ()), context=directory)
    problems = [*source.problems, *_refused(errors, source), *_clashing(settings, errors, source)]
    if problems:
        raise Misconfigured(sorted(problems, key=lambda one: (one.where, one.line or 0)))
    return settings


def _refused(errors: list[ErrorDetails], source: Source) -> Iterator[Problem]:
    """What validation refuses, but nothing that follows from another mistake."""
    misspelt = {meant(error["loc"]) for error in errors if error["type"] == "extra_forbidden"}
    for error in errors:
        loc = error["loc"]
        missing = error["type"] == "missing"
        implied = any(loc[:length] in misspelt for length in range(1, len(loc) + 1))
        if missing and (source.unread or implied):
            continue
        yield _problem(loc, right(error), source)


def _clashing(settings: Settings, errors: list[ErrorDetails], source: Source) -> Iterator[Problem]:
    """Sound values that cannot stand together; nothing is said of one that is at fault by itself, or may be unread."""
    faulty = {error["loc"] for error in errors}
    for clash in clashes(settings):
        at_fault = any(_is_part(key, fault) for key in clash.keys for fault in faulty)
        unread = source.unread and any(source.value(key) is None for key in clash.keys)
        if not at_fault and not unread:
            yield _problem(clash.keys[0], clash.right, source)


def _problem(loc: Loc, words: str, source: Source) -> Problem:
    origin = source.origin(loc)
    where = origin.where if origin else next((file for file, tables in HOME.items() if loc[0] in tables), "")
    value = source.value(loc)
    found = shown(loc, value) if value is not None else None
    return Problem(where, origin.line if origin else None, spelt(loc), found, words)


def _is_part(loc: Loc, whole: Loc) -> bool:
    return loc[: len(whole)] == whole or whole[: len(loc)] == loc


def _placed(error: ErrorDetails) -> ErrorDetails:
    """The error at the key that it is about: a name that is refused is reported with a mark of its own after it."""
    if error["loc"][-1] == "[key]":
        error["loc"] = error["loc"][:-1]
    return error


def _with_tables(model: type[Table], table: Mapping[str, Any]) -> dict[str, Any]:
    """The same, with each table that was left out empty, so that whatever is missing in it is told by its key."""
    whole = dict(table)
    for name, field in model.model_fields.items():
        below = table_within(field.annotation)
        plain = below and not (is_list(field.annotation) or is_named(field.annotation) or is_optional(field.annotation))
        if below and plain and isinstance(whole.setdefault(name, {}), dict):
            whole[name] = _with_tables(below, whole[name])
    return whole


def _mended(model: type[Table], table: object, faulty: set[Loc], at: Loc) -> dict[str, Any]:
    """The table without what is at fault in it, and with a stand-in for whatever it cannot be without."""
    given = table if isinstance(table, dict) else {}
    mended: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        loc = (*at, name)
        value = given.get(name)
        below = table_within(field.annotation)
        if below and isinstance(value, list) and value and is_list(field.annotation):
            mended[name] = [_mended(below, entry, faulty, (*loc, number)) for number, entry in enumerate(value)]
        elif below and isinstance(value, dict) and is_named(field.annotation):
            sound = {key: entry for key, entry in value.items() if (*loc, key) not in faulty}
            mended[name] = {key: _mended(below, entry, faulty, (*loc, key)) for key, entry in sound.items()}
        elif below and name in given and not (is_list(field.annotation) or is_named(field.annotation)):
            mended[name] = _mended(below, value, faulty, loc)
        elif name in given and not any(fault[: len(loc)] == loc for fault in faulty):
            mended[name] = value
        elif field.is_required():
            mended[name] = STAND_INS[name]
    return mended
