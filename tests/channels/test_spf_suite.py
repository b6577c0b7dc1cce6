"""SPF against the public test suite of RFC 7208 (tests/channels/spf/LICENSE says whose it is)."""

import json
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from handlers.mail.trust import spf
from tests.channels.zones import Zone

SUITE = json.loads((Path(__file__).parent / "spf" / "rfc7208-tests.json").read_text(encoding="utf-8"))


def cases() -> Iterator[Any]:
    for scenario in SUITE["scenarios"]:
        for name, case in scenario["tests"].items():
            yield pytest.param(scenario["zonedata"], case, id=f"{scenario['description']}: {name}")


@pytest.mark.parametrize(("zone", "case"), list(cases()))
async def test_the_public_suite(zone: dict[str, list[Any]], case: dict[str, Any]) -> None:
    found = await spf.check(Zone(zone), ip_address(case["host"]), helo=case["helo"], mail_from=case["mailfrom"])
    wanted = case["result"]
    assert found.outcome in (wanted if isinstance(wanted, list) else [wanted]), found.why
