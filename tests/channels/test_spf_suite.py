"""SPF against the public test suite of RFC 7208 (tests/channels/spf/LICENSE says whose it is)."""

import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.mail.trust import spf
from handlers.mail.trust.dns import DnsTrouble

SUITE = json.loads((Path(__file__).parent / "spf" / "rfc7208-tests.json").read_text(encoding="utf-8"))


class Zone:
    """A `Dns` that knows what a scenario says, and no more."""

    def __init__(self, zone: dict[str, list[Any]]) -> None:
        self._zone = {name.lower().rstrip("."): records for name, records in zone.items()}

    async def txt(self, name: str) -> tuple[bytes, ...]:
        found = self._of(name, "TXT")
        return tuple("".join(one).encode() if isinstance(one, list) else one.encode() for one in found)

    async def addresses(self, name: str, *, v6: bool) -> tuple[str, ...]:
        return tuple(self._of(name, "AAAA" if v6 else "A"))

    async def exchangers(self, name: str) -> tuple[str, ...]:
        return tuple(host for _, host in sorted(self._of(name, "MX")) if host)

    async def names(self, address: str) -> tuple[str, ...]:
        return tuple(self._of(ipaddress.ip_address(address).reverse_pointer, "PTR"))

    def _of(self, name: str, kind: str, hops: int = 0) -> list[Any]:
        records = self._zone.get(name.lower().rstrip("."), [])
        own = [one for one in records if isinstance(one, dict)]
        if aliases := [one["CNAME"] for one in own if "CNAME" in one]:
            return self._of(aliases[0], kind, hops + 1) if hops < 10 else []
        found = [one[kind] for one in own if kind in one]
        if kind == "TXT" and not found:  # the suite says SPF for a TXT record that it leaves out
            found = [one["SPF"] for one in own if "SPF" in one]
        there = [one for one in found if one != "NONE"]
        if "TIMEOUT" in there or ("TIMEOUT" in records and not there):
            raise DnsTrouble(name)
        return there


def cases() -> Iterator[Any]:
    for scenario in SUITE["scenarios"]:
        for name, case in scenario["tests"].items():
            yield pytest.param(scenario["zonedata"], case, id=f"{scenario['description']}: {name}")


@pytest.mark.parametrize(("zone", "case"), list(cases()))
async def test_the_public_suite(zone: dict[str, list[Any]], case: dict[str, Any]) -> None:
    found = await spf.check(Zone(zone), case["host"], helo=case["helo"], mail_from=case["mailfrom"])
    wanted = case["result"]
    assert found.outcome in (wanted if isinstance(wanted, list) else [wanted]), found.why
