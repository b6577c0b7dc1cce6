"""SPF beyond the public suite: macros as RFC 7208 shows them, the limits, and records that prove nothing."""

from contextlib import suppress
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.trust import spf
from handlers.mail.trust.spf import Outcome
from handlers.mail.trust.spf.macros import Malformed, expand, parse
from handlers.mail.trust.spf.record import read
from tests.channels.zones import Zone
from tests.measuring import no_more_work_than

V4 = {
    "s": "strong-bad@email.example.com", "l": "strong-bad", "o": "email.example.com", "d": "email.example.com",
    "i": "192.0.2.3", "v": "in-addr", "h": "mx.example.com", "p": "mx.example.org",
}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "meant"),
    [  # RFC 7208, section 7.4
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ("%%%_%-", "% %20"),
        ("%{S}", "strong-bad%40email.example.com"),
    ],
)
def test_macros_are_expanded_as_the_standard_shows(said: str, meant: str) -> None:
    assert expand(parse(said), V4) == meant


@pytest.mark.parametrize("said", ["%", "%{", "%{d", "%{x}", "%{d0}", "%{d00}", "%d", "%{dr2}", "a b", "é", "%{c}"])
def test_a_macro_that_is_none_spoils_the_record(said: str) -> None:
    with pytest.raises(Malformed):
        parse(said)


@given(st.text(alphabet="%{}sldi0123456789r.-+,/_= aA:", max_size=60))
def test_no_macro_string_fails_otherwise_or_grows_beyond_a_name(said: str) -> None:
    try:
        template = parse(said)
    except Malformed:
        return
    assert len(expand(template, V4).partition(".")[0]) <= 4096
    assert len(expand(template, V4)) <= 253 or "." not in expand(template, V4)


@given(st.binary(max_size=200))
def test_no_record_is_anything_but_read_or_malformed(octets: bytes) -> None:
    with suppress(Malformed):
        read(b"v=spf1 " + octets)


async def judged(zone: dict[str, list[object]], peer: str = "203.0.113.5") -> spf.Spf:
    return await spf.check(Zone(zone), ip_address(peer), helo="mx.example", mail_from="jo@school.example")


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 +all", "v=spf1 all", "v=spf1 ip4:0.0.0.0/0 -all", "v=spf1 ip4:128.0.0.0/1 -all", "v=spf1 a/0 -all",
        "v=spf1 include:all.example -all", "v=spf1 redirect=all.example",
    ],
)  # fmt: skip
async def test_a_record_that_lets_everybody_send_is_known_as_such(record: str) -> None:
    zone: dict[str, list[object]] = {
        "school.example": [{"TXT": record}, {"A": "192.0.2.1"}], "all.example": [{"TXT": "v=spf1 +all"}],
    }  # fmt: skip
    found = await judged(zone)
    assert (found.outcome, found.anybody) == (Outcome.PASS, True)


@pytest.mark.parametrize(
    "record", ["v=spf1 ip4:203.0.113.0/24 +all", "v=spf1 a -all", "v=spf1 include:own.example -all"]
)
async def test_a_record_that_names_its_hosts_is_proof(record: str) -> None:
    zone: dict[str, list[object]] = {
        "school.example": [{"TXT": record}, {"A": "203.0.113.5"}], "own.example": [{"TXT": "v=spf1 ip4:203.0.113.5"}],
    }  # fmt: skip
    found = await judged(zone)
    assert (found.outcome, found.anybody) == (Outcome.PASS, False)


async def test_a_record_that_lets_nobody_send_is_no_open_door() -> None:
    found = await judged({"school.example": [{"TXT": "v=spf1 -all"}]})
    assert (found.outcome, found.anybody) == (Outcome.FAIL, False)


async def test_a_record_that_asks_the_whole_world_is_cut_short() -> None:
    zone = Zone({f"{n}.example": [{"TXT": f"v=spf1 include:{n + 1}.example -all"}] for n in range(100)})
    found = await spf.check(zone, ip_address("203.0.113.5"), helo="mx.example", mail_from="jo@0.example")
    assert found.outcome is Outcome.PERMERROR
    assert zone.asked == 11


ENDLESS = {
    "a label": "a:b." + "a" * 16_000 + "!",
    "dots": "a:" + ".1" * 8_000,
    "macros": "exists:" + "%{s}" * 4_000 + ".example",
    "as many macros as are read": ("exists:" + "%{s}" * 240 + ".example ") * 16,
    "macros that do not end": "exists:" + "%{" * 8_000,
    "a number": "exists:%{d" + "9" * 15_000 + "}.example",
    "prefixes": "a/" + "/1" * 8_000,
    "networks": "ip4:192.0.2.1 " * 1_100 + "-all",
    "too long": "x=" + "a" * 60_000,
}


@pytest.mark.parametrize("terms", ENDLESS.values(), ids=list(ENDLESS))
async def test_no_record_keeps_anybody_busy(terms: str) -> None:
    zone = Zone({"school.example": [{"TXT": f"v=spf1 {terms}"}]})
    sender = f"{'a.' * 200}x@school.example"
    with no_more_work_than(seconds=2):
        found = await spf.check(zone, ip_address("203.0.113.5"), helo="mx.example", mail_from=sender)
    assert found.outcome is not Outcome.PASS
