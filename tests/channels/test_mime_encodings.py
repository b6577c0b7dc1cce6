"""Transfer encodings as they really come (RFC 2045, section 6)."""

import base64
import binascii
import quopri
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.arrival import Unreadable
from handlers.mail.message.transfer import PADDINGS_MAX, Base64, Decoder, QuotedPrintable, decoder
from handlers.mail.message.uuencode import UUEncode

CONTENTS = bytes(range(256)) * 3 + b"\0"


def undone(encoding: str | Decoder, octets: bytes, cuts: list[int] | None = None) -> bytes:
    """Decoded, with the octets handed over in pieces cut at these places."""
    undoing = decoder(encoding) if isinstance(encoding, str) else encoding
    places = [0, *sorted(min(cut, len(octets)) for cut in cuts or []), len(octets)]
    return b"".join([*(undoing.decode(octets[start:end]) for start, end in pairwise(places)), undoing.end()])


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: lines,
        lambda lines: lines.replace(b"\n", b"\r\n"),
        lambda lines: lines.replace(b"\n", b""),
        lambda lines: lines.rstrip(),
        lambda lines: lines.rstrip(b"=\n"),
        lambda lines: lines.rstrip() + b"====",
        lambda lines: lines.replace(b"\n", b" \t\r\n\r\n"),
        lambda lines: lines.replace(b"\n", b"!\x00-_\xff\n"),
        lambda lines: b"\r\n" + lines,
        lambda lines: b"\n".join(lines[at : at + 7] for at in range(0, len(lines), 7)),
    ],
)
def test_base64_survives_what_programs_and_relays_do_to_it(damage: object) -> None:
    assert callable(damage)
    assert undone("base64", damage(base64.encodebytes(CONTENTS))) == CONTENTS


@pytest.mark.parametrize(
    ("letters", "contents"),
    [
        (b"QUI=QUI=\r\nQUI", b"ABABAB"),  # pieces encoded one by one and joined
        (b"QUJDQ", b"ABC"),  # one letter alone says nothing
        (b"Q=QUJD", b"ABC"),
        (b"====", b""),
        (b"", b""),
    ],
)
def test_base64_broken_off_begins_anew(letters: bytes, contents: bytes) -> None:
    assert undone("base64", letters) == contents


def test_base64_broken_off_without_end_is_hostile() -> None:
    assert undone("base64", b"QQ==" * (PADDINGS_MAX // 2)) == b"A" * (PADDINGS_MAX // 2)
    with pytest.raises(Unreadable):
        undone("base64", b"QQ==" * PADDINGS_MAX)


@pytest.mark.parametrize(
    ("encoded", "contents"),
    [
        (b"caf=C3=A9", "café".encode()),
        (b"caf=c3=a9", "café".encode()),
        (b"soft=\r\n break=\n here=", b"soft break here"),
        (b"soft=  \t\r\nbreak= ", b"softbreak"),
        (b"100=% = == =4", b"100=% = == =4"),
        (b"=4=\n1", b"=41"),
        (b"==41", b"=A"),
        (b"a\r\nb\nc", b"a\r\nb\nc"),
        (b"=\rkept\r\n", b"=\rkept\r\n"),
        (b"a_b", b"a_b"),
    ],
)
def test_quoted_printable_survives_what_programs_and_relays_do_to_it(encoded: bytes, contents: bytes) -> None:
    assert undone("quoted-printable", encoded) == contents


@pytest.mark.parametrize("encoding", ["", "7bit", "8bit", "binary", "x-unheard-of"])
def test_what_is_not_encoded_stays_as_it_is(encoding: str) -> None:
    assert undone(encoding, CONTENTS) == CONTENTS


def uuencoded(contents: bytes) -> bytes:
    """As old programs write it."""
    lines = [binascii.b2a_uu(contents[at : at + 45]) for at in range(0, len(contents), 45)]
    return b"preamble\r\nbegin 644 a.pdf\n" + b"".join(lines) + b"`\nend\n\nepilogue\n"


@pytest.mark.parametrize("size", [1, 7, 62, 10_000])
@pytest.mark.parametrize(
    ("before", "after"), [(b"", b""), (b"\n", b"\r\n"), (b" \n", b"\n"), (b"\n", b"x\n"), (b"`\n", b"\n")]
)
def test_uuencode_comes_back_however_it_is_cut_or_spoilt(size: int, before: bytes, after: bytes) -> None:
    head, _, rest = uuencoded(CONTENTS).partition(b".pdf\n")
    body, end, _ = rest.partition(b"end")
    undoing = UUEncode()
    raw = b"".join([head, b".pdf\n", body.replace(before, after) if before else body, end])
    assert undone(undoing, raw, list(range(0, len(raw), size))) == CONTENTS
    assert undoing.whole


@pytest.mark.parametrize(
    "raw", [b"", b"begin 644 a\n", uuencoded(CONTENTS)[:500], b"begin 644 a\n" + b"x" * 10_000 + b"\nend\n"]
)
def test_uuencode_without_its_end_is_not_whole(raw: bytes) -> None:
    undoing = UUEncode()
    undone(undoing, raw, [10, 300])
    assert not undoing.whole


@settings(deadline=None)  # a busy machine is no fault
@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=6))
def test_uuencode_never_raises(octets: bytes, cuts: list[int]) -> None:
    assert undone(UUEncode(), b"begin 644 a\n" + octets, cuts) == undone(UUEncode(), b"begin 644 a\n" + octets)


BASE64_SOUP = st.lists(st.sampled_from([b"QUJD", b"Q", b"=", b"\r\n", b"\n", b" ", b"-", b"\xff", b"+/"])).map(b"".join)
QUOTED_SOUP = st.lists(st.sampled_from([b"=", b"A", b"4", b"1", b" ", b"\t", b"\r", b"\n", b"x"])).map(b"".join)
CUTS = st.lists(st.integers(0, 60), max_size=6)


@settings(deadline=None)  # a busy machine is no fault
@given(BASE64_SOUP | st.binary(), CUTS)
def test_base64_reads_the_same_wherever_it_is_cut(octets: bytes, cuts: list[int]) -> None:
    assert undone(Base64(), octets, cuts) == undone(Base64(), octets)


@settings(deadline=None)  # a busy machine is no fault
@given(QUOTED_SOUP | st.binary(), CUTS)
def test_quoted_printable_reads_the_same_wherever_it_is_cut(octets: bytes, cuts: list[int]) -> None:
    assert undone(QuotedPrintable(), octets, cuts) == undone(QuotedPrintable(), octets)


@settings(deadline=None)  # a busy machine is no fault
@given(st.binary(max_size=500), CUTS)
def test_what_was_encoded_comes_back(contents: bytes, cuts: list[int]) -> None:
    assert undone("base64", base64.encodebytes(contents), cuts) == contents
    assert undone("quoted-printable", quopri.encodestring(contents), cuts) == contents
