"""What a DKIM signature must be to prove anything (RFC 6376; RFC 8301; RFC 8463)."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.channels.signing import (
    DOMAIN,
    MAIL,
    NOW,
    SELECTOR,
    Zone,
    body_hash,
    ed25519,
    record,
    rsa,
    sign,
    verdict,
    verdicts,
    zone,
)

KEY_NAME = f"{SELECTOR}._domainkey.{DOMAIN}"
HEAD, _, BODY = MAIL.partition(b"\r\n\r\n")


async def why_not(mail: bytes, published: Zone | None = None) -> str:
    """Why its only signature proves nothing."""
    found = await verdict(mail, published or zone(rsa()))
    assert not found.passed
    assert not found.temporary
    return found.why


async def test_a_signature_says_who_signed_and_how() -> None:
    found = await verdict(sign(MAIL, d="LeysJunior.Example"), zone(rsa()))

    assert (found.domain, found.selector, found.algorithm) == (DOMAIN, SELECTOR, "rsa-sha256")
    assert (found.passed, found.temporary, found.why) == (True, False, "leysjunior.example signed it as it is")


async def test_a_mail_without_signatures_has_none() -> None:
    assert await verdicts(MAIL, zone(rsa())) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"c": None},
        {"c": "relaxed"},
        {"c": "simple/relaxed"},
        {"q": "dns/txt"},
        {"q": "dnssec/tlsa:dns/txt"},
        {"i": "@leysjunior.example"},
        {"i": "jo@office.leysjunior.example"},
        {"zz": "whoever knows what that is"},
        {"z": "From:jo|To:returns"},
        {"h": "From : To:\r\n\tSubject :from:date:from:from"},
        {"h": "from:x-not-there:subject:date:dkim-signature"},
        {"t": str(int(NOW.timestamp())), "x": str(int(NOW.timestamp()) + 60)},
        {"t": str(int(NOW.timestamp()) + 3600)},
        {"l": str(len(BODY) - 2)},
    ],
    ids="-".join,  # the names alone: what is said of time differs from run to run
)
async def test_what_the_standard_allows_is_understood(changed: dict[str, Any]) -> None:
    assert (await verdict(sign(MAIL, **changed), zone(rsa()))).passed


MALFORMED = [
    {"v": "2"},
    {"v": None},
    {"v": "1; v=1"},
    {"s": "sept26; s=sept26"},
    {"a": "rsa-sha1"},
    {"a": "rsa-md5"},
    {"a": None},
    {"d": None},
    {"d": "example"},
    {"d": "leys junior.example"},
    {"d": "leysjunior.example."},
    {"d": "a." * 130 + "example"},
    {"s": None},
    {"s": ""},
    {"s": "x" * 64},
    {"s": ("x" * 60 + ".") * 4 + "x"},
    {"c": "nofws"},
    {"c": "relaxed/relaxed/relaxed"},
    {"q": "dns/other"},
    {"h": None},
    {"h": ""},
    {"h": "to:subject"},
    {"bh": None},
    {"bh": ""},
    {"bh": "!!!"},
    {"bh": "abc"},
    {"bh": "\udcff\udcfe"},
    {"i": "@other.example"},
    {"i": "@notleysjunior.example"},
    {"i": "leysjunior.example"},
    {"l": "-1"},
    {"l": ""},
    {"l": "9" * 77},
    {"t": "soon"},
    {"x": "1e9"},
    {"": "nameless"},
    {"1st": "no letter first"},
]


@pytest.mark.parametrize("changed", MALFORMED, ids=str)
async def test_what_the_standard_does_not_allow_proves_nothing(changed: dict[str, Any]) -> None:
    assert await why_not(sign(MAIL, **changed))


async def test_rsa_sha1_proves_nothing() -> None:
    assert await why_not(sign(MAIL, a="rsa-sha1")) == "it is made in a way that proves nothing (RFC 8301)"


@pytest.mark.parametrize("domain", ["a." * 130 + "example", "leys junior.example", "x\x00.example"])
async def test_whoever_has_no_name_that_could_be_looked_up_is_not_named(domain: str) -> None:
    found = await verdict(sign(MAIL, d=domain), zone(rsa()))

    assert (found.passed, found.domain) == (False, "")


async def test_a_signature_over_the_beginning_only_proves_nothing() -> None:
    whole = sign(MAIL, l=str(len(BODY) - 2))  # relaxed, its two spaces at the end of a line are gone
    added = whole + b"Kind regards, Eve\r\n"
    begun = sign(MAIL, l="10")
    beyond = sign(MAIL, l="1000")

    assert (await verdict(whole, zone(rsa()))).passed
    for mail in (added, begun, beyond):
        assert (
            await why_not(mail) == "it covers only the beginning of the mail, and anybody could have added to that (l=)"
        )


async def test_a_signature_must_cover_from() -> None:
    assert await why_not(sign(MAIL, h="to:subject:date")) == "it does not cover the From line"


# lesson L1
@pytest.mark.parametrize("names", ["from:to:subject", "from:from:to:subject"])
async def test_of_two_from_lines_none_is_proven(names: str) -> None:
    forged = b"From: head@leysjunior.example\r\n"

    assert await why_not(forged + sign(MAIL, h=names)) == "the mail has more than one From line"
    assert await why_not(sign(forged + MAIL, h=names)) == "the mail has more than one From line"


@pytest.mark.parametrize(
    "line",
    [
        b"Subject: recall PR-7K3Q-M2XD",
        b"Message-ID: <2@leysjunior.example>",
        b"Date: Wed, 2 Sep 2026 09:00:00 +0100",
    ],
)
async def test_a_line_put_on_top_of_one_that_was_signed_undoes_the_proof(line: bytes) -> None:
    name = line.partition(b":")[0].decode().title()

    assert await why_not(line + b"\r\n" + sign(MAIL)) == f"the mail has more than one {name} line"


async def test_fields_of_one_name_are_taken_from_the_bottom_up() -> None:
    received = b"Received: from b\r\nReceived: from a\r\n" + MAIL

    one = sign(received, h="from:subject:date:received")
    both = sign(received, h="from:subject:date:received:received")
    more = sign(received, h="from:subject:date:received:received:received")

    on_top = b"Received: from c\r\n"
    assert (await verdict(on_top + one, zone(rsa()))).passed
    assert (await verdict(on_top + both, zone(rsa()))).passed
    assert await why_not(on_top + more) == "the head of the mail is not the one that was signed"
    assert await why_not(one.replace(b"from a", b"from d")) == "the head of the mail is not the one that was signed"
    assert (await verdict(one.replace(b"from b", b"from d"), zone(rsa()))).passed


async def test_a_field_that_was_signed_as_absent_cannot_be_added() -> None:
    mail = sign(MAIL, h="from:subject:date:reply-to")

    assert (await verdict(mail, zone(rsa()))).passed
    assert (
        await why_not(b"Reply-To: eve@evil.example\r\n" + mail) == "the head of the mail is not the one that was signed"
    )


async def test_a_signature_expires() -> None:
    ends = NOW + timedelta(minutes=5)
    mail = sign(MAIL, t=str(int(NOW.timestamp())), x=str(int(ends.timestamp())))

    assert (await verdict(mail, zone(rsa()), now=NOW + timedelta(minutes=4))).passed
    late = await verdict(mail, zone(rsa()), now=ends + timedelta(seconds=1))
    assert (late.passed, late.why) == (False, "it has expired")


async def test_a_signature_cannot_expire_before_it_was_made() -> None:
    later = int(NOW.timestamp()) + 3600

    assert await why_not(sign(MAIL, t=str(later), x=str(later))) == "it has expired"


async def test_a_signature_of_the_day_after_tomorrow_proves_nothing() -> None:
    ahead = int((NOW + timedelta(days=2)).timestamp())

    assert await why_not(sign(MAIL, t=str(ahead))) == "it was made at a time that is still to come"


@pytest.mark.parametrize(
    ("published", "why"),
    [
        ((), "leysjunior.example publishes no key for it"),
        ((b"v=spf1 -all",), "leysjunior.example publishes no key for it"),
        ((b"v=DKIM2; p=AAAA",), "leysjunior.example publishes no key for it"),
        ((b"p=AAAA; v=DKIM1",), "leysjunior.example publishes no key for it"),
        ((b"v=DKIM1; k=rsa",), "leysjunior.example publishes no key for it"),
        ((b"v=DKIM1; p=AAAA; p=AAAA",), "leysjunior.example publishes no key for it"),
        ((b"v=DKIM1; p=",), "leysjunior.example has withdrawn its key"),
        ((b"p=",), "leysjunior.example has withdrawn its key"),
        ((b"v=DKIM1; p=foobar",), "the key of leysjunior.example cannot be read"),
        ((record(rsa()).replace(b"p=", b"p=-"),), "the key of leysjunior.example cannot be read"),
        ((b"v=DKIM1; p=AAAA",), "the key of leysjunior.example cannot be read"),
        ((record(rsa()), record(rsa())), "leysjunior.example publishes more than one key for it under one name"),
        ((record(rsa(), "t=y; "),), "leysjunior.example is only trying out its key"),
        ((record(rsa(), "t=s:y; "),), "leysjunior.example is only trying out its key"),
        ((record(rsa(), "s=tlsrpt; "),), "the key of leysjunior.example is not for mail"),
        ((record(rsa(), "h=sha1; "),), "the key of leysjunior.example is of another kind"),
        ((record(rsa(), "k=ed25519; "),), "the key of leysjunior.example is of another kind"),
        ((record(ed25519()),), "the key of leysjunior.example is of another kind"),
    ],
)
async def test_a_key_must_be_one_for_mail_and_of_the_right_kind(published: tuple[bytes, ...], why: str) -> None:
    assert await why_not(sign(MAIL), Zone({KEY_NAME: published})) == why


@pytest.mark.parametrize(
    "rest", ["k=rsa; ", "h=sha1:sha256; ", "s=email; ", "s=other:*; ", "t=s; ", "n=a note; ", "g=*; "]
)
async def test_what_else_a_key_says_does_no_harm(rest: str) -> None:
    assert (await verdict(sign(MAIL), zone(rsa(), rest))).passed


async def test_a_key_need_not_say_its_version_and_other_records_are_no_matter() -> None:
    bare = record(rsa()).removeprefix(b"v=DKIM1; ")

    assert (await verdict(sign(MAIL), Zone({KEY_NAME: (b"v=spf1 -all", bare)}))).passed


async def test_a_key_for_its_domain_alone_speaks_for_no_name_below_it() -> None:
    mail = sign(MAIL, i="@office.leysjunior.example")

    assert (await verdict(mail, zone(rsa()))).passed
    assert await why_not(mail, zone(rsa(), "t=s; ")) == "the key of leysjunior.example is for no name below it"


@pytest.mark.parametrize(("bits", "holds"), [(1016, False), (1024, True), (4096, True), (4104, False)])
async def test_short_keys_prove_nothing_and_endless_ones_are_not_tried(bits: int, holds: bool) -> None:
    key = rsa(bits)

    found = await verdict(sign(MAIL, key), zone(key))

    assert found.passed == holds
    assert holds or found.why == f"the key of leysjunior.example has {bits} bits, and must have 1024 to 4096"


async def test_a_key_may_be_written_as_a_bare_rsa_key() -> None:
    public = rsa().public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)

    assert (await verdict(sign(MAIL), Zone({KEY_NAME: b"v=DKIM1; p=" + base64.b64encode(public)}))).passed


@pytest.mark.parametrize("kind", [b"", b"k=rsa; "])
async def test_a_key_on_a_curve_is_no_rsa_key(kind: bytes) -> None:
    public = (
        generate_private_key(SECP256R1()).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    published = Zone({KEY_NAME: b"v=DKIM1; " + kind + b"p=" + base64.b64encode(public)})

    assert await why_not(sign(MAIL), published) == "the key of leysjunior.example is of another kind"


async def test_a_key_that_cannot_be_looked_up_now_is_neither_one_thing_nor_the_other() -> None:
    found = await verdict(sign(MAIL), Zone({}, KEY_NAME))

    assert (found.passed, found.temporary) == (False, True)
    assert found.why == "the key of leysjunior.example could not be looked up just now"


async def test_no_key_is_asked_for_in_vain() -> None:
    published = zone(rsa())

    await verdicts(sign(MAIL) + b"more", published)
    await verdicts(sign(MAIL, d="example"), published)

    assert published.asked == []


async def test_those_who_may_speak_for_the_author_are_looked_into_first_and_at_most_eight() -> None:
    mail = MAIL
    for domain in [DOMAIN, "example", "office.leysjunior.example", *(f"bulk{number}.example" for number in range(20))]:
        mail = sign(mail, d=domain)
    published = zone(rsa())

    found = await verdicts(mail, published)

    assert [one.domain for one in found][:3] == [DOMAIN, "office.leysjunior.example", "bulk19.example"]
    assert len(found) == len(published.asked) == 8
    assert [one.passed for one in found] == [True] + [False] * 7


async def test_the_white_space_at_the_end_of_a_last_line_without_an_end_is_nothing() -> None:
    for before, after in ((b"Jo \t", b"Jo\r\n"), (b" ", b""), (b"Jo\r\n\r\n ", b"Jo\r\n")):
        digest = body_hash(HEAD + b"\r\n\r\n" + after, {"c": "relaxed/relaxed"})
        mail = sign(HEAD + b"\r\n\r\n" + before, bh=digest)

        assert (await verdict(mail, zone(rsa()))).passed


@pytest.mark.parametrize(
    "line", [b"no field at all", b": nameless", b"From jo Tue Sep  1 09:00:00 2026", b"X-Bare: a\nFrom: b"]
)
async def test_a_head_that_programs_read_in_different_ways_proves_nothing(line: bytes) -> None:
    found = await verdicts(line + b"\r\n" + sign(MAIL), zone(rsa()))

    assert [one.passed for one in found] == [False]
    assert "its head" in found[0].why


async def test_a_mail_without_a_from_line_is_signed_in_vain() -> None:
    mail = sign(b"To: returns@derbyshire.example\r\n\r\nHello\r\n", h="from:to")

    assert await why_not(mail) == "the mail has no From line"
