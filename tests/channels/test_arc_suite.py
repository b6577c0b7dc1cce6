"""The public test suite of ARC (tests/channels/arc; scripts/arc_suite.py writes it)."""

import json
import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.channels.signing import NOW, Zone, chain

SUITE = Path(__file__).parent / "arc" / "validation-tests.json"
STRICTER = {
    "ams_fields_c_na": "without c= the simple way counts (RFC 8617, section 4.1.2 by way of RFC 6376, section 3.5)",
    "ams_fields_h_empty": "a signature that leaves out From proves nothing (RFC 6376, section 5.4)",
}
"""Chains that the suite, which is older than RFC 8617, finds whole, and that prove nothing to us."""


def cases() -> Iterator[Any]:
    """Each test of each scenario, with what is published."""
    for scenario in json.loads(SUITE.read_text("utf-8"))["scenarios"]:
        for name, case in scenario["tests"].items():
            yield pytest.param(name, case, scenario["txt-records"], id=name)


@pytest.mark.parametrize(("name", "case", "records"), list(cases()))
async def test_a_chain_is_whole_as_the_suite_says(
    name: str, case: Mapping[str, str], records: Mapping[str, str]
) -> None:
    mail = case["message"].replace("\n", "\r\n").encode()
    published = Zone({place.rstrip("."): record.encode() for place, record in records.items()})
    everybody = re.findall(r"\bd=([^;\s]+)", case["message"])

    sent = (
        parsedate_to_datetime(dated[1]) if (dated := re.search(r"^Date: (.*)", case["message"], re.MULTILINE)) else NOW
    )

    found = await chain(mail, published, *everybody, now=sent)

    assert found.passed == (case["cv"] == "Pass" and name not in STRICTER), found.why
    assert not found.temporary
