"""DKIM beside dkimpy: what the one signs the other must understand in the same way, octet for octet."""

from itertools import product

import dkim
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.channels.signing import (
    DOMAIN,
    MAIL,
    SELECTOR,
    Key,
    Zone,
    ed25519,
    private,
    rsa,
    sign,
    verdict,
    verdicts,
    zone,
)

KINDS = ("rsa-sha256", "ed25519-sha256")
COMBINATIONS = list(product(KINDS, ["simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"]))
ODD_BODIES = (
    b"", b"\r\n", b"\r\n\r\n\r\n", b" ", b" \r\n", b"\t\r\n \r\n", b"word", b"word\r\n\r\n \t\r\n", b"two  words \t\r\nand\t\tmore\r\n",
    b"word\r\n\r\n\r\nword\r\n\r\n", b"  indented\r\n", b"\r\n\r\nword", b"a\rb\r\r\n", b"word \r", b"\r", b"=20\r\n..\r\n",
)  # fmt: skip
PIECES = st.sampled_from([b"\r\n", b"\r\n\r\n", b" ", b"\t", b" \r\n", b"\r", b"x", b"word", b"\xff", b".", b" " * 40])
BODIES = st.sampled_from(ODD_BODIES) | st.lists(PIECES, max_size=30).map(b"".join)
VALUES = st.lists(
    st.sampled_from([b"a", b" ", b"\t", b":", b"b=", b";", b"\r\n ", b"\r\n\t", b"\xc3\xa9"]), max_size=12
)


def key_of(kind: str) -> Key:
    """A key of this kind."""
    return rsa() if kind.startswith("rsa") else ed25519()


def signed_by_peer(mail: bytes, kind: str, ways: str) -> bytes:
    """The mail with dkimpy's signature on top."""
    field = dkim.sign(
        mail, SELECTOR.encode(), DOMAIN.encode(), private(key_of(kind)),
        signature_algorithm=kind.encode(), canonicalize=tuple(ways.encode().split(b"/")),
        include_headers=[b"from", b"to", b"subject", b"date", b"x-odd", b"from"],
    )  # fmt: skip
    return bytes(field) + mail


def peer_holds(mail: bytes, published: Zone) -> bool:
    """Whether dkimpy finds the topmost signature sound; some malformed mail makes it raise."""
    try:
        return bool(dkim.verify(mail, dnsfunc=published.dnsfunc))
    except (dkim.DKIMException, ValueError, LookupError):
        return False


def with_body(body: bytes) -> bytes:
    """The mail with another body. Where the last line has no end, dkimpy counts white space that ends it; RFC 6376, section
    3.4.4 does not, and mail that came by SMTP always has that line end."""
    assume(not body.endswith((b" ", b"\t")))
    return MAIL.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body


@pytest.mark.parametrize(("kind", "ways"), COMBINATIONS)
@given(body=BODIES, value=VALUES, step=st.integers(1, 50))
async def test_what_the_peer_signs_holds(kind: str, ways: str, body: bytes, value: list[bytes], step: int) -> None:
    odd = b"X-Odd:" + b"".join(value) + b"x\r\n"
    mail = signed_by_peer(odd + with_body(body), kind, ways)

    found = await verdict(mail, zone(key_of(kind)), step)

    assert found.passed, found.why


@pytest.mark.parametrize(("kind", "ways"), COMBINATIONS)
@given(body=BODIES, at=st.integers(0, 10_000), octet=st.integers(0, 255))
async def test_what_is_changed_afterwards_is_judged_as_the_peer_judges_it(
    kind: str, ways: str, body: bytes, at: int, octet: int
) -> None:
    mail = bytearray(signed_by_peer(with_body(body), kind, ways))
    at %= len(mail)
    assume(octet not in (10, 13) and mail[at] not in (10, 13))  # lines that end otherwise: see below
    mail[at] = octet
    assume(not mail.endswith((b" ", b"\t")))
    published = zone(key_of(kind))

    found = await verdicts(bytes(mail), published)

    assert any(one.passed for one in found) == peer_holds(bytes(mail), published)


@pytest.mark.parametrize(("kind", "ways"), COMBINATIONS)
@given(body=BODIES)
def test_the_peer_holds_what_the_tests_themselves_sign(kind: str, ways: str, body: bytes) -> None:
    mail = sign(with_body(body), key_of(kind), c=ways)

    assert dkim.verify(mail, dnsfunc=zone(key_of(kind)).dnsfunc)
