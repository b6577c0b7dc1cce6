"""Whose a domain is, and how near to the domain in From DMARC lets a proven domain be."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.trust import dmarc
from handlers.mail.trust.dmarc import NO_POLICY, Policy
from handlers.mail.trust.dns import DnsTrouble
from tests.channels.zones import Zone

RELAXED = Policy("school.example", spf_exact=False, dkim_exact=False)


@pytest.mark.parametrize(
    ("domain", "owner"),
    [
        ("school.example", "school.example"),
        ("mail.school.example", "school.example"),
        ("a.b.school.example", "school.example"),
        ("leys.derbyshire.sch.uk", "leys.derbyshire.sch.uk"),
        ("mail.leys.derbyshire.sch.uk", "leys.derbyshire.sch.uk"),
        ("derbyshire.sch.uk", "derbyshire.sch.uk"),
        ("sch.uk", "sch.uk"),
        ("mail.derbyshire.gov.uk", "derbyshire.gov.uk"),
        ("school.onmicrosoft.com", "school.onmicrosoft.com"),
        ("mail.school.onmicrosoft.com", "school.onmicrosoft.com"),
        ("onmicrosoft.com", "onmicrosoft.com"),
        ("example", "example"),
    ],
)
def test_an_organisation_is_told_from_the_suffix_it_is_below(domain: str, owner: str) -> None:
    assert dmarc.organisation(domain) == owner


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("leys.derbyshire.sch.uk", "moor.derbyshire.sch.uk"),  # two schools of a county
        ("derbyshire.sch.uk", "leys.derbyshire.sch.uk"),
        ("school.example", "notschool.example"),
        ("school.example.evil.example", "school.example"),
        ("school.gov.uk", "evil.gov.uk"),
        ("evil.onmicrosoft.com", "school.onmicrosoft.com"),
        ("evil.test-google-a.com", "school.test-google-a.com"),
    ],
)
def test_neighbours_under_one_suffix_are_strangers(one: str, other: str) -> None:
    assert not dmarc.is_kin(one, other)


def test_of_a_tag_that_stands_twice_the_first_counts() -> None:
    assert dmarc.read(b"v=DMARC1; p=none; adkim=s; adkim=r", "school.example").dkim_exact


ZONES: list[tuple[str, dict[str, list[Any]], str, Policy]] = [
    ("its own record", {"_dmarc.school.example": [{"TXT": "v=DMARC1; p=none"}]}, "school.example", RELAXED),
    (
        "that of its organisation",
        {"_dmarc.school.example": [{"TXT": "v=DMARC1;p=reject;sp=none"}]},
        "a.school.example",
        RELAXED,
    ),
    (
        "its own before that",
        {
            "_dmarc.school.example": [{"TXT": "v=DMARC1; p=none"}],
            "_dmarc.a.school.example": [{"TXT": "v=DMARC1; p=none; adkim=s; aspf=S"}],
        },
        "a.school.example",
        Policy("a.school.example"),
    ),
    ("none", {}, "school.example", NO_POLICY),
    ("not its suffix's", {"_dmarc.derbyshire.sch.uk": [{"TXT": "v=DMARC1; p=none"}]}, "a.derbyshire.sch.uk", NO_POLICY),
    (
        "two are none",
        {"_dmarc.school.example": [{"TXT": "v=DMARC1; p=none"}, {"TXT": "v=DMARC1; p=none; adkim=s"}]},
        "school.example",
        NO_POLICY,
    ),
    (
        "one among other texts",
        {"_dmarc.school.example": [{"TXT": "something"}, {"TXT": "v=DMARC1; p=none"}]},
        "school.example",
        RELAXED,
    ),
    ("without a policy", {"_dmarc.school.example": [{"TXT": "v=DMARC1; adkim=r"}]}, "school.example", NO_POLICY),
    (
        "without a policy, but with reports",
        {"_dmarc.school.example": [{"TXT": "v=DMARC1; rua=mailto:a@school.example"}]},
        "school.example",
        RELAXED,
    ),
    ("an unknown policy", {"_dmarc.school.example": [{"TXT": "v=DMARC1; p=perhaps"}]}, "school.example", NO_POLICY),
    ("another version", {"_dmarc.school.example": [{"TXT": "v=DMARC2; p=none"}]}, "school.example", NO_POLICY),
    ("the version last", {"_dmarc.school.example": [{"TXT": "p=none; v=DMARC1"}]}, "school.example", NO_POLICY),
    (
        "an unknown mode is relaxed",
        {"_dmarc.school.example": [{"TXT": "v=DMARC1; p=none; adkim=x; aspf=s;;"}]},
        "school.example",
        Policy("school.example", spf_exact=True, dkim_exact=False),
    ),
]


@pytest.mark.parametrize(("zone", "domain", "policy"), [case[1:] for case in ZONES], ids=[case[0] for case in ZONES])
async def test_the_record_that_counts(zone: dict[str, list[Any]], domain: str, policy: Policy) -> None:
    assert await dmarc.policy_of(domain, Zone(zone)) == policy


async def test_a_record_that_cannot_be_looked_up_is_trouble() -> None:
    with pytest.raises(DnsTrouble):
        await dmarc.policy_of("school.example", Zone({"_dmarc.school.example": ["TIMEOUT"]}))


@given(st.binary(max_size=200))
def test_no_record_fails_to_be_read(octets: bytes) -> None:
    assert dmarc.read(b"v=DMARC1;" + octets, "school.example").domain in ("", "school.example")
