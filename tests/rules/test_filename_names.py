"""What is made of names as they are really given: the table `names.toml`."""

import tomllib
from pathlib import Path
from typing import NotRequired, TypedDict, cast

import pytest

from bot.rules.filename import judge
from tests.rules.filename_cases import OWN, TODAY, UNKNOWN, convention

TABLE = Path(__file__).parent / "names.toml"


class Row(TypedDict):
    """One name of the table."""

    given: str
    schools: NotRequired[list[str]]
    valid: NotRequired[bool]
    meant: NotRequired[str]
    choices: NotRequired[list[str]]
    refused: NotRequired[bool]
    faults: NotRequired[list[str]]


ROWS = cast("list[Row]", tomllib.loads(TABLE.read_text(encoding="utf-8"))["names"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: ascii(row["given"]))
def test_a_name_is_judged_as_the_table_says(row: Row) -> None:
    schools = row.get("schools", [OWN])
    verdict = judge(row["given"], convention(*schools) if schools else UNKNOWN, TODAY)
    assert (verdict.name is not None) == row.get("valid", False)
    assert verdict.meant == row.get("meant")
    assert list(verdict.choices) == row.get("choices", [])
    assert verdict.refused == row.get("refused", False)
    assert [finding.fault.value for finding in verdict.faults] == row.get("faults", [])
