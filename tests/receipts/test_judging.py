"""A genuine receipt is told from an altered one, a foreign one, and what is none; however it was sent on."""

import base64
import json
import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notices import FILE, Receipted, Verdict
from bot.receipts.document import canonical
from tests.receipts import EARLIER, NOON, NOTICE_ID, OTHER, OURS, STRANGER, issued, judged, receipt_of, said

GENUINE = issued(receipt_of(FILE, OTHER)).octets
BOM = "\ufeff".encode()


def verdict(octets: bytes | dict[str, Any]) -> Verdict | None:
    found = judged(octets)
    return found.verdict if found else None


def test_a_genuine_one_tells_what_it_says() -> None:
    found = judged(GENUINE)
    assert found
    assert found.verdict is Verdict.GENUINE
    assert found.document
    assert (found.document.notice, found.document.issued_at) == (NOTICE_ID, NOON)
    assert found.document.authority.name == "Northshire County Council"
    assert [file.reference for file in found.document.files] == [FILE.reference, OTHER.reference]
    assert found.document.files[0] == Receipted.of(FILE)


def test_one_signed_with_an_earlier_key_of_ours_is_genuine() -> None:
    assert verdict(issued(signer=EARLIER).octets) is Verdict.GENUINE


def test_a_stranger_s_is_foreign_and_is_not_repeated() -> None:
    found = judged(issued(signer=STRANGER).octets)
    assert found
    assert (found.verdict, found.document) == (Verdict.FOREIGN, None)


def test_a_stranger_s_that_claims_our_key_is_altered_and_is_not_repeated() -> None:
    document = said(issued(signer=STRANGER).octets)
    document["signature"]["key"] = OURS.public.id
    found = judged(document)
    assert found
    assert (found.verdict, found.document) == (Verdict.ALTERED, None)


RESAVED: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "on one line": lambda document: json.dumps(document).encode(),
    "without a space": lambda document: json.dumps(document, separators=(",", ":")).encode(),
    "with tabs": lambda document: json.dumps(document, indent="\t").encode(),
    "in another order": lambda document: json.dumps(dict(reversed(document.items()))).encode(),
    "sorted": lambda document: json.dumps(document, sort_keys=True, indent=4).encode(),
    "in ASCII": lambda document: json.dumps(document, ensure_ascii=True).encode("ascii"),
    "by Windows": lambda document: BOM + json.dumps(document, indent=2).replace("\n", "\r\n").encode(),
    "with blanks around it": lambda document: b"\r\n \t" + json.dumps(document).encode() + b"\n\n\n",
}


@pytest.mark.parametrize("how", RESAVED)
def test_however_it_is_saved_again_it_stays_genuine(how: str) -> None:
    assert verdict(RESAVED[how](said(GENUINE))) is Verdict.GENUINE


def places(value: object, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The way to every value in a document, itself left out."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [(*way, step) for step, _ in inside]
    return found + [deeper for step, held in inside for deeper in places(held, (*way, step))]


ANYWHERE = st.sampled_from(places(said(GENUINE)))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def at(document: Any, way: tuple[str | int, ...]) -> Any:
    for step in way:
        document = document[step]
    return document


@given(ANYWHERE, ANYTHING)
def test_whatever_is_changed_in_it_it_is_not_genuine(way: tuple[str | int, ...], value: object) -> None:
    document = deepcopy(said(GENUINE))
    *above, last = way
    before = at(document, way)
    at(document, tuple(above))[last] = value
    if type(value) is type(before) and value == before:
        return
    assert verdict(document) is not Verdict.GENUINE


@given(ANYWHERE)
def test_whatever_is_taken_out_of_it_it_is_not_genuine(way: tuple[str | int, ...]) -> None:
    document = deepcopy(said(GENUINE))
    *above, last = way
    del at(document, tuple(above))[last]
    assert verdict(document) is not Verdict.GENUINE


@given(st.sampled_from([(), *places(said(GENUINE))]), st.text(min_size=1), ANYTHING)
def test_whatever_is_added_to_it_it_is_not_genuine(way: tuple[str | int, ...], key: str, value: object) -> None:
    document = deepcopy(said(GENUINE))
    place = at(document, way)
    if isinstance(place, dict) and key not in place:
        place[key] = value
    elif isinstance(place, list):
        place.append(value)
    else:
        return
    assert verdict(document) is not Verdict.GENUINE


@given(st.integers(0, len(GENUINE) - 1), st.integers(1, 255))
def test_a_changed_octet_is_noticed_unless_it_is_a_blank(at: int, change: int) -> None:
    octets = bytearray(GENUINE)
    octets[at] ^= change
    if verdict(bytes(octets)) is Verdict.GENUINE:
        assert json.loads(octets) == said(GENUINE)


def test_two_files_that_change_places_are_noticed() -> None:
    document = said(GENUINE)
    document["files"].reverse()
    assert verdict(document) is Verdict.ALTERED


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"algorithm": "RS256"}, Verdict.ALTERED),
        ({"value": ""}, Verdict.ALTERED),
        ({"value": "*"}, Verdict.ALTERED),
        ({"value": None}, Verdict.ALTERED),
        ({"value": 7}, Verdict.ALTERED),
        ({"value": ["x"]}, Verdict.ALTERED),
        ({"value": "ö"}, Verdict.ALTERED),
        ({"note": "true"}, Verdict.ALTERED),
        ({"key": "0" * 16}, Verdict.FOREIGN),
        ({"key": None}, Verdict.FOREIGN),
        ({"key": []}, Verdict.FOREIGN),
        ({"key": {}}, Verdict.FOREIGN),
    ],
)
def test_a_signature_is_held_to_the_letter(change: dict[str, object], expected: Verdict) -> None:
    document = said(GENUINE)
    document["signature"] |= change
    assert verdict(document) is expected


def test_a_signature_written_with_other_spare_bits_is_another() -> None:
    document = said(GENUINE)
    value = document["signature"]["value"]
    spared = value[:-3] + chr(ord(value[-3]) + 1) + "=="
    assert base64.b64decode(spared) == base64.b64decode(value)
    document["signature"]["value"] = spared
    assert verdict(document) is Verdict.ALTERED


@pytest.mark.parametrize("signature", [None, "x", [], {}, 7])
def test_without_a_signature_it_is_nobody_s(signature: object) -> None:
    assert verdict(said(GENUINE) | {"signature": signature}) is Verdict.FOREIGN


def test_a_receipt_inside_of_something_else_is_none() -> None:
    assert verdict({"receipt": said(GENUINE)}) is None
    assert verdict(json.dumps([said(GENUINE)]).encode()) is None


TWICE = GENUINE.replace(b'"size": 48213', b'"size": 1, "size": 48213')
NO_RECEIPTS = {
    "nothing": b"",
    "a brace": b"{",
    "other JSON": b'{"name": "x"}',
    "a document": b"PK\x03\x04 {",
    "another format": json.dumps(said(GENUINE) | {"postroom_receipt": 2}).encode(),
    "no format": json.dumps(said(GENUINE) | {"postroom_receipt": "1"}).encode(),
    "a key twice": TWICE,
    "the first key twice": GENUINE.replace(b"{", b'{"postroom_receipt": 1,', 1),
    "not a number": GENUINE.replace(b"48213", b"NaN"),
    "an endless number": GENUINE.replace(b"48213", b"Infinity"),
    "a fraction": GENUINE.replace(b"48213", b"48213.0"),
    "a power": GENUINE.replace(b"48213", b"48213e0"),
    "a huge number": GENUINE.replace(b"48213", b"9" * 500_000),
    "a number that programs read differently": GENUINE.replace(b"48213", b"%d" % 2**53),
    "a number in words": GENUINE.replace(b"48213", b"0x1"),
    "Latin": GENUINE.replace("–".encode(), b"\x96"),
    "wide characters": GENUINE.decode().encode("utf-16"),
    "half a character": GENUINE.replace("–".encode(), b"\xed\xa0\x80"),
    "a comment": b"// ours\n" + GENUINE,
    "more behind it": GENUINE + b"{}",
    "cut short": GENUINE[:-20],
    "arrays in arrays": b"[" * 1_000_000,
    "objects in objects": b'{"postroom_receipt":' * 50_000,
    "closed arrays": b'{"postroom_receipt": 1, "x": ' + b"[" * 500_000 + b"]" * 500_000 + b"}",
}


@pytest.mark.parametrize("what", NO_RECEIPTS)
def test_what_can_be_read_in_two_ways_or_none_is_no_receipt(what: str) -> None:
    began = time.process_time()
    assert verdict(NO_RECEIPTS[what]) is None
    assert time.process_time() - began < 1


def test_what_nothing_could_have_signed_is_altered() -> None:
    signature = said(GENUINE)["signature"]
    half = {"postroom_receipt": 1, "notice": "\ud800", "signature": signature}
    assert verdict(half) is Verdict.ALTERED
    deep = b'{"postroom_receipt": 1, "x": %b, "signature": %b}'
    for depth in range(900, 1000):
        octets = deep % (b"[" * depth + b"]" * depth, json.dumps(signature).encode())
        assert verdict(octets) in (Verdict.ALTERED, None)


@given(st.binary(max_size=200) | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_whatever_came_can_be_judged(octets: bytes) -> None:
    assert verdict(octets) in (None, Verdict.FOREIGN)


@given(st.dictionaries(st.text(), st.text() | st.integers(0, 2**53)))
def test_what_is_signed_is_read_back_from_the_same_octets(document: dict[str, object]) -> None:
    assert canonical(json.loads(canonical(document))) == canonical(document)
