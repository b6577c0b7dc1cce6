"""A `Dns` without packets, for what is asked by the hundred."""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.mail.trust.dns import DnsTrouble


class Zone:
    """A `Dns` that knows what a scenario says, and no more."""

    def __init__(self, zone: Mapping[str, Sequence[Any]]) -> None:
        self.asked = 0
        self._zone = {name.lower().rstrip("."): records for name, records in zone.items()}

    async def txt(self, name: str) -> tuple[bytes, ...]:
        self.asked += 1
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
