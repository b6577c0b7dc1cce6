"""The configuration that is shipped: it loads, it is Derbyshire's, and its remarks are the manual of every key."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from bot import data
from bot.settings import Settings, load
from bot.settings.kinds import Table
from bot.settings.tables import Loc, is_list, is_named, is_secret, table_within
from handlers.rooms import NotReady, check_built

CONFIG = data.folder("config")
FILES = sorted(CONFIG.glob("*.toml"))
RULES = (Path(__file__).parents[2] / "docs" / "rules.md").read_text("utf-8")
NOT_SET = re.compile(r"^#(?=[a-z\[])", re.MULTILINE)
"""A key or a table that is not set stands after a # without a space."""
IN_PROSE = re.compile(r"^#   (\w+ = .+)$", re.MULTILINE)
"""The keys of `[[services]]` and `[[reasons]]` are explained once, above the first of them."""


@dataclass(frozen=True)
class Explained:
    """A key as the manual has it."""

    loc: Loc
    is_set: bool
    value: object
    remark: str


def manual() -> Iterator[Explained]:
    """Every key in the files, set or not, with the remark above it."""
    for path in FILES:
        table: Loc = ()
        remark: list[str] = []
        before = ""
        for line in path.read_text("utf-8").splitlines():
            bare = NOT_SET.sub("", line)
            if header := re.match(r"\[([\w.]+)\]$", bare):
                table = tuple(header[1].split("."))
            elif key := re.match(r"(\w+) = ", bare):
                value = tomllib.loads(bare)[key[1]] if not bare.endswith("[") else None
                yield Explained((*table, key[1]), bare == line, value, " ".join(remark))
            elif line.startswith("# "):
                remark = [*remark, line[2:]] if before.startswith("# ") else [line[2:]]
            before = line


def keys(model: type[Table] = Settings, at: Loc = ()) -> Iterator[tuple[Loc, FieldInfo]]:
    """Every key that a configuration can have; the tables of lists are explained in another way."""
    for name, field in model.model_fields.items():
        below = table_within(field.annotation)
        if below is None:
            yield (*at, name), field
        elif not is_list(field.annotation):
            yield from keys(below, (*at, name, "main") if is_named(field.annotation) else (*at, name))


MANUAL = {one.loc: one for one in manual() if one.loc[0] not in ("code", "name", "text")}
KEYS = {loc: field for loc, field in keys() if "_file" in str(loc[-1]) or not is_secret(loc)}


def test_the_shipped_configuration_loads_as_it_stands() -> None:
    read = load(CONFIG, {})

    assert (read.authority.number, read.email.smtp.host, read.email.smtp.port) == ("830", "127.0.0.1", 2525)
    assert read.email.trust.submission_networks == ()
    assert read.email.address.endswith(".example")


def test_the_services_and_tags_are_those_of_the_rules() -> None:
    read = load(CONFIG, {})
    rows = re.findall(r"^\| ([A-Z]{2,}) \| (.+?) \|$", RULES, re.MULTILINE)
    tags = re.search(r"for, is no tag\): ([^.]+)\.", RULES)

    assert [(service.code, service.name) for service in read.services] == rows
    assert len(rows) == 27
    assert tags is not None
    assert list(read.tags) == re.split(r",\s+", tags[1])


def test_the_mailboxes_that_the_rules_refuse_are_refused() -> None:
    access = load(CONFIG, {}).access

    assert set(re.findall(r"`([a-z]+)@`", RULES.partition("## Duties")[2])) == set(access.shared_mailboxes)
    assert {"gmail.com", "hotmail.*", "outlook.*", "yahoo.*", "btinternet.com", "proton.me"} <= set(
        access.personal_domains
    )
    assert access.refuse_shared


def test_every_key_is_explained_in_the_files_and_every_key_explained_exists() -> None:
    assert set(MANUAL) == set(KEYS)


@pytest.mark.parametrize("loc", KEYS, ids=".".join)
def test_the_remark_above_a_key_says_its_default_or_that_it_must_be_set(loc: Loc) -> None:
    remark, field = MANUAL[loc].remark, KEYS[loc]

    assert ("Must be set" if field.is_required() else "Default: ") in remark or is_secret(loc)
    if isinstance(field.default, int) and not isinstance(field.default, bool):
        assert re.search(rf"Default: {field.default}\b", remark.replace("_", ""))


@pytest.mark.parametrize("loc", [loc for loc, one in MANUAL.items() if not one.is_set], ids=".".join)
def test_a_key_that_is_not_set_shows_its_default_or_is_called_an_example(loc: Loc) -> None:
    explained = MANUAL[loc]

    assert explained.value == KEYS[loc].default or "or example:" in explained.remark or KEYS[loc].is_required()


@pytest.mark.parametrize("table", ["services", "reasons"])
def test_the_keys_of_a_list_of_tables_are_explained_above_the_first(table: str) -> None:
    before, _, _ = (CONFIG / "services.toml").read_text("utf-8").partition(f"\n[[{table}]]\n")
    remarks = before[before.rindex(f"One [[{table}]]") :]
    (field,) = (field for name, field in Settings.model_fields.items() if name == table)
    below = table_within(field.annotation)
    assert below is not None

    explained = tomllib.loads("\n".join(IN_PROSE.findall(remarks)))
    assert set(explained) == set(below.model_fields)
    assert below.model_validate(explained)


def test_with_every_key_set_the_manual_is_still_a_sound_configuration(tmp_path: Path) -> None:
    for path in FILES:
        (tmp_path / path.name).write_text(NOT_SET.sub("", path.read_text("utf-8")), "utf-8")
    read = load(tmp_path, {})

    assert read.slack is not None
    assert read.teams is not None
    assert read.email.imap["main"].tls == "implicit"
    assert read.email.try_address is not None


def test_nobody_relies_on_a_key_whose_part_this_version_does_not_have(tmp_path: Path) -> None:
    for path in FILES:
        (tmp_path / path.name).write_text(NOT_SET.sub("", path.read_text("utf-8")), "utf-8")
    with pytest.raises(NotReady) as refused:
        check_built(load(tmp_path, {}))

    asked = ("[teams]", "[scanner] clamd")
    assert all(key in str(refused.value) for key in asked), refused.value
