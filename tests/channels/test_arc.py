"""ARC (RFC 8617): chains of seals, beside dkimpy, which seals and judges them, too."""

import base64
import logging
from collections.abc import Callable
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.channels.signing import MAIL, Zone, chain, private, record, rsa, sign

SEALERS = ("list.example", "gateway.example", "outlook.example")
ZONE = Zone({f"arc._domainkey.{sealer}": record(rsa()) for sealer in SEALERS})
GATEWAY, OUTLOOK = SEALERS[1:]
logging.getLogger("dkimpy").setLevel(logging.CRITICAL)


def sealed_by_peer(
    mail: bytes, sealer: str, status: str, results: str = "dmarc=pass header.from=leysjunior.example"
) -> bytes:
    """The mail with a set by dkimpy on top; `status` is what the sealer found of the chain so far."""
    found = f"Authentication-Results: {sealer}; arc={status}; {results}\r\n".encode()
    names = [b"from", b"to", b"subject", b"date", b"message-id"]
    fields = dkim.arc_sign(
        found + mail, b"arc", sealer.encode(), private(rsa()), sealer.encode(), include_headers=names
    )
    return b"".join(fields) + mail


def seal(mail: bytes, number: int, sealer: str = GATEWAY, status: str | None = None, **changed: Any) -> bytes:
    """The mail with a set of our own making on top, in which these tags of the seal are changed."""
    results = (
        f"ARC-Authentication-Results: i={number}; {sealer}; dmarc=pass header.from=leysjunior.example\r\n".encode()
    )
    message = sign(
        mail, field=b"ARC-Message-Signature", v=None, i=str(number), d=sealer, s="arc", h="from:to:subject:date"
    )
    before = message.removesuffix(mail)
    tags = {
        "i": str(number),
        "a": "rsa-sha256",
        "d": sealer,
        "s": "arc",
        "cv": status or ("pass" if number > 1 else "none"),
        "b": "",
    }
    bare = "ARC-Seal: " + "; ".join(f"{name}={value}" for name, value in (tags | changed).items() if value is not None)
    older = [line for line in mail.partition(b"\r\n\r\n")[0].split(b"\r\n") if line.startswith(b"ARC-")]
    order = (b"ARC-A", b"ARC-M", b"ARC-S")
    older.sort(key=lambda line: (int(line.partition(b"i=")[2].partition(b";")[0]), order.index(line[:5])))
    signed = b"".join(_relaxed(line) + b"\r\n" for line in [*older, results.strip(), before.strip()]) + _relaxed(
        bare.encode()
    )
    made = base64.b64encode(rsa().sign(signed, PKCS1v15(), SHA256())).decode()
    return bare.replace("; b=", f"; b={made}").encode() + b"\r\n" + before + results + mail


def _relaxed(line: bytes) -> bytes:
    name, _, value = line.partition(b":")
    return name.lower() + b":" + value.strip()


def thrice() -> bytes:
    """A mail that three have handed on."""
    mail = sealed_by_peer(MAIL, SEALERS[0], "none")
    for sealer in SEALERS[1:]:
        mail = sealed_by_peer(mail, sealer, "pass")
    return mail


async def test_a_chain_says_who_sealed_it_last_and_what_they_found() -> None:
    found = await chain(thrice(), ZONE, OUTLOOK)

    assert (found.passed, found.temporary, found.sealer) == (True, False, OUTLOOK)
    assert found.why == "outlook.example handed it on as it is"
    assert found.results == "outlook.example; arc=pass; dmarc=pass header.from=leysjunior.example"


async def test_a_mail_that_nobody_sealed_has_no_chain() -> None:
    found = await chain(MAIL, ZONE, *SEALERS)

    assert (found.passed, found.sealer, found.why) == (False, "", "nobody has sealed it")


@pytest.mark.parametrize(
    "named", [[], ["list.example"], ["example"], ["eu.outlook.example"], ["outlook.example.evil.example"]]
)
async def test_whoever_is_not_named_seals_for_nothing_and_costs_no_look_up(named: list[str]) -> None:
    published = Zone(ZONE.records)

    found = await chain(thrice(), published, *named)

    assert (found.passed, found.results, found.why) == (False, "", "the seals of outlook.example do not count here")
    assert published.asked == []


async def test_sealers_are_named_in_any_way_that_names_are_written() -> None:
    assert (await chain(thrice(), ZONE, "Outlook.Example.")).passed


async def test_what_is_sealed_here_is_sealed_for_the_peer_and_our_own_kind_of_seal_is_a_seal() -> None:
    mail = seal(seal(MAIL, 1), 2)

    assert dkim.arc_verify(mail, dnsfunc=ZONE.dnsfunc)[0] == b"pass"
    assert (await chain(mail, ZONE, GATEWAY)).passed


@pytest.mark.parametrize(
    "change",
    [
        lambda mail: mail.replace(b"attached", b"appended"),
        lambda mail: mail.replace(b"Subject: SEN", b"Subject: EHE"),
        lambda mail: mail.replace(b"dmarc=pass", b"dmarc=fail", 1),
        lambda mail: mail[::-1].replace(b"ssap=cramd", b"liaf=cramd", 1)[::-1],
        lambda mail: b"Subject: recall\r\n" + mail,
        lambda mail: b"From: head@leysjunior.example\r\n" + mail,
        lambda mail: mail + b"more\r\n",
        lambda mail: mail.replace(b"i=2;", b"i=4;"),
        lambda mail: mail.replace(b"i=3;", b"i=51;"),
        lambda mail: mail.replace(b"i=1;", b"i=x;"),
        lambda mail: mail.replace(b"i=1;", b"i=0;"),
        lambda mail: mail.replace(b"i=1;", b"i=01; i=1;"),
        lambda mail: mail.replace(b"ARC-Seal:", b"ARC-Sealed:", 1),
        lambda mail: mail.replace(b"ARC-Message-Signature:", b"X:", 1),
        lambda mail: mail.replace(b"ARC-Authentication-Results:", b"X:", 1),
        lambda mail: b"ARC-Authentication-Results: i=3; outlook.example; dmarc=pass header.from=x.example\r\n" + mail,
        lambda mail: b"ARC-Seal: i=4; cv=pass\r\n" + mail,
        lambda mail: b"ARC-Seal\r\n" + mail,
        lambda mail: mail.replace(b"cv=none", b"cv=pass"),
        lambda mail: mail.replace(b"cv=pass", b"cv=none", 1),
        lambda mail: mail.replace(b"cv=pass", b"cv=fail", 1),
        lambda mail: mail.replace(b"cv=pass;", b"", 1),
        lambda mail: mail.replace(b"cv=pass;", b"cv=pass; h=from;", 1),
    ],
)  # fmt: skip
async def test_a_chain_that_was_touched_is_broken(change: Callable[[bytes], bytes]) -> None:
    mail = change(thrice())
    assert mail != thrice()

    found = await chain(mail, ZONE, *SEALERS)

    assert not found.passed
    assert not found.temporary
    assert found.results == ""


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"h": "from"}, "a seal leaves out what it must hold"),
        ({"a": "rsa-sha1"}, "it is made in a way that proves nothing (RFC 8301)"),
        ({"cv": None}, "it has no cv="),
        ({"cv": "fail"}, "one of those who sealed it found it broken"),
        ({"cv": "none"}, "one of those who sealed it found it broken"),
    ],
)
async def test_a_seal_that_is_genuine_but_wrong_breaks_the_chain(changed: dict[str, Any], why: str) -> None:
    found = await chain(seal(seal(MAIL, 1), 2, **changed), ZONE, GATEWAY)

    assert (found.passed, found.why) == (False, why)


async def test_the_first_seal_must_not_speak_of_any_before_it() -> None:
    assert not (await chain(seal(MAIL, 1, status="pass"), ZONE, GATEWAY)).passed


async def test_a_message_signature_must_not_sign_seals() -> None:
    mail = seal(MAIL, 1).replace(b"h=from:to:subject", b"h=from:to:arc-seal")

    assert (await chain(mail, ZONE, GATEWAY)).why == "a set signs what it must not sign"


async def test_an_older_message_signature_may_be_broken_but_not_an_older_seal() -> None:
    first = seal(MAIL, 1, "list.example")
    changed = first.replace(b"Subject: SEN plan", b"Subject: [list] SEN plan")  # as lists do

    assert (await chain(seal(changed, 2), ZONE, GATEWAY)).passed
    forged = first.replace(b"dmarc=pass", b"dmarc=none")
    found = await chain(seal(forged, 2), ZONE, GATEWAY)
    assert (found.passed, found.why) == (False, "the seal of list.example is not genuine")


async def test_fifty_sets_are_a_chain_and_fifty_one_are_none() -> None:
    mail = MAIL
    for number in range(1, 51):
        mail = seal(mail, number)

    assert (await chain(mail, ZONE, GATEWAY)).passed
    assert (await chain(seal(mail, 51), ZONE, GATEWAY)).why == "it is not whole"


async def test_a_seal_whose_key_cannot_be_looked_up_now_is_neither_one_thing_nor_the_other() -> None:
    found = await chain(thrice(), Zone(ZONE.records, "arc._domainkey.list.example"), OUTLOOK)

    assert (found.passed, found.temporary, found.sealer) == (False, True, OUTLOOK)


@given(at=st.integers(0, 100_000), octet=st.sampled_from(b"aZ09 ;=:+/\t\xff"), step=st.integers(1, 99))
async def test_whatever_is_changed_in_a_chain_is_judged_as_the_peer_judges_it(at: int, octet: int, step: int) -> None:
    mail = bytearray(thrice())
    at %= len(mail)
    assume(mail[at] not in b"\r\n")
    mail[at] = octet

    found = await chain(bytes(mail), ZONE, *SEALERS, step=step)

    assert not found.passed or peer_holds(bytes(mail))
    assert found.passed or not peer_holds(bytes(mail)) or "line that is no header field" in found.why


def peer_holds(mail: bytes) -> bool:
    """Whether dkimpy finds the chain whole."""
    try:
        return bool(dkim.arc_verify(mail, dnsfunc=ZONE.dnsfunc)[0] == b"pass")
    except (dkim.DKIMException, ValueError, LookupError):
        return False
