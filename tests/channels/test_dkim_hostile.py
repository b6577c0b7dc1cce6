"""Signatures that mean harm: nothing raises, nothing takes more than linear time, nothing takes memory that grows."""

import base64
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.trust.signatures import Signatures
from tests.channels.signing import DOMAIN, MAIL, NOW, SELECTOR, Zone, chain, fed, record, rsa, sign, verdicts, zone
from tests.measuring import held

KEY_NAME = f"{SELECTOR}._domainkey.{DOMAIN}"
HEAD = sign(MAIL).partition(b"\r\n\r\n")[0] + b"\r\n"
OCTETS = st.sampled_from([b"DKIM-Signature:", b"ARC-Seal:", b"From: a@b.example", b"b=", b";", b"=", b":", b" ", b"\r\n", b"\n",
                          b"\r", b"\x00", b"\xff", b"i=1", b"d=b.example", b"v=1", b"h=from", b"l=", b"9" * 90, b"a=rsa-sha256"])  # fmt: skip
RUBBISH = st.lists(OCTETS | st.binary(max_size=5), max_size=60).map(b"".join)


@given(head=RUBBISH, body=RUBBISH)
async def test_rubbish_proves_nothing_and_raises_nothing(head: bytes, body: bytes) -> None:
    signatures = Signatures(head, NOW)
    signatures.write(body)

    assert not any(one.passed for one in await signatures.verdicts(zone(rsa())))
    assert not (await signatures.chain(zone(rsa()), ["b.example"])).passed


@given(published=RUBBISH | RUBBISH.map(lambda rubbish: b"v=DKIM1; p=" + rubbish))
async def test_rubbish_for_a_key_proves_nothing_and_raises_nothing(published: bytes) -> None:
    (found,) = await verdicts(sign(MAIL), Zone({KEY_NAME: published}))

    assert not found.passed


@given(value=st.binary(max_size=200))
async def test_rubbish_for_a_signature_proves_nothing_and_raises_nothing(value: bytes) -> None:
    await verdicts(b"DKIM-Signature:" + value.replace(b"\r", b"").replace(b"\n", b"") + b"\r\n" + MAIL, zone(rsa()))


@pytest.mark.parametrize(
    ("modulus", "exponent"),
    [((1 << 2047) + 1, 1), ((1 << 2047) + 1, 2), (1 << 2047, 65537), ((1 << 2047) + 1, 0), ((1 << 2047) + 1, (1 << 2046) + 1), (0, 3)],
)  # fmt: skip
async def test_keys_that_are_no_keys_prove_nothing(modulus: int, exponent: int) -> None:
    published = b"v=DKIM1; p=" + base64.b64encode(_sequence(_integer(modulus) + _integer(exponent)))

    (found,) = await verdicts(sign(MAIL), Zone({KEY_NAME: published}))

    assert not found.passed


def _integer(value: int) -> bytes:
    octets = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return b"\x02" + _length(len(octets)) + octets


def _sequence(contents: bytes) -> bytes:
    return b"\x30" + _length(len(contents)) + contents


def _length(size: int) -> bytes:
    return bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")


BASE64 = (b"QUJD" * 19 + b"\r\n") * 840
BODIES = {
    "base64": BASE64,
    "words": b"Please find the plan attached, as we said. \r\n" * 1400,
    "line ends": b"\r\n" * 32768,
    "spaces": b" " * 65536,
    "pairs of spaces": b"a  " * 21845,
    "white lines": b" \t \r\n" * 13107,
    "returns": b"\r" * 65536,
    "spaces and line ends": (b" " * 30000 + b"\r\n") * 2,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_memory_does_not_grow_with_the_mail(body: bytes) -> None:
    signatures = Signatures(HEAD + sign(MAIL, c="simple/simple").partition(b"\r\n\r\n")[0], NOW)
    with held() as memory:
        for _ in range(150):
            signatures.write(body)
    assert memory.octets < 1 << 20


HEADS: dict[str, Callable[[int], bytes]] = {
    "one signature of many tags": lambda size: b"DKIM-Signature: v=1;" + b"a=;" * (size // 3) + b"\r\n",
    "many different tags": lambda size: b"DKIM-Signature: " + b";".join(b"t%d=x" % at for at in range(size // 9)) + b"\r\n",
    "one name, signed often": lambda size: sign(MAIL, h="from" + ":from" * (size // 5)),
    "many fields, all of them signed": lambda size: sign(b"X: y\r\n" * (size // 8) + MAIL, h="from" + ":x" * (size // 8)),
    "many signatures": lambda size: (b"DKIM-Signature: v=1; a=rsa-sha256; d=b.example; s=s; h=from; bh=AA==; b=AA==\r\n") * (size // 90) + MAIL,
    "white space": lambda size: b"DKIM-Signature: v=1;" + b" " * size + b"\r\n",
    "folds": lambda size: b"DKIM-Signature: v=1" + b"\r\n " * (size // 3) + b"\r\n",
    "an endless name": lambda size: b"DKIM-Signature: v=1; a=rsa-sha256; d=" + b"a-" * (size // 2) + b"!\r\n",
    "an endless number": lambda size: b"DKIM-Signature: v=1; a=rsa-sha256; d=b.example; s=s; h=from; bh=AA==; b=AA==; l=" + b"1" * size + b"\r\n",
    "many sets": lambda size: b"ARC-Seal: i=1; a=rsa-sha256; d=b.example; s=s; cv=none; b=AA==\r\n" * (size // 70) + MAIL,
}  # fmt: skip


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
async def test_time_does_not_grow_faster_than_the_head(head: Callable[[int], bytes]) -> None:
    async def seconds(mail: bytes) -> float:
        best = 1e9
        for _ in range(3):
            begun = time.process_time()
            await verdicts(mail, zone(rsa()))
            await chain(mail, zone(rsa()), "b.example")
            best = min(best, time.process_time() - begun)
        return best

    small, large = head(1 << 14), head(1 << 17)
    for _ in range(3):  # others may be busy on this machine
        if await seconds(large) < 24 * await seconds(small) + 0.005:
            return
    pytest.fail("eight times the octets took far more than eight times the time")


async def test_at_most_eight_signatures_are_hashed_however_many_there_are() -> None:
    mail = MAIL
    for _ in range(30):
        mail = sign(mail)

    assert len(await verdicts(mail, Zone({KEY_NAME: record(rsa())}))) == 8


def test_nothing_is_hashed_where_nobody_signed() -> None:
    assert fed(MAIL)._bodies == {}
